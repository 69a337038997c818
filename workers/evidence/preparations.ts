/** Work that waits for its turn is not begun when its result is wanted at once; the taker does it itself. */
type Preparation<T> = { state: 'waiting' } | { state: 'begun'; readonly result: Promise<T | null> };

/**
 * Work done ahead of need, one piece at a time: it shall use the time in which a case waits for its recording, and never
 * delay a case that is ready.
 */
export class Preparations<T> {
  readonly #byId = new Map<string, Preparation<T>>();
  readonly #most: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param most results held; beyond that the oldest is forgotten, whose case was never sealed */
  constructor(most = 32) {
    this.#most = most;
  }

  /** Has the work done when its turn comes; once per id. A failure is nobody's: who needs the result tries again. */
  begin(id: string, work: () => Promise<T>): void {
    if (this.#byId.has(id)) return;
    const waiting: Preparation<T> = { state: 'waiting' };
    this.#byId.set(id, waiting);
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= this.#most) break;
      this.#byId.delete(oldest);
    }
    this.#turn = this.#turn.then(async () => {
      if (this.#byId.get(id) !== waiting) return;
      const result = work().catch(() => null);
      this.#byId.set(id, { state: 'begun', result });
      await result;
    });
  }

  /** What was prepared, waiting for work that is under way; null when there is nothing. It is given out once. */
  async take(id: string): Promise<T | null> {
    const found = this.#byId.get(id);
    this.#byId.delete(id);
    return found?.state === 'begun' ? found.result : null;
  }
}
