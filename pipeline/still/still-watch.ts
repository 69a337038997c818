import type { Frame } from '../frame.ts';
import type { PtsMs } from '../time.ts';
import type { Zone } from '../zone.ts';
import type { StillThings } from './still-thing.ts';
import { ZoneWatch } from './zone-watch.ts';

/** Watches the zones of one camera in which rules look for things that are left standing. */
export class StillWatch {
  readonly #zones: readonly (readonly [string, ZoneWatch])[];

  constructor(zones: readonly Zone[]) {
    this.#zones = zones.map(({ id, corners }) => [id, new ZoneWatch(corners)]);
  }

  /** @param frame pixels are only read */
  read(frame: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: PtsMs): StillThings {
    return Object.fromEntries(this.#zones.map(([id, watch]) => [id, watch.read(frame, ptsMs)]));
  }
}
