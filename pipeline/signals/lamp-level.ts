import type { Frame, Letterbox } from '../frame.ts';
import { type Box, boxHeight, boxWidth } from '../geometry.ts';
import { toTarget } from '../letterbox.ts';

/** How one lamp's region looks in one frame. */
export type LampLevel = {
  /** 90th percentile of the brightest channel, 0–1: the lit core, whatever share of the region it fills. */
  readonly brightness: number;
  /** Red against green, −1 to 1, pixels weighed by brightness. The core of a lit lamp is white; its halo has the colour. */
  readonly redness: number;
  /** Red and green together against blue, −1 to 1. */
  readonly warmth: number;
};

/**
 * A lamp that is smaller in the analysis frame is mixed with what is around it and cannot be told from its neighbour:
 * one of 3 px was read wrong in 17 of 78 frames [benchmarks/README.md].
 */
const LEAST_SIDE_PX = 4;

/** Twice that is wanted where the camera has it to give: lamps are drawn by hand. */
const WANTED_SIDE_PX = 2 * LEAST_SIDE_PX;

const inFrame = (region: Box, letterbox: Letterbox): Box => {
  const { width, height } = letterbox.source;
  return toTarget(
    { x1: region.x1 * width, y1: region.y1 * height, x2: region.x2 * width, y2: region.y2 * height },
    letterbox,
  );
};
const shorterSide = (box: Box): number => Math.min(boxWidth(box), boxHeight(box));

/** Whether a lamp is so small in an analysis frame that a larger one should be asked for. @param region in fractions */
export const isSmallLamp = (region: Box, letterbox: Letterbox): boolean =>
  shorterSide(inFrame(region, letterbox)) < WANTED_SIDE_PX;

/**
 * Measures a lamp in an analysis frame.
 * @param region in fractions of the camera's picture
 * @returns null when the region lies outside what the frame shows, or is too small in it
 */
export const lampLevel = (
  { pixels, letterbox }: Pick<Frame, 'pixels' | 'letterbox'>,
  region: Box,
): LampLevel | null => {
  const { target } = letterbox;
  const box = inFrame(region, letterbox);
  if (shorterSide(box) < LEAST_SIDE_PX) return null;
  // Not a row more: a lit lamp above or below would fill a tenth of a small region and be taken for this one's core.
  const x1 = Math.max(0, Math.round(box.x1));
  const y1 = Math.max(0, Math.round(box.y1));
  const x2 = Math.min(target.width, Math.round(box.x2));
  const y2 = Math.min(target.height, Math.round(box.y2));
  if ((x2 - x1) * (y2 - y1) < 4 || x2 <= x1) return null;

  const histogram = new Uint32Array(256);
  let [red, green, blue, count] = [0, 0, 0, 0];
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++) {
      const at = (y * target.width + x) * 3;
      const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
      const brightest = Math.max(r, g, b);
      histogram[brightest]!++;
      red += r * brightest;
      green += g * brightest;
      blue += b * brightest;
      count++;
    }
  return {
    brightness: percentile(histogram, count, 0.9) / 255,
    redness: ratio(red, green),
    warmth: ratio((red + green) / 2, blue),
  };
};

const ratio = (a: number, b: number): number => (a + b > 0 ? (a - b) / (a + b) : 0);

const percentile = (histogram: Uint32Array, count: number, share: number): number => {
  let left = count * share;
  for (let value = 0; value < 256; value++) {
    left -= histogram[value]!;
    if (left <= 0) return value;
  }
  return 255;
};
