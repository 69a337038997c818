/**
 * Reads something at once and then again and again, one read at a time: while Redis is away a read waits in its client, and
 * those that came after it would pile up there for hours.
 */
export class Poll {
  readonly #read: () => Promise<void>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | null = null;
  #isReading = false;

  /** @param read must not reject */
  constructor(read: () => Promise<void>, everyMs: number) {
    this.#read = read;
    this.#everyMs = everyMs;
  }

  /** Resolves after the first read. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#once(), this.#everyMs).unref();
    await this.#once();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  async #once(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    await this.#read();
    this.#isReading = false;
  }
}
