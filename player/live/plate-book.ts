import type { LivePlate } from '../../api/contract/live.ts';

/** Oldest forgotten first; some minutes of a full street. */
const MOST = 2_000;

type Track = Pick<LivePlate, 'cameraId' | 'sessionId' | 'trackId'>;
const keyOf = ({ cameraId, sessionId, trackId }: Track): string => `${cameraId} ${sessionId} ${trackId}`;

/** Which plate a track carries. A plate is read once its vehicle has passed, so it is often known after its boxes. */
export class PlateBook {
  readonly #texts = new Map<string, string>();

  add(plate: LivePlate): void {
    this.#texts.set(keyOf(plate), plate.text);
    if (this.#texts.size > MOST) this.#texts.delete(this.#texts.keys().next().value!);
  }

  /** Null where none was read, or whoever looks may not see plates. */
  of(track: Track): string | null {
    return this.#texts.get(keyOf(track)) ?? null;
  }
}
