import type { Frame, Letterbox } from '../frame.ts';
import { toTarget } from '../letterbox.ts';

/** Size of the small grey picture on which whole pictures are compared. */
export const GREY_WIDTH = 48;
export const GREY_HEIGHT = 27;

type Picture = Pick<Frame, 'pixels' | 'letterbox'>;

/** Part of an analysis frame that shows the camera's picture, in its whole pixels; the rest is padding. */
export const shownOf = (
  letterbox: Letterbox,
): { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number } => {
  const { target } = letterbox;
  const shown = toTarget(letterbox.crop, letterbox);
  return {
    left: Math.max(0, Math.ceil(shown.x1)),
    top: Math.max(0, Math.ceil(shown.y1)),
    right: Math.min(target.width, Math.floor(shown.x2)),
    bottom: Math.min(target.height, Math.floor(shown.y2)),
  };
};

/** Brightness of a point, 0–1: green alone is near enough and a third of the work. */
export const greenOf = ({ pixels, letterbox: { target } }: Picture): ((x: number, y: number) => number) => {
  const { width } = target;
  return (x, y) => pixels[(y * width + x) * 3 + 1]! / 255;
};

/** Brightness 0–1 of 48 × 27 cells, row by row; every second pixel of every second row is read. */
export const smallGrey = (frame: Picture): Float32Array => {
  const { left, top, right, bottom } = shownOf(frame.letterbox);
  const at = greenOf(frame);
  const small = new Float32Array(GREY_WIDTH * GREY_HEIGHT);
  for (let row = 0; row < GREY_HEIGHT; row++) {
    const [y1, y2] = [row, row + 1].map((edge) => top + Math.floor(((bottom - top) * edge) / GREY_HEIGHT)) as [
      number,
      number,
    ];
    for (let column = 0; column < GREY_WIDTH; column++) {
      const [x1, x2] = [column, column + 1].map((edge) => left + Math.floor(((right - left) * edge) / GREY_WIDTH)) as [
        number,
        number,
      ];
      let [sum, count] = [0, 0];
      for (let y = y1; y < Math.max(y2, y1 + 1); y += 2)
        for (let x = x1; x < Math.max(x2, x1 + 1); x += 2) {
          sum += at(x, y);
          count++;
        }
      small[row * GREY_WIDTH + column] = sum / count;
    }
  }
  return small;
};

/** Size of the brightness step at each point, which a change of light leaves in place. */
export const edgesOf = (small: Float32Array): Float32Array =>
  small.map((value, index) => {
    const [x, y] = [index % GREY_WIDTH, Math.floor(index / GREY_WIDTH)];
    const right = x + 1 < GREY_WIDTH ? small[index + 1]! : value;
    const below = y + 1 < GREY_HEIGHT ? small[index + GREY_WIDTH]! : value;
    return Math.hypot(right - value, below - value);
  });

export const mean = (values: Float32Array | Uint8Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};

/** Pearson's correlation, −1 to 1; 0 where one of them is flat. */
export const correlation = (a: Float32Array, b: Float32Array): number => {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ownA, ownB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    both += da * db;
    ownA += da * da;
    ownB += db * db;
  }
  return ownA > 0 && ownB > 0 ? both / Math.sqrt(ownA * ownB) : 0;
};
