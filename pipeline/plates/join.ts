import { greyOf, type Placement, register, type Size } from './register.ts';

/** Several looks at one plate laid over each other, so that one picture shows more than any of them. */

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
/** Grey levels further than this many typical deviations from the median are glare, dirt or another thing. */
const OUTLYING = 3;
/** From the median distance to the standard deviation of noise. */
const TO_DEVIATION = 1.4826;
const LEAST_SPREAD = 12;

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
