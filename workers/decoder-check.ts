import { WatchpostError } from '../pipeline/errors.ts';

/** Analysed pictures that may be late in a row before the decoder is doubted. */
const LATE_PICTURES = 3;

/**
 * Whether a hardware decoder still gives pictures. The recording does not show it: packets are copied undecoded, so a
 * camera whose decoder failed would be recorded and never analysed.
 */
export class DecoderCheck {
  readonly #patienceMs: number;
  #aliveAt: number | null = null;
  #hasDecoded = false;

  constructor({ stallMs, fps }: { readonly stallMs: number; readonly fps: number }) {
    this.#patienceMs = Math.max(stallMs, (LATE_PICTURES * 1_000) / fps);
  }

  decoded(monoMs: number): void {
    this.#aliveAt = monoMs;
    this.#hasDecoded = true;
  }

  /** A piece of the recording came. @throws WatchpostError HARDWARE_DECODE when no picture has come for too long */
  recorded(monoMs: number): void {
    this.#aliveAt ??= monoMs;
    if (monoMs - this.#aliveAt >= this.#patienceMs)
      throw new WatchpostError('HARDWARE_DECODE', 'the source sends, but the hardware decoder gives no pictures');
  }

  /** The session is over. @throws WatchpostError HARDWARE_DECODE when it had not a single picture */
  checkEnd(lastLine: string): void {
    if (!this.#hasDecoded)
      throw new WatchpostError('HARDWARE_DECODE', `the hardware decoder gave no picture${lastLine}`);
  }
}
