/** Where one crop of a plate lies against another, to a fraction of a pixel. */

export type Size = { readonly width: number; readonly height: number };

/** One channel, row by row. */
export type Grey = Size & { readonly values: Float32Array };

/**
 * Where a crop lies against the reference: what is at (x, y) of the reference, from its middle in parts of its sides, is at
 * (x · scaleX + shiftX, y · scaleY + shiftY) of the crop, in parts of the crop's sides.
 */
export type Placement = {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Grey levels of the reference: `gain` · the crop's + `bias`. */
  readonly gain: number;
  readonly bias: number;
  /** Normalised cross-correlation of the two, laid so; −1 to 1. */
  readonly likeness: number;
};

/** Crops of one plate in all its blur and noise stay above, other plates in the same frame and light below. */
const MIN_LIKENESS = 0.7;
/** A finder's box is off by this part of a side at most; further away the next letter fits as well. */
const MOST_SHIFT = 0.15;
const MOST_SCALE = 0.25;
/** The search over whole pixels, on half the grid, each way. */
const REACH = { x: 4, y: 2 } as const;
const MAX_STEPS = 12;
/** Grid pixels: a step so small changes nothing that can be seen. */
const SMALL_STEP = 0.02;
/** Mean of `by` × `by` pixels. @param pixels uint8 RGB of the size */
export const greyOf = (pixels: Uint8Array, size: Size, by: number): Grey => {
  const [width, height] = [Math.floor(size.width / by), Math.floor(size.height / by)];
  const values = new Float32Array(width * height);
  for (let y = 0; y < height * by; y++)
    for (let x = 0; x < width * by; x++) {
      const at = (y * size.width + x) * 3;
      const to = Math.floor(y / by) * width + Math.floor(x / by);
      values[to]! += 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
    }
  for (let i = 0; i < values.length; i++) values[i]! /= by * by;
  return { width, height, values };
};

const halved = ({ width, height, values }: Grey): Grey => {
  const half = { width: width >> 1, height: height >> 1 };
  const out = new Float32Array(half.width * half.height);
  for (let y = 0; y < half.height; y++)
    for (let x = 0; x < half.width; x++) {
      const at = 2 * y * width + 2 * x;
      out[y * half.width + x] = (values[at]! + values[at + 1]! + values[at + width]! + values[at + width + 1]!) / 4;
    }
  return { ...half, values: out };
};

/** Running sums of two pictures where both are known. */
class Correlation {
  #n = 0;
  #a = 0;
  #b = 0;
  #aa = 0;
  #bb = 0;
  #ab = 0;

  add(a: number, b: number): void {
    this.#n++;
    this.#a += a;
    this.#b += b;
    this.#aa += a * a;
    this.#bb += b * b;
    this.#ab += a * b;
  }

  get count(): number {
    return this.#n;
  }

