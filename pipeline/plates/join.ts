/** Several looks at one plate laid over each other, so that one picture shows more than any of them. */

type Size = { readonly width: number; readonly height: number };

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

/** A look at the plate, cut by its finder's box and stretched to a size that all looks share: uint8 RGB. */
export type JoinCrop = { readonly pixels: Uint8Array; readonly weight: number };

export type JoinedPlate = Size & {
  /** uint8 RGB, of the reference's lie and light. */
  readonly pixels: Uint8Array;
  /** Crops in it, the reference included. */
  readonly joined: number;
};

/** The mean of so many pixels each way is one of the grid on which crops are registered: letters keep some 8 px a side. */
const GRID = 4;
/** The joined picture has this part of the crops' sides: they were lifted so that fractions of a pixel are kept. */
const LIFT = 2;
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
/** Grey levels further than this many typical deviations from the median are glare, dirt or another thing. */
const OUTLYING = 3;
/** From the median distance to the standard deviation of noise. */
const TO_DEVIATION = 1.4826;
const LEAST_SPREAD = 12;

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

/**
 * Joins crops of one plate. The heaviest is the reference; the others are registered to it, and those that do not fit are left
 * out. Each pixel is the weighted mean of what lies near the median there, which noise leaves by the root of the number of
 * looks, and a reflection in one of them not at all.
 * @param size of the crops
 * @returns half the crops' sides; null when fewer than two crops lie over each other
 */
export const joinCrops = (crops: readonly JoinCrop[], size: Size): JoinedPlate | null => {
  const reference = crops.reduce<JoinCrop | null>(
    (best, crop) => (best && best.weight >= crop.weight ? best : crop),
    null,
  );
  if (!reference) return null;
  const grid = greyOf(reference.pixels, size, GRID);
  const laid: Laid[] = [{ ...reference, ...AS_IT_IS }];
  for (const crop of crops) {
    if (crop === reference) continue;
    const placement = register(grid, greyOf(crop.pixels, size, GRID));
    if (placement) laid.push({ ...crop, ...placement });
  }
  return laid.length < 2 ? null : { ...merged(laid, size), joined: laid.length };
};

type Laid = JoinCrop & Placement;

const AS_IT_IS: Placement = { shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1, gain: 1, bias: 0, likeness: 1 };

const merged = (laid: readonly Laid[], size: Size): Size & { readonly pixels: Uint8Array } => {
  const [width, height] = [Math.floor(size.width / LIFT), Math.floor(size.height / LIFT)];
  const pixels = new Uint8Array(width * height * 3);
  // Of the looks that show this pixel: red, green and blue of each, its brightness and its weight.
  const colours = new Float32Array(laid.length * 3);
  const [bright, weights, sorted] = [0, 1, 2].map(() => new Float32Array(laid.length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let count = 0;
      for (const look of laid) {
        const across = (0.5 + ((x + 0.5) / width - 0.5) * look.scaleX + look.shiftX) * size.width - 0.5;
        const down = (0.5 + ((y + 0.5) / height - 0.5) * look.scaleY + look.shiftY) * size.height - 0.5;
        if (!(across >= 0 && down >= 0 && across <= size.width - 1 && down <= size.height - 1)) continue;
        const left = Math.min(size.width - 2, Math.floor(across));
        const top = Math.min(size.height - 2, Math.floor(down));
        const [dx, dy] = [across - left, down - top];
        const here = (top * size.width + left) * 3;
        const below = here + size.width * 3;
        const own = look.pixels;
        for (let c = 0; c < 3; c++) {
          const upper = own[here + c]! * (1 - dx) + own[here + c + 3]! * dx;
          const lower = own[below + c]! * (1 - dx) + own[below + c + 3]! * dx;
          colours[count * 3 + c] = look.gain * (upper * (1 - dy) + lower * dy) + look.bias;
        }
        bright[count] = colours[count * 3 + 1]!;
        weights[count++] = look.weight;
      }
      const { median, far } = spreadOf(bright, count, sorted);
      for (let c = 0; c < 3; c++) {
        let [sum, total] = [0, 0];
        for (let i = 0; i < count; i++) {
          if (Math.abs(bright[i]! - median) > far) continue;
          sum += colours[i * 3 + c]! * weights[i]!;
          total += weights[i]!;
        }
        pixels[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, sum / total));
      }
    }
  return { width, height, pixels };
};

/** Median, and how far from it a value is an outlier. @param sorted scratch */
const spreadOf = (values: Float32Array, count: number, sorted: Float32Array): { median: number; far: number } => {
  for (let i = 0; i < count; i++) sorted[i] = values[i]!;
  const median = middleOf(sorted, count);
  for (let i = 0; i < count; i++) sorted[i] = Math.abs(values[i]! - median);
  return { median, far: Math.max(LEAST_SPREAD, OUTLYING * TO_DEVIATION * middleOf(sorted, count)) };
};

/** Of the first `count` values, which are sorted in place by insertion: for seven the fastest. */
const middleOf = (values: Float32Array, count: number): number => {
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
  const half = count >> 1;
  return count % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2;
};
