import type { Clock } from '../pipeline/clock.ts';

/** Lets one after the other through, so far apart. */
export class Turns {
  readonly #clock: Clock;
  readonly #apartMs: number;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, apartMs: number) {
    this.#clock = clock;
    this.#apartMs = apartMs;
  }

  /** Resolves when it is the caller's turn, or when the signal fires. */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.mono();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#apartMs;
    if (at > now) await this.#clock.sleep(at - now, signal);
  }
}