  /** How b becomes as bright and as rich in contrast as a: `gain` · b + `bias`. */
  get light(): { readonly gain: number; readonly bias: number } {
    const n = Math.max(1, this.#n);
    const gain = Math.sqrt(this.#spread(this.#aa, this.#a) / Math.max(1e-6, this.#spread(this.#bb, this.#b)));
    return { gain, bias: this.#a / n - (gain * this.#b) / n };
  }

  /** −1 to 1; 0 where one of the two is flat. */
  get likeness(): number {
    const n = Math.max(1, this.#n);
    const both = this.#spread(this.#aa, this.#a) * this.#spread(this.#bb, this.#b);
    return both > 1e-6 ? (this.#ab / n - (this.#a / n) * (this.#b / n)) / Math.sqrt(both) : 0;
  }

  #spread(squares: number, sum: number): number {
    const n = Math.max(1, this.#n);
    return Math.max(0, squares / n - (sum / n) ** 2);
  }
}

/** The whole pixels by which `other` is shifted, by the best correlation. */
const coarseShift = (reference: Grey, other: Grey): { readonly x: number; readonly y: number } => {
  const { width, height } = reference;
  let best = { x: 0, y: 0, likeness: -1 };
  for (let dy = -REACH.y; dy <= REACH.y; dy++)
    for (let dx = -REACH.x; dx <= REACH.x; dx++) {
      const sums = new Correlation();
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++)
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++)
          sums.add(reference.values[y * width + x]!, other.values[(y + dy) * width + x + dx]!);
      if (sums.likeness > best.likeness) best = { x: dx, y: dy, likeness: sums.likeness };
    }
  return best;
};

/** Bilinear; NaN outside. */
const sample = ({ width, height, values }: Grey, x: number, y: number): number => {
  if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) return NaN;
  const left = Math.min(width - 2, Math.floor(x));
  const top = Math.min(height - 2, Math.floor(y));
  const [dx, dy] = [x - left, y - top];
  const at = top * width + left;
  const upper = values[at]! * (1 - dx) + values[at + 1]! * dx;
  const lower = values[at + width]! * (1 - dx) + values[at + width + 1]! * dx;
  return upper * (1 - dy) + lower * dy;
};

/** x with `matrix` · x = `right`, by Gauss and Jordan with pivots; null where the picture does not say. Changes both. */
const solved = (matrix: Float64Array[], right: Float64Array): Float64Array | null => {
  const n = right.length;
  for (let at = 0; at < n; at++) {
    let pivot = at;
    for (let row = at + 1; row < n; row++) if (Math.abs(matrix[row]![at]!) > Math.abs(matrix[pivot]![at]!)) pivot = row;
    if (Math.abs(matrix[pivot]![at]!) < 1e-9) return null;
    [matrix[at], matrix[pivot]] = [matrix[pivot]!, matrix[at]!];
    [right[at], right[pivot]] = [right[pivot]!, right[at]!];
    for (let row = 0; row < n; row++) {
      if (row === at) continue;
      const factor = matrix[row]![at]! / matrix[at]![at]!;
      for (let column = at; column < n; column++) matrix[row]![column]! -= factor * matrix[at]![column]!;
      right[row]! -= factor * right[at]!;
    }
  }
  return right.map((value, at) => value / matrix[at]![at]!);
};

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
};

/**
 * Lays a crop over the reference to a fraction of a pixel: the best whole shift, from there Lucas and Kanade's
 * inverse-compositional steps over shift and scale of both axes [Baker & Matthews 2004], each with the light made alike.
 * @returns null where the two do not show the same plate, or nothing that can be laid over
 */
export const register = (reference: Grey, other: Grey): Placement | null => {
  const { width, height, values } = reference;
  if (other.width !== width || other.height !== height) throw new TypeError('both pictures must have one size');
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const start = coarseShift(halved(reference), halved(other));
  let [shiftX, shiftY, scaleX, scaleY] = [start.x * 2, start.y * 2, 1, 1];

  // Steepest descents: how the reference changes with each parameter.
  const slopes = Array.from({ length: 4 }, () => new Float32Array(width * height));
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const across = (values[at + 1]! - values[at - 1]!) / 2;
      const down = (values[at + width]! - values[at - width]!) / 2;
      slopes[0]![at] = across;
      slopes[1]![at] = down;
      slopes[2]![at] = across * (x - middleX);
      slopes[3]![at] = down * (y - middleY);
    }
  const hessian = slopes.map((a) => Float64Array.from(slopes, (b) => dot(a, b)));
  const laid = new Float32Array(width * height);
  const lay = (): Correlation => {
    const sums = new Correlation();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const value = sample(
          other,
          middleX + (x - middleX) * scaleX + shiftX,
          middleY + (y - middleY) * scaleY + shiftY,
        );
        laid[at] = value;
        if (!Number.isNaN(value)) sums.add(values[at]!, value);
      }
    return sums;
  };
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gain, bias } = lay().light;
    const gradient = new Float64Array(4);
    slopes.forEach((slope, i) => {
      let sum = 0;
      for (let at = 0; at < laid.length; at++)
        if (!Number.isNaN(laid[at]!)) sum += slope[at]! * (gain * laid[at]! + bias - values[at]!);
      gradient[i] = sum;
    });
    const change = solved(
      hessian.map((row) => row.slice()),
      gradient,
    );
    if (!change) return null;
    scaleX /= 1 + change[2]!;
    scaleY /= 1 + change[3]!;
    shiftX -= scaleX * change[0]!;
    shiftY -= scaleY * change[1]!;
    const isOff = [scaleX - 1, scaleY - 1].some((value) => !(Math.abs(value) <= MOST_SCALE));
    if (isOff || !(Math.abs(shiftX) <= width * MOST_SHIFT && Math.abs(shiftY) <= height * MOST_SHIFT)) return null;
    if (Math.hypot(change[0]!, change[1]!, change[2]! * middleX, change[3]! * middleY) < SMALL_STEP) break;
  }
  const { likeness, count, light } = lay();
  if (likeness < MIN_LIKENESS || count * 2 < laid.length) return null;
  return { shiftX: shiftX / width, shiftY: shiftY / height, scaleX, scaleY, ...light, likeness };
};
