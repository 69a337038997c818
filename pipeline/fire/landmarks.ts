import type { Frame } from '../frame.ts';
import { shownOf } from '../health/grey-picture.ts';

/** A picture of a pose in brightness only, at analysis size; its edges are what a moved mast is noticed by. */
export type GreyPicture = {
  readonly width: number;
  readonly height: number;
  /** 0–255, row by row. */
  readonly grey: Uint8Array<ArrayBuffer>;
};

/** The part of an analysis frame that shows the camera's picture; green alone is near enough to brightness. */
export const greyOf = ({ pixels, letterbox }: Pick<Frame, 'pixels' | 'letterbox'>): GreyPicture => {
  const { left, top, right, bottom } = shownOf(letterbox);
  const [width, height] = [right - left, bottom - top];
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (top + y) * letterbox.target.width + left;
    for (let x = 0; x < width; x++) grey[y * width + x] = pixels[3 * (row + x) + 1]!;
  }
  return { width, height, grey };
};

/** A place of the reference and where it is now, in pixels of the two pictures. */
export type Landmark = { readonly x: number; readonly y: number; readonly nowX: number; readonly nowY: number };

type Plane = { readonly width: number; readonly height: number; readonly values: Float32Array };

/** Pixels of a tile's side, and of a cell in which it is first looked for. */
const TILE = 48;
const CELL = 4;
const STEP = 32;
/** Furthest shift looked for, as a share of the picture. */
const REACH = 0.25;
/** A tile counts when so much of its edges is found again, and clearly more than at any other place. */
const LEAST_LIKENESS = 0.6;
const CLEARLY = 0.08;
/** Places so near to each other are one, in cells. */
const SAME_PLACE = 2.9;
/** Steps in brightness of 0–255 below which a tile shows nothing: sky, fog, night. */
const LEAST_CONTRAST = 4;
/** Shifts of tiles that belong together differ by this many cells at the most: a turn moves the edges of a picture further. */
const TOGETHER = 2;
/** What sums leave of a flat square by rounding. */
const LEAST_SPREAD = 1e-3;

/**
 * What of a reference picture is found again in another one, and where. Tiles with edges of their own are looked for one by
 * one, by the correlation of their edges, first in cells of 4 pixels and then to a part of a pixel; what most of them agree on is kept,
 * so that smoke, clouds and traffic are outvoted. Light may change, edges stay.
 */
export const findLandmarks = (reference: GreyPicture, current: GreyPicture): readonly Landmark[] => {
  if (reference.width !== current.width || reference.height !== current.height) return [];
  const [before, now] = [edgesOf(reference), edgesOf(current)];
  const coarseBefore = shrink(before);
  const coarseNow = toSearched(shrink(now), TILE / CELL);
  const tiles: Shifted[] = [];
  for (let y = 0; y + TILE <= reference.height; y += STEP)
    for (let x = 0; x + TILE <= reference.width; x += STEP) {
      if (contrastOf(before, x, y) < LEAST_CONTRAST) continue;
      const shift = coarseShift(coarseBefore, coarseNow, x / CELL, y / CELL);
      if (shift) tiles.push({ x, y, ...shift });
    }
  const fineNow = toSearched(now, TILE);
  return together(tiles).flatMap((tile) => refine(before, fineNow, tile) ?? []);
};

/** Shift in cells. */
type Shift = { readonly dx: number; readonly dy: number };
/** A tile by its corner in pixels. */
type Shifted = Shift & { readonly x: number; readonly y: number };

/** Size of the brightness step at each pixel, over two pixels, smoothed over three. */
const edgesOf = ({ width, height, grey }: GreyPicture): Plane => {
  const steps = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      steps[at] = Math.hypot(grey[at + 1]! - grey[at - 1]!, grey[at + width]! - grey[at - width]!);
    }
  const rows = smooth(steps, width, height, 1);
  return { width, height, values: smooth(rows, width, height, width) };
};

const smooth = (from: Float32Array, width: number, height: number, step: number): Float32Array => {
  const to = new Float32Array(width * height);
  for (let at = width; at < width * (height - 1); at++)
    to[at] = (from[at - step]! + 2 * from[at]! + from[at + step]!) / 4;
  return to;
};

const shrink = ({ width, height, values }: Plane): Plane => {
  const [columns, rows] = [Math.floor(width / CELL), Math.floor(height / CELL)];
  const small = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let y = 0; y < CELL; y++)
        for (let x = 0; x < CELL; x++) sum += values[(row * CELL + y) * width + column * CELL + x]!;
      small[row * columns + column] = sum / CELL ** 2;
    }
  return { width: columns, height: rows, values: small };
};

const contrastOf = ({ width, values }: Plane, left: number, top: number): number => {
  let [sum, squares] = [0, 0];
  for (let y = top; y < top + TILE; y++)
    for (let x = left; x < left + TILE; x++) {
      const value = values[y * width + x]!;
      sum += value;
      squares += value * value;
    }
  const mean = sum / TILE ** 2;
  return Math.sqrt(Math.max(0, squares / TILE ** 2 - mean * mean));
};

/** Correlation of a tile with the square of another plane that has its corner at a place: −1 to 1, 0 where one is flat. */
type Likeness = (x: number, y: number) => number;

/** What every tile is held against. */
type Searched = Plane & {
  readonly side: number;
  /** Sum of squared differences from the mean in the square with its corner here. */
  readonly spread: Float64Array;
};

