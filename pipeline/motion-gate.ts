import type { Frame } from './frame.ts';
import type { PtsMs } from './time.ts';

/** Every so many pixels of the analysis frame, across and down, one place is looked at: less is no object to a detector. */
const CELL = 8;
/** A place has changed when it differs by so many grey levels … */
const LEAST_CHANGE = 12;
/** … and by so many times what it, and the whole picture, usually differ from one frame to the next: noise, leaves, water. */
const TIMES_USUAL = 5;
/** How fast a place's usual difference is learnt, per frame. */
const LEARNING = 0.05;

/**
 * Tells whether anything has moved since the frame that was last looked at by the detector. Compared with that frame and
 * not with the one before, so that what creeps is noticed once it has crept far enough. A change of the whole picture's
 * brightness is no movement; one changed place alone is noise, two beside each other are movement.
 * Looks at one place in 64 pixels: a tenth of a millisecond a frame at 640 × 384.
 */
export class MotionGate {
  readonly #floorMs: number;
  #seen: Float32Array | null = null;
  #before: Float32Array | null = null;
  #now: Float32Array | null = null;
  #usual: Float32Array | null = null;
  #changed: Uint8Array | null = null;
  #seenAt = -Infinity;

  /** @param floorMs the detector looks at least so often (ms of media time), whatever the picture shows */
  constructor(floorMs: number) {
    this.#floorMs = floorMs;
  }

  /**
   * Whether the detector is to look at this frame; if so, it becomes the one that later frames are compared with.
   * @param frame in order of `ptsMs`, all of one size
   */
  isDue({ pixels, letterbox }: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: PtsMs): boolean {
    const { width, height } = letterbox.target;
    const [columns, rows] = [Math.floor(width / CELL), Math.floor(height / CELL)];
    const now = (this.#now ??= new Float32Array(columns * rows));
    sample(pixels, width, columns, rows, now);
    const moved = this.#hasMoved(now, columns);
    const isDue = moved || ptsMs - this.#seenAt >= this.#floorMs || ptsMs < this.#seenAt;
    this.#now = this.#before;
    this.#before = now;
    if (isDue) {
      this.#seen ??= new Float32Array(now.length);
      this.#seen.set(now);
      this.#seenAt = ptsMs;
    }
    return isDue;
  }

  /** The detector did not come to look after all: the next frame is due. */
  forget(): void {
    this.#seenAt = -Infinity;
  }

  #hasMoved(now: Float32Array, columns: number): boolean {
    const { length } = now;
    const [seen, before] = [this.#seen, this.#before];
    const usual = (this.#usual ??= new Float32Array(length));
    const changed = (this.#changed ??= new Uint8Array(length));
    if (!seen || !before) return true;
    const brighter = meanDifference(now, seen);
    const flicker = meanDifference(now, before);
    const noise = meanDistance(now, before, flicker);
    let moved = false;
    for (let i = 0; i < length; i++) {
      const isChanged =
        Math.abs(now[i]! - seen[i]! - brighter) > Math.max(LEAST_CHANGE, TIMES_USUAL * Math.max(noise, usual[i]!))
          ? 1
          : 0;
      changed[i] = isChanged;
      if (isChanged && !moved)
        moved = (i % columns > 0 && changed[i - 1] === 1) || (i >= columns && changed[i - columns] === 1);
      usual[i] = usual[i]! + LEARNING * (Math.abs(now[i]! - before[i]! - flicker) - usual[i]!);
    }
    return moved;
  }
}

/** Mean of the green of four pixels in the middle of each cell: half the noise of one. */
const sample = (pixels: Uint8Array, width: number, columns: number, rows: number, into: Float32Array): void => {
  const row = width * 3;
  for (let y = 0, to = 0; y < rows; y++) {
    let at = (y * CELL + CELL / 2) * row + (CELL / 2) * 3 + 1;
    for (let x = 0; x < columns; x++, to++, at += CELL * 3)
      into[to] = (pixels[at]! + pixels[at + 3]! + pixels[at + row]! + pixels[at + row + 3]!) / 4;
  }
};

const meanDifference = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! - b[i]!;
  return sum / a.length;
};

/** Mean of what is left of the differences when their own mean is taken off. */
const meanDistance = (a: Float32Array, b: Float32Array, mean: number): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]! - mean);
  return sum / a.length;
};
