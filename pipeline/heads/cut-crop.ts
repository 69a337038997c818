import type { Frame, FrameHeader } from '../frame.ts';
import { type Box, boxHeight, boxWidth, type Size } from '../geometry.ts';
import { toSource, toTarget } from '../letterbox.ts';

/** Grey of what lies beside a crop whose shape is not the model's. */
const PADDING = 114;

/**
 * Which source pixels, with which weights, make each pixel of one axis: averages when it shrinks, else straight lines.
 * Pixel i is made of `counts[i]` pixels from `first[i]` on; its weights lie from `i * most` on.
 */
type Taps = {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float32Array;
  readonly most: number;
};

const toTaps = (from: number, length: number, limit: number, count: number): Taps => {
  const step = length / count;
  const first = new Int32Array(count);
  const counts = new Int32Array(count);
  const most = step <= 1 ? 2 : Math.ceil(step) + 1;
  const weights = new Float32Array(count * most);
  for (let i = 0; i < count; i++) {
    if (step <= 1) {
      const at = Math.min(Math.max(from + (i + 0.5) * step - 0.5, from), from + length - 1);
      const low = Math.min(Math.floor(at), limit - 1);
      first[i] = low;
      const hasNext = low + 1 < from + length;
      counts[i] = hasNext ? 2 : 1;
      weights[i * most] = hasNext ? low + 1 - at : 1;
      if (hasNext) weights[i * most + 1] = at - low;
      continue;
    }
    const [start, end] = [from + i * step, from + (i + 1) * step];
    const low = Math.floor(start);
    const high = Math.min(Math.ceil(end - 1e-6), limit);
    first[i] = low;
    counts[i] = high - low;
    for (let k = 0; k < high - low; k++)
      weights[i * most + k] = (Math.min(end, low + k + 1) - Math.max(start, low + k)) / step;
  }
  return { first, counts, weights, most };
};

/**
 * Cuts a part of an analysis frame out and scales it to a model's input, shape kept, at the top left of grey.
 * @param part in source pixels; cut at the edges of what the frame shows and widened to whole pixels of the frame
 * @param into gives the memory that the crop is written to; its `release` becomes the crop's
 * @returns null when less than 8 px of the frame are left; the crop's letterbox leads back to source pixels
 */
export const cutCrop = (
  frame: FrameHeader & Pick<Frame, 'pixels'>,
  part: Box,
  target: Size,
  into = (): Pick<Frame, 'pixels' | 'release'> => ({
    pixels: new Uint8Array(target.width * target.height * 3),
    release: () => undefined,
  }),
): Frame | null => {
  const { letterbox, pixels } = frame;
  const inFrame = toTarget(part, letterbox);
  const x1 = Math.max(0, Math.floor(inFrame.x1));
  const y1 = Math.max(0, Math.floor(inFrame.y1));
  const x2 = Math.min(letterbox.target.width, Math.ceil(inFrame.x2));
  const y2 = Math.min(letterbox.target.height, Math.ceil(inFrame.y2));
  if (x2 - x1 < 8 || y2 - y1 < 8) return null;

  const scale = Math.min(target.width / (x2 - x1), target.height / (y2 - y1));
  const width = Math.min(target.width, Math.max(1, Math.round((x2 - x1) * scale)));
  const height = Math.min(target.height, Math.max(1, Math.round((y2 - y1) * scale)));
  const columns = toTaps(x1, x2 - x1, letterbox.target.width, width);
  const rows = toTaps(y1, y2 - y1, letterbox.target.height, height);
  const frameRow = letterbox.target.width * 3;
  // Rows first into sums of whole frame rows, then columns: each source pixel is read about once.
  const line = new Float32Array((x2 - x1) * 3);
  const { pixels: out, release } = into();
  out.fill(PADDING);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let k = 0; k < rows.counts[y]!; k++) {
      const weight = rows.weights[y * rows.most + k]!;
      const from = (rows.first[y]! + k) * frameRow + x1 * 3;
      for (let i = 0; i < line.length; i++) line[i]! += weight * pixels[from + i]!;
    }
    for (let x = 0; x < width; x++) {
      const from = (columns.first[x]! - x1) * 3;
      let [red, green, blue] = [0, 0, 0];
      for (let k = 0; k < columns.counts[x]!; k++) {
        const weight = columns.weights[x * columns.most + k]!;
        red += weight * line[from + k * 3]!;
        green += weight * line[from + k * 3 + 1]!;
        blue += weight * line[from + k * 3 + 2]!;
      }
      const at = (y * target.width + x) * 3;
      out[at] = red + 0.5;
      out[at + 1] = green + 0.5;
      out[at + 2] = blue + 0.5;
    }
  }
  const crop = toSource({ x1, y1, x2, y2 }, letterbox);
  return {
    ...frame,
    pixels: out,
    letterbox: {
      source: letterbox.source,
      target,
      crop,
      scaleX: width / boxWidth(crop),
      scaleY: height / boxHeight(crop),
      offset: { x: 0, y: 0 },
    },
    release,
  };
};
