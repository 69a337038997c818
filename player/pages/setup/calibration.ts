import type { Point } from '../../../pipeline/geometry.ts';
import { fitHomography, type Homography, toGround } from '../../../pipeline/homography.ts';
import { calibrate } from '../../../pipeline/rules/calibration.ts';
import type { Pair, Rule } from './draft.ts';

/** A point of the ground: `at` in fractions of the frame, `ground` in metres. */
export type CalibrationPoint = { readonly at: Pair; readonly ground: Pair };

/** What a tape measure gives for four points, in the order in which they were set; m. */
export type Distances = {
  readonly '1–2': number;
  readonly '2–3': number;
  readonly '3–4': number;
  readonly '4–1': number;
  readonly '1–3': number;
};
export const DISTANCES = ['1–2', '2–3', '3–4', '4–1', '1–3'] as const;

export const calibrationOf = (rule: Rule): readonly CalibrationPoint[] | null => {
  const points = rule['calibration'];
  return Array.isArray(points) ? (points as readonly CalibrationPoint[]) : null;
};

const toPoint = ([x, y]: Pair): Point => ({ x, y });
export const apart = ([ax, ay]: Pair, [bx, by]: Pair): number => Math.hypot(ax - bx, ay - by);
/** Centimetres: nobody measures a road finer. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The distances that four points have now. */
export const distancesOf = (ground: readonly Pair[]): Distances => {
  const between = (a: number, b: number): number => rounded(apart(ground[a]!, ground[b]!));
  return {
    '1–2': between(0, 1),
    '2–3': between(1, 2),
    '3–4': between(2, 3),
    '4–1': between(3, 0),
    '1–3': between(0, 2),
  };
};

/**
 * Four points on the ground from their distances: 1 is the origin and 2 lies on the x axis; 1–3 divides the quadrangle
 * into two triangles, 2 and 4 on either side.
 * @returns metres, or the distances that make no triangle
 */
export const placeByDistances = (given: Distances): readonly Pair[] | { readonly noTriangle: readonly string[] } => {
  const third = third3(given['1–2'], given['1–3'], given['2–3']);
  if (!third) return { noTriangle: ['1–2', '2–3', '1–3'] };
  const fourth = third3(given['1–3'], given['4–1'], given['3–4']);
  if (!fourth) return { noTriangle: ['3–4', '4–1', '1–3'] };
  // `fourth` stands on the line 1–3 as its axis; turned into the frame of 1–2, away from 2.
  const [cos, sin] = [third[0] / given['1–3'], third[1] / given['1–3']];
  const place: Pair = [fourth[0] * cos - fourth[1] * sin, fourth[0] * sin + fourth[1] * cos];
  return [[0, 0], [given['1–2'], 0], third, place].map(([x, y]): Pair => [rounded(x), rounded(y)]);
};

/** The corner of a triangle whose base runs from 0 to `base` along x; null when the sides do not meet. */
const third3 = (base: number, fromStart: number, fromEnd: number): Pair | null => {
  const x = (base ** 2 + fromStart ** 2 - fromEnd ** 2) / (2 * base);
  const height = fromStart ** 2 - x ** 2;
  return base > 0 && height > 0 ? [x, Math.sqrt(height)] : null;
};

export type CalibrationFit = {
  /** Fractions of the frame to metres, and back. */
  readonly toGround: Homography;
  readonly toPicture: Homography;
  /** Root mean square distance between given and mapped points (m); null with four points, which always fit. */
  readonly residualM: number | null;
  /** The same for each point (m). */
  readonly errorsM: readonly number[];
};

/** What the rule will make of the points; null while they fix no plane. @param ratio width : height of the picture */
export const fitOf = (points: readonly CalibrationPoint[], ratio: number): CalibrationFit | null => {
  const pairs = points.map(({ at, ground }) => ({ picture: toPoint(at), ground: toPoint(ground) }));
  const forth = fitHomography(pairs);
  const back = fitHomography(pairs.map(({ picture, ground }) => ({ picture: ground, ground: picture })));
  // The residual is the rule's own, in square pixels.
  const fit = calibrate(
    pairs.map(({ picture, ground }) => ({ picture: { x: picture.x * ratio, y: picture.y }, ground })),
    0,
  );
  if (!forth || !back || !fit) return null;
  const errorsM = pairs.map(({ picture, ground }) => {
    const found = toGround(forth, picture);
    return Math.hypot(found.x - ground.x, found.y - ground.y);
  });
  return { toGround: forth, toPicture: back, residualM: fit.residualM, errorsM };
};

/** A point more, where the fit so far says that it lies; who measures it then corrects the metres. */
export const withPoint = (points: readonly CalibrationPoint[], at: Pair): readonly CalibrationPoint[] => {
  const fit = fitOf(points, 1);
  if (!fit) return points;
  const { x, y } = toGround(fit.toGround, toPoint(at));
  return [...points, { at, ground: [rounded(x), rounded(y)] }];
};

export type Grid = { readonly spacingM: number; readonly lines: readonly (readonly [Pair, Pair])[] };

const SPACINGS_M = [0.5, 1, 2, 5, 10, 20, 50, 100];
const MOST_LINES = 14;
/** Lines go on beyond the points by this share of the area, so that one sees whether they follow the road. */
const MARGIN = 0.25;
/** Parts of a line that are looked at for the horizon. */
const STEPS = 24;

/** A grid of the ground's metres, drawn back onto the picture (fractions of the frame). */
export const gridOf = (points: readonly CalibrationPoint[], { toPicture }: CalibrationFit): Grid => {
  const range = (axis: 0 | 1): readonly [number, number] => {
    const values = points.map(({ ground }) => ground[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [low - (high - low) * MARGIN, high + (high - low) * MARGIN];
  };
  const [x, y] = [range(0), range(1)];
  const longest = Math.max(x[1] - x[0], y[1] - y[0]);
  const spacingM = SPACINGS_M.find((spacing) => longest / spacing <= MOST_LINES) ?? longest / MOST_LINES;
  const ticks = ([low, high]: readonly [number, number]): number[] =>
    Array.from(
      { length: Math.floor(high / spacingM) - Math.ceil(low / spacingM) + 1 },
      (_, index) => (Math.ceil(low / spacingM) + index) * spacingM,
    );
  const along = (from: Pair, to: Pair) => seen(toPicture, points[0]!.ground, from, to);
  return {
    spacingM,
    lines: [
      ...ticks(x).map((at) => along([at, y[0]], [at, y[1]])),
      ...ticks(y).map((at) => along([x[0], at], [x[1], at])),
    ].filter((line) => line !== null),
  };
};

/** The part of a line on the ground that lies on the camera's side of the horizon, on the picture. */
const seen = (h: Homography, known: Pair, from: Pair, to: Pair): readonly [Pair, Pair] | null => {
  const depth = ([x, y]: Pair): number => h[6]! * x + h[7]! * y + h[8]!;
  // A hundredth of the depth at a point that is on the picture: what lies further away is the horizon's haze.
  const isSeen = (point: Pair): boolean => depth(point) / depth(known) > 0.01;
  const at = (share: number): Pair => [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  const shares = Array.from({ length: STEPS + 1 }, (_, index) => index / STEPS).filter((share) => isSeen(at(share)));
  const [first, last] = [shares[0], shares.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  const onPicture = (share: number): Pair => {
    const { x, y } = toGround(h, toPoint(at(share)));
    return [x, y];
  };
  return [onPicture(first), onPicture(last)];
};