/** Sums over all squares at once: thousands of places are looked at for each tile. */
const toSearched = (plane: Plane, side: number): Searched => {
  const { width, height, values } = plane;
  const sums = new Float64Array((width + 1) * (height + 1));
  const squares = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = values[y * width + x]!;
      const at = (y + 1) * (width + 1) + x + 1;
      sums[at] = value + sums[at - 1]! + sums[at - width - 1]! - sums[at - width - 2]!;
      squares[at] = value * value + squares[at - 1]! + squares[at - width - 1]! - squares[at - width - 2]!;
    }
  const within = (table: Float64Array, x: number, y: number): number => {
    const [upper, lower] = [y * (width + 1) + x, (y + side) * (width + 1) + x];
    return table[lower + side]! - table[lower]! - table[upper + side]! + table[upper]!;
  };
  const spread = new Float64Array(width * height);
  for (let y = 0; y + side <= height; y++)
    for (let x = 0; x + side <= width; x++)
      spread[y * width + x] = within(squares, x, y) - within(sums, x, y) ** 2 / (side * side);
  return { ...plane, side, spread };
};

/** @param x of the tile's corner, as y in the plane that it is from */
const likenessOf = (from: Plane, x: number, y: number, { side, width, values, spread }: Searched): Likeness => {
  const tile = new Float32Array(side * side);
  let whole = 0;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      whole += tile[row * side + column] = from.values[(y + row) * from.width + x + column]!;
  const average = whole / tile.length;
  let own = 0;
  for (let at = 0; at < tile.length; at++) {
    tile[at]! -= average;
    own += tile[at]! * tile[at]!;
  }
  return (nowX, nowY) => {
    const both = own * spread[nowY * width + nowX]!;
    if (both <= LEAST_SPREAD) return 0;
    let sum = 0;
    // The tile's mean is 0, so that of the square does not count.
    for (let row = 0, at = 0; row < side; row++)
      for (let place = (nowY + row) * width + nowX, end = place + side; place < end; place++, at++)
        sum += tile[at]! * values[place]!;
    return sum / Math.sqrt(both);
  };
};

/** Where a tile is found again, in cells; null where nowhere, or at more than one place. */
const coarseShift = (before: Plane, now: Searched, x: number, y: number): Shift | null => {
  const { side } = now;
  const likeness = likenessOf(before, x, y, now);
  const [reachX, reachY] = [Math.round(REACH * now.width), Math.round(REACH * now.height)];
  const [fromX, toX] = [Math.max(-reachX, -x), Math.min(reachX, now.width - side - x)];
  const [fromY, toY] = [Math.max(-reachY, -y), Math.min(reachY, now.height - side - y)];
  const columns = toX - fromX + 1;
  const likes = new Float32Array(columns * (toY - fromY + 1));
  let best = 0;
  for (let at = 0; at < likes.length; at++) {
    const [dx, dy] = [fromX + (at % columns), fromY + Math.floor(at / columns)];
    likes[at] = likeness(x + dx, y + dy);
    if (likes[at]! > likes[best]!) best = at;
  }
  const [bestX, bestY] = [best % columns, Math.floor(best / columns)];
  if (likes[best]! < LEAST_LIKENESS) return null;
  const isOnly = likes.every(
    (like, at) =>
      like < likes[best]! - CLEARLY ||
      Math.hypot((at % columns) - bestX, Math.floor(at / columns) - bestY) <= SAME_PLACE,
  );
  return isOnly ? { dx: fromX + bestX, dy: fromY + bestY } : null;
};

/** The largest group of tiles that moved alike. */
const together = (tiles: readonly Shifted[]): readonly Shifted[] => {
  let largest: readonly Shifted[] = [];
  for (const { dx, dy } of tiles) {
    const like = tiles.filter((one) => Math.abs(one.dx - dx) <= TOGETHER && Math.abs(one.dy - dy) <= TOGETHER);
    if (like.length > largest.length) largest = like;
  }
  // Tiles that did not move alike speak against it: half of all must have.
  return 2 * largest.length >= tiles.length ? largest : [];
};

/** To a part of a pixel, by a parabola through the best and its neighbours. */
const refine = (before: Plane, now: Searched, { x, y, dx, dy }: Shifted): Landmark | null => {
  const likeness = likenessOf(before, x, y, now);
  const at = (sx: number, sy: number): number =>
    x + sx >= 0 && y + sy >= 0 && x + sx + TILE <= now.width && y + sy + TILE <= now.height
      ? likeness(x + sx, y + sy)
      : -1;
  let [bestX, bestY, best] = [CELL * dx, CELL * dy, -1];
  for (let sy = CELL * (dy - 1); sy <= CELL * (dy + 1); sy++)
    for (let sx = CELL * (dx - 1); sx <= CELL * (dx + 1); sx++) {
      const like = at(sx, sy);
      if (like > best) [bestX, bestY, best] = [sx, sy, like];
    }
  const [left, right] = [at(bestX - 1, bestY), at(bestX + 1, bestY)];
  const [above, below] = [at(bestX, bestY - 1), at(bestX, bestY + 1)];
  if (best < LEAST_LIKENESS || Math.min(left, right, above, below) < 0) return null;
  const middle = { x: x + TILE / 2, y: y + TILE / 2 };
  return {
    ...middle,
    nowX: middle.x + bestX + vertex(left, best, right),
    nowY: middle.y + bestY + vertex(above, best, below),
  };
};

const vertex = (before: number, at: number, after: number): number => {
  const bend = before - 2 * at + after;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
};
