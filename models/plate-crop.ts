import sharp from 'sharp';
import { type Box, boxHeight, boxWidth, clipBox, type Size } from '../pipeline/geometry.ts';
import type { PlateColour } from '../pipeline/plates/parse.ts';

/** A decoded picture: uint8 RGB, row by row. */
export type Picture = Size & { readonly pixels: Uint8Array };

/** The box with a margin all round, in parts of its sides. */
export const widened = (box: Box, margin: number): Box => {
  const [dx, dy] = [boxWidth(box) * margin, boxHeight(box) * margin];
  return { x1: box.x1 - dx, y1: box.y1 - dy, x2: box.x2 + dx, y2: box.y2 + dy };
};

/** The box on whole pixels inside the picture; null when nothing of it is left. */
const toRegion = (box: Box, picture: Picture) => {
  const { x1, y1, x2, y2 } = clipBox(box, picture);
  const left = Math.floor(x1);
  const top = Math.floor(y1);
  const width = Math.min(picture.width, Math.ceil(x2)) - left;
  const height = Math.min(picture.height, Math.ceil(y2)) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : null;
};

const cut = (picture: Picture, region: NonNullable<ReturnType<typeof toRegion>>) =>
  sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 3 } }).extract(region);

/** A part of the picture stretched to a size. @returns uint8 RGB; null when the box lies outside */
export const stretch = async (picture: Picture, box: Box, to: Size): Promise<Uint8Array | null> => {
  const region = toRegion(box, picture);
  return region
    ? cut(picture, region).resize(to.width, to.height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer()
    : null;
};

/** How a plate lies in its crop: its lines fall by a part of the crop's height, its letters lean by a part of the width. */
export type Lie = { readonly tilt: number; readonly lean: number };

/**
 * A plate that lies askew in its crop, laid level: a parallelogram of the crop stretched to a size.
 * @param pixels of the size `from`, uint8 RGB
 * @param lie both −1 to 1; the lines fall to the right edge, the letters' feet stand right of their heads
 */
export const levelled = (pixels: Uint8Array, from: Size, { tilt, lean }: Lie, to: Size): Uint8Array => {
  const out = new Uint8Array(to.width * to.height * 3);
  const [wide, tall] = [1 - Math.abs(lean), 1 - Math.abs(tilt)];
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++) {
      const across = (x + 0.5) / to.width - 0.5;
      const down = (y + 0.5) / to.height - 0.5;
      const left = (0.5 + across * wide + down * lean) * from.width - 0.5;
      const top = (0.5 + down * tall + across * tilt) * from.height - 0.5;
      const x1 = Math.max(0, Math.min(from.width - 2, Math.floor(left)));
      const y1 = Math.max(0, Math.min(from.height - 2, Math.floor(top)));
      const dx = Math.max(0, Math.min(1, left - x1));
      const dy = Math.max(0, Math.min(1, top - y1));
      const here = (y1 * from.width + x1) * 3;
      const below = here + from.width * 3;
      for (let c = 0; c < 3; c++) {
        const upper = pixels[here + c]! * (1 - dx) + pixels[here + c + 3]! * dx;
        const lower = pixels[below + c]! * (1 - dx) + pixels[below + c + 3]! * dx;
        out[(y * to.width + x) * 3 + c] = upper * (1 - dy) + lower * dy;
      }
    }
  return out;
};

/** A part of the picture fitted into a size at the top left, grey elsewhere, and the factor it was scaled by. */
export const letterbox = async (
  picture: Picture,
  box: Box,
  to: Size,
  padValue: number,
): Promise<{
  readonly pixels: Uint8Array;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
} | null> => {
  const region = toRegion(box, picture);
  if (!region) return null;
  const scale = Math.min(to.width / region.width, to.height / region.height);
  const width = Math.max(1, Math.round(region.width * scale));
  const height = Math.max(1, Math.round(region.height * scale));
  const pixels = await cut(picture, region)
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .extend({
      right: to.width - width,
      bottom: to.height - height,
      background: { r: padValue, g: padValue, b: padValue },
    })
    .raw()
    .toBuffer();
  return { pixels, scale, left: region.left, top: region.top };
};

