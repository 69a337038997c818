import type { Frame } from '../frame.ts';
import type { Box } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import { lampLevel } from './lamp-level.ts';
import type { LampColour, SignalReadings } from './signal.ts';
import { type SignalFilterState, stepSignal } from './signal-filter.ts';

/** Lamps of one signal; regions in fractions of the camera's picture. */
export type SignalLamps = readonly { readonly colour: LampColour; readonly box: Box }[];

/** Reads all signals of one camera from its analysis frames. */
export class SignalReader {
  readonly #signals: ReadonlyMap<string, SignalLamps>;
  readonly #states = new Map<string, SignalFilterState>();

  constructor(signals: ReadonlyMap<string, SignalLamps>) {
    this.#signals = signals;
  }

  /** @param frame pixels are only read */
  read(frame: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: PtsMs): SignalReadings {
    for (const [id, lamps] of this.#signals) {
      const seen = lamps.map(({ colour, box }) => ({ colour, level: lampLevel(frame, box) }));
      this.#states.set(id, stepSignal(this.#states.get(id) ?? null, seen, ptsMs));
    }
    return Object.fromEntries([...this.#states].map(([id, { reading }]) => [id, reading]));
  }
}
