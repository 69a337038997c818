import type { CameraConfig } from '../pipeline/config/camera.ts';

export type CameraSetOptions = {
  /** Works on one camera until its signal fires or it has nothing left to do. */
  readonly run: (camera: CameraConfig, signal: AbortSignal) => Promise<void>;
  /** Whether the work on a camera can go on when its configuration changes so. */
  readonly isSame: (before: CameraConfig, after: CameraConfig) => boolean;
  /** Told of each failure; it ends the work on that camera only. */
  readonly onDefect: (cameraId: string, error: unknown) => void;
  readonly signal: AbortSignal;
};

type Work = { readonly camera: CameraConfig; readonly stop: AbortController; readonly done: Promise<void> };

/** Works on several cameras at once, each on its own: one that changes starts anew, and no other notices. */
export class CameraSet {
  readonly #options: CameraSetOptions;
  readonly #works = new Map<string, Work>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: CameraSetOptions) {
    this.#options = options;
  }

  /** Starts what is new, ends what is gone, starts anew what has changed. @returns ids of the cameras concerned */
  update(cameras: readonly CameraConfig[]): Promise<readonly string[]> {
    const turn = this.#tail.then(() => this.#update(cameras));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when the work on all cameras has ended. */
  async ended(): Promise<void> {
    for (let seen = -1; seen !== this.#works.size;) {
      seen = this.#works.size;
      await this.#tail;
      await Promise.all([...this.#works.values()].map(({ done }) => done));
    }
  }

  async #update(cameras: readonly CameraConfig[]): Promise<readonly string[]> {
    const { isSame, run, onDefect, signal } = this.#options;
    if (signal.aborted) return [];
    const concerned: string[] = [];
    const wanted = new Map(cameras.map((camera) => [camera.id, camera]));
    const ending: Promise<void>[] = [];
    for (const [id, { camera, stop, done }] of this.#works) {
      const after = wanted.get(id);
      if (after && isSame(camera, after)) continue;
      concerned.push(id);
      stop.abort();
      ending.push(done.then(() => void this.#works.delete(id)));
    }
    await Promise.all(ending);
    cameras.forEach((camera) => {
      if (this.#works.has(camera.id)) return;
      if (!concerned.includes(camera.id)) concerned.push(camera.id);
      const stop = new AbortController();
      const done = run(camera, AbortSignal.any([signal, stop.signal])).catch((error: unknown) =>
        onDefect(camera.id, error),
      );
      this.#works.set(camera.id, { camera, stop, done });
    });
    return concerned;
  }
}
