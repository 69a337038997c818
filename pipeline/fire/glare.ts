import type { Box } from '../geometry.ts';
import type { GreyPicture } from './landmarks.ts';

/** Side of the cells that are burnt out or not, in pixels of the analysis. */
const CELL = 8;
/** Burnt out: the sensor's (or the coding's) white, which is 235 to 255, and nothing to be told apart in it. */
const LEAST_LIGHT = 225;
const MOST_SPREAD = 8;
/**
 * Share of the picture that is burnt out. Of 384 boxes of real smoke on 391 pictures of towers that the detector was trained
 * on no picture has more than 0.11; against the sun it is 0.19 and more.
 */
const SHARE = { free: 0.12, full: 0.18 };
/** Share of the place above a candidate, as high as itself, that is: of the same boxes one in twenty has more than 0.67. */
const ABOVE = { free: 0.6, full: 0.8 };

/**
 * How much of what is seen at places, in pixels of the picture, may be stray light, 0 to 1. A camera that looks against the sun burns out, and draws
 * veils and streaks below what is burnt out that look like smoke. Chosen on the training pictures of smoke, and on one
 * sequence of glare (`hill-glare` of benchmarks/smoke-frames.csv).
 */
export const glareAt = (picture: GreyPicture, places: readonly Box[]): readonly number[] => {
  if (places.length === 0) return [];
  const burnt = burntCells(picture);
  const whole = ramp(burnt.share({ x1: 0, y1: 0, x2: picture.width, y2: picture.height }), SHARE);
  return places.map(({ x1, y1, x2, y2 }) =>
    whole === 0 ? 0 : whole * ramp(burnt.share({ x1, y1: y1 - (y2 - y1), x2, y2: y1 }), ABOVE),
  );
};

const ramp = (value: number, { free, full }: typeof SHARE): number =>
  Math.min(1, Math.max(0, (value - free) / (full - free)));

const burntCells = ({ width, height, grey }: GreyPicture) => {
  const [columns, rows] = [Math.floor(width / CELL), Math.floor(height / CELL)];
  const isBurnt = (column: number, row: number): boolean => {
    let [least, most, sum] = [255, 0, 0];
    for (let y = row * CELL; y < (row + 1) * CELL; y++)
      for (let x = column * CELL; x < (column + 1) * CELL; x++) {
        const value = grey[y * width + x]!;
        least = Math.min(least, value);
        most = Math.max(most, value);
        sum += value;
      }
    return sum / CELL ** 2 >= LEAST_LIGHT && most - least <= MOST_SPREAD;
  };
  const burnt = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) burnt[row * columns + column] = isBurnt(column, row) ? 1 : 0;
  return {
    /** Of the cells that a place touches; 0 where it lies outside the picture. */
    share: ({ x1, y1, x2, y2 }: Box): number => {
      let [sum, count] = [0, 0];
      for (let row = Math.max(0, Math.floor(y1 / CELL)); row < Math.min(rows, Math.ceil(y2 / CELL)); row++)
        for (
          let column = Math.max(0, Math.floor(x1 / CELL));
          column < Math.min(columns, Math.ceil(x2 / CELL));
          column++
        ) {
          sum += burnt[row * columns + column]!;
          count++;
        }
      return count > 0 ? sum / count : 0;
    },
  };
};