/** A part of the picture as JPEG, with a margin so that a person sees what surrounds the plate. */
export const cropJpeg = async (picture: Picture, box: Box, margin: number, quality: number): Promise<Buffer | null> => {
  const region = toRegion(widened(box, margin), picture);
  return region ? cut(picture, region).jpeg({ quality }).toBuffer() : null;
};

const luma = (pixels: Uint8Array, at: number): number =>
  0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;

/**
 * How sharp the letters of a stretched crop are, 0–1: strongest steps between neighbours against the crop's own contrast,
 * so that light does not matter. Blur flattens the steps and leaves the contrast.
 */
export const sharpnessOf = (pixels: Uint8Array, { width, height }: Size): number => {
  const rows = Math.ceil(height / 2);
  const across = Math.max(0, width - 2);
  const steps = new Float32Array(rows * across);
  const values = new Float32Array(rows * across);
  let count = 0;
  for (let y = 0; y < height; y += 2)
    for (let x = 0; x < across; x++) {
      const at = (y * width + x) * 3;
      const here = luma(pixels, at);
      values[count] = here;
      steps[count] = Math.abs(luma(pixels, at + 6) - here);
      count += 1;
    }
  values.sort();
  steps.sort();
  const contrast = values[Math.floor(count * 0.95)]! - values[Math.floor(count * 0.05)]!;
  return contrast < 8 ? 0 : Math.min(1, steps[Math.floor(count * 0.95)]! / contrast / 0.5);
};

/** Colour of a plate from a stretched crop; undefined when light or cast leave it open. */
export const colourOf = (pixels: Uint8Array, { width, height }: Size): PlateColour | undefined => {
  // Brightness above the pixel's number: sorting these numbers sorts the pixels.
  const keys: number[] = [];
  for (let y = Math.floor(height * 0.15); y < height * 0.85; y++)
    for (let x = Math.floor(width * 0.08); x < width * 0.92; x++) {
      const at = y * width + x;
      keys.push(Math.round(luma(pixels, at * 3) * 64) * 2 ** 18 + at);
    }
  const all = Float64Array.from(keys).sort();
  const mean = (part: Float64Array): readonly [number, number, number] => {
    const sum = [0, 0, 0];
    for (const key of part) {
      const at = (key % 2 ** 18) * 3;
      for (let c = 0; c < 3; c++) sum[c] = sum[c]! + pixels[at + c]!;
    }
    return [sum[0]! / part.length, sum[1]! / part.length, sum[2]! / part.length];
  };
  const dark = mean(all.subarray(0, Math.floor(all.length * 0.2)));
  const light = mean(all.subarray(Math.floor(all.length * 0.8)));
  const middle = mean(all.subarray(Math.floor(all.length * 0.4), Math.floor(all.length * 0.6)));
  const [ground, letters] = distance(middle, light) < distance(middle, dark) ? [light, dark] : [dark, light];
  const groundHue = hueOf(ground);
  const lettersHue = hueOf(letters);
  if (groundHue === null) return lettersHue !== null && isRed(lettersHue) ? 'red-on-white' : 'white';
  if (ground === light && groundHue > 30 && groundHue < 70) return 'yellow';
  if (ground === dark && groundHue > 195 && groundHue < 260) return 'blue';
  if (ground === dark && isRed(groundHue)) return 'white-on-red';
  return undefined;
};

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);

const isRed = (hue: number): boolean => hue < 20 || hue > 335;

/** Degrees; null for greys and for what is too dark to have a colour. */
const hueOf = ([r, g, b]: readonly [number, number, number]): number | null => {
  const high = Math.max(r, g, b);
  const span = high - Math.min(r, g, b);
  if (high < 60 || span / high < 0.45) return null;
  if (high === r) return (60 * ((g - b) / span) + 360) % 360;
  return high === g ? 60 * ((b - r) / span) + 120 : 60 * ((r - g) / span) + 240;
};
