/** More than a camera ever has on its way: one being filled, one waiting, one being sent, some kept back at the start. */
const MOST_KEPT = 10;

/**
 * Buffers of one size that are used again. A fresh one for each frame makes the garbage collector go through the whole
 * heap every few frames: 14 of 52 ms of CPU a frame, measured at 640×384.
 */
export class FrameBuffers {
  readonly #bytes: number;
  readonly #mostKept: number;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** @param mostKept free buffers that are kept for later, at most */
  constructor(bytes: number, mostKept = MOST_KEPT) {
    this.#bytes = bytes;
    this.#mostKept = mostKept;
  }

  /** @returns a buffer with any content, and how to give it back; one that is not given back is simply forgotten */
  take(): { readonly pixels: Uint8Array<ArrayBuffer>; readonly release: () => void } {
    const pixels = this.#free.pop() ?? new Uint8Array(this.#bytes);
    let given = false;
    const release = (): void => {
      if (!given && this.#free.length < this.#mostKept) this.#free.push(pixels);
      given = true;
    };
    return { pixels, release };
  }
}
