import { machineClock } from './monotonic.ts';

/** A detector that takes so long for one frame hangs; the slowest model on the slowest machine takes a tenth of it. */
const HUNG_MS = 60_000;

/** Knows whether a detector hangs: it keeps when each camera's frame was handed over, as long as it is under work. */
export class DetectorWatch {
  readonly #startedAt = new Map<string, number>();

  get hangs(): boolean {
    const now = machineClock.mono();
    return [...this.#startedAt.values()].some((startedAt) => now - startedAt >= HUNG_MS);
  }

  /** @param detect the detection of one frame of the camera; no camera has two at a time */
  async during<T>(cameraId: string, detect: () => Promise<T>): Promise<T> {
    this.#startedAt.set(cameraId, machineClock.mono());
    try {
      return await detect();
    } finally {
      this.#startedAt.delete(cameraId);
    }
  }
}
