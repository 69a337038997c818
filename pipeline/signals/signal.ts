import type { PtsMs } from '../time.ts';

export const LAMP_COLOURS = ['red', 'yellow', 'green'] as const;
export type LampColour = (typeof LAMP_COLOURS)[number];

/** `off`: no lamp is lit (also a flashing light between flashes); `unknown`: the picture does not say. */
export type SignalState = LampColour | 'off' | 'unknown';

/** What a signal shows at one frame, read from its lamps or told by a controller's feed. */
export type SignalReading = {
  readonly state: SignalState;
  /** Since when it has shown this. */
  readonly sincePtsMs: PtsMs;
  /** Whether that change was seen; false when the signal was already in this state at the first frame. */
  readonly isStartSeen: boolean;
  /** Whether its controller told it; else it was read from the picture. */
  readonly isTold?: true;
};

/** Readings by the signal's key in the camera's configuration. */
export type SignalReadings = Readonly<Record<string, SignalReading>>;
