import type { EpochMs } from './time.ts';

/** Time and waiting, so that tests and replay can own both. */
export interface Clock {
  /** Wall-clock time. */
  now(): EpochMs;
  /** Monotonic milliseconds with an arbitrary zero. */
  mono(): number;
  /** Resolves after that time, or at once when the signal fires (never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
