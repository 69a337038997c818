import type { OnReadOpts, Socket } from 'node:net';

/** What is filled next, not empty; with it the value that the full buffer made whole, if it did. */
export type Filled<T> = { readonly next: Uint8Array; readonly value?: T };

/**
 * Reads a socket's bytes from the kernel straight into buffers of our own, and gives one value at a time. What Node reads
 * otherwise comes in pieces of 64 kB, a fresh one each: for a frame that is twelve, a copy, and garbage of its size.
 * Nothing is read while nobody asks.
 */
export class SocketReader<T> {
  /** For the socket that is to be read. */
  readonly onread: OnReadOpts;
  #socket: Socket | null = null;
  #asked: ((value: T | null) => void) | null = null;
  #isDrained = false;
  #hasEnded = false;

  /**
   * @param first the buffer to fill first, not empty
   * @param onFull called when the buffer at hand is full; what it throws ends the socket
   */
  constructor(first: Uint8Array, onFull: () => Filled<T>) {
    let target = first;
    let filled = 0;
    this.onread = {
      buffer: () => target.subarray(filled),
      callback: (count) => {
        filled += count;
        if (filled < target.length) return true;
        filled = 0;
        try {
          const { next, value } = onFull();
          target = next;
          if (value === undefined) return true;
          this.#answer(value);
        } catch (error) {
          this.#socket?.destroy(error as Error);
        }
        return this.#isDrained;
      },
    };
  }

  /** @param socket made with `onread`, not yet connected */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.pause();
    const end = (): void => {
      this.#hasEnded = true;
      this.#answer(null);
    };
    // An error is an end like another: the other side's process knows why.
    for (const event of ['end', 'error', 'close']) socket.on(event, end);
  }

  /** One call after the other. @returns null when the socket has ended */
  next(): Promise<T | null> {
    return new Promise((resolve) => {
      this.#asked = resolve;
      if (this.#hasEnded) this.#answer(null);
      else this.#socket?.resume();
    });
  }

  /** Reads on for nobody, so that the other side is not kept in its last write. */
  drain(): void {
    this.#isDrained = true;
    this.#socket?.resume();
  }

  #answer(value: T | null): void {
    const asked = this.#asked;
    this.#asked = null;
    asked?.(value);
  }
}
