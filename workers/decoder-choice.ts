import type { WatchpostError } from '../pipeline/errors.ts';
import type { Hardware } from './ffmpeg/hardware.ts';

/** A source that goes away as it is opened looks like a decoder that gives nothing, but not twice in a row. */
const MOST_FAILURES = 2;

/** Whether one camera's pictures are decoded by the hardware or, where that fails and it does not, by the processor. */
export class DecoderChoice {
  readonly #hardware: Hardware | null;
  /** Sessions in a row that the hardware gave no pictures of while the processor did. */
  #failures = 0;
  /** Why the hardware is not used in this session. */
  #fault: string | null = null;
  #usesHardware = false;

  constructor(hardware: Hardware | null) {
    this.#hardware = hardware;
  }

  /** For the next session. */
  next(): Hardware | null {
    this.#usesHardware = this.#hardware !== null && this.#fault === null;
    return this.#usesHardware ? this.#hardware : null;
  }

  /** A session failed. */
  ended(error: WatchpostError, gotPictures: boolean): void {
    if (this.#usesHardware) {
      if (gotPictures) this.#failures = 0;
      if (error.code === 'HARDWARE_DECODE') {
        this.#failures++;
        this.#fault = error.message;
      }
      return;
    }
    // The processor does no better: it is the source. Or it was the first time, which may have been chance.
    if (!gotPictures) this.#failures = 0;
    if (this.#failures < MOST_FAILURES) this.#fault = null;
  }

  /** For people, while the processor stands in; else null. */
  get detail(): string | null {
    return this.#fault === null ? null : `decoded by the processor: ${this.#fault}`;
  }
}
