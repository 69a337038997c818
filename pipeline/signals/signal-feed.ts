import type { EpochMs } from '../time.ts';
import type { LampColour, SignalReading } from './signal.ts';

/** Redis hash of `camera signal` → ToldSignal JSON, what was told last; and the channel on which each is published. */
export const SIGNALS_KEY = 'watchpost:signals';
export const SIGNALS_CHANNEL = 'watchpost:signals';

/** What a traffic light's controller told of one signal. */
export type ToldSignal = {
  readonly cameraId: string;
  /** Key under `signalFeeds` of the camera. */
  readonly signal: string;
  readonly state: LampColour | 'off';
  /** Since when it shows this, by the controller's clock. */
  readonly sinceAt: EpochMs;
  /** When it was told; controllers repeat themselves to show that they are there. */
  readonly saidAt: EpochMs;
};

/** States are kept for so long: frames come after what they show. */
const KEPT_MS = 120_000;

/** Adds what was told now; the same state told again is only heard again. Oldest state first. */
export const addTold = (told: readonly ToldSignal[], now: ToldSignal): readonly ToldSignal[] => {
  const last = told.at(-1);
  if (last && now.sinceAt < last.sinceAt) return told;
  const isSame = last?.state === now.state && last.sinceAt === now.sinceAt;
  const before = isSame ? told.slice(0, -1) : told;
  const kept = before.filter((_, index) => (before[index + 1] ?? now).sinceAt > now.saidAt - KEPT_MS);
  return [...kept, now];
};

type Session = { readonly anchorAt: EpochMs; readonly uncertaintyMs: number };

/**
 * What a signal shows in a frame, by what its controller told. Within the uncertainty of the camera's clock after a change
 * nobody can say which side of it a frame is on: that is `unknown`, and red counts from its end. So it is when the
 * controller has been silent for too long.
 */
export const readTold = (
  told: readonly ToldSignal[],
  capturedAt: EpochMs,
  { anchorAt, uncertaintyMs }: Session,
  maxSilenceMs: number,
): SignalReading => {
  const heardAt = told.at(-1)?.saidAt ?? -Infinity;
  const shown = told.findLast(({ sinceAt }) => sinceAt <= capturedAt);
  const sureAt = shown ? shown.sinceAt + uncertaintyMs : Infinity;
  const isHeard = capturedAt - heardAt <= maxSilenceMs;
  if (!shown || !isHeard || capturedAt < sureAt) {
    const unknownAt = isHeard ? (shown?.sinceAt ?? anchorAt) : Math.max(anchorAt, heardAt + maxSilenceMs);
    return { state: 'unknown', sincePtsMs: unknownAt - anchorAt, isStartSeen: true, isTold: true };
  }
  return { state: shown.state, sincePtsMs: sureAt - anchorAt, isStartSeen: true, isTold: true };
};
