import type { Redaction, Region } from './regions.ts';

/** One plane of a picture, or an interleaved one with several channels. Changed in place. */
export type Plane = {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
};

/** So few squares across the shorter side: of a face or a plate nothing is left that could be put together again. */
const SQUARES = 4;
const LEAST_SQUARE_PX = 4;

type Rect = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

const toRect = ({ x1, y1, x2, y2 }: Region, { width, height }: Plane): Rect => ({
  left: Math.max(0, Math.floor(x1 * width)),
  top: Math.max(0, Math.floor(y1 * height)),
  right: Math.min(width, Math.ceil(x2 * width)),
  bottom: Math.min(height, Math.ceil(y2 * height)),
});

/** Hides what the redaction says: other vehicles except where the subject stands before them, then every head. */
export const redactPlane = (plane: Plane, { vehicles, heads, subjects }: Redaction): void => {
  const shown = subjects.map((region) => toRect(region, plane));
  for (const region of vehicles) cover(plane, toRect(region, plane), shown);
  for (const region of heads) cover(plane, toRect(region, plane), []);
};

/** Every square becomes the mean of its pixels, except pixels inside of the rectangles that stay. */
const cover = (plane: Plane, rect: Rect, stay: readonly Rect[]): void => {
  const shorter = Math.min(rect.right - rect.left, rect.bottom - rect.top);
  const square = Math.max(LEAST_SQUARE_PX, Math.ceil(shorter / SQUARES));
  for (let top = rect.top; top < rect.bottom; top += square)
    for (let left = rect.left; left < rect.right; left += square)
      coverSquare(
        plane,
        { left, top, right: Math.min(left + square, rect.right), bottom: Math.min(top + square, rect.bottom) },
        stay,
      );
};

const coverSquare = ({ data, width, channels }: Plane, rect: Rect, stay: readonly Rect[]): void => {
  const { left, top, right, bottom } = rect;
  const touched = stay.filter(
    (other) => other.left < right && other.right > left && other.top < bottom && other.bottom > top,
  );
  const count = (right - left) * (bottom - top);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) sum += data[(y * width + x) * channels + channel]!;
    const mean = Math.round(sum / count);
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++)
        if (!touched.some((one) => x >= one.left && x < one.right && y >= one.top && y < one.bottom))
          data[(y * width + x) * channels + channel] = mean;
  }
};
