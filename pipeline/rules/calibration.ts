import type { Point } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { fitHomography, type Homography, type PointPair, toGround } from '../homography.ts';

/** A calibrated piece of road: picture (source pixels) to ground (metres), and how well it is known. */
export type Calibration = {
  readonly homography: Homography;
  /** The same from each picture coordinate moved by one standard deviation: what an error there would do. */
  readonly shifted: readonly Homography[];
  /** Convex hull of the surveyed points, source pixels: nothing is measured outside. */
  readonly area: readonly Point[];
  /** Root mean square distance between surveyed and mapped points, m; null with four points, which always fit. */
  readonly residualM: number | null;
};

/** Names a calibration by its points: another survey is another id. */
export const calibrationId = (points: unknown): string => geometryHash(points).slice(0, 12);

/**
 * Fits a calibration. How far off a picked point may be is taken from how badly the points fit, where there are more
 * than four, and never less than `pointErrorPx`.
 * @param pairs picture in source pixels, ground in metres
 * @returns null when the points do not fix a plane
 */
export const calibrate = (pairs: readonly PointPair[], pointErrorPx: number): Calibration | null => {
  const homography = fitHomography(pairs);
  if (!homography) return null;
  const area = convexHull(pairs.map(({ picture }) => picture));
  const backwards = fitHomography(pairs.map(({ picture, ground }) => ({ picture: ground, ground: picture })));
  if (!backwards) return null;
  const sum = (errors: readonly number[]): number => errors.reduce((total, error) => total + error * error, 0);
  const errorsM = pairs.map(({ picture, ground }) => apart(toGround(homography, picture), ground));
  const errorsPx = pairs.map(({ picture, ground }) => apart(toGround(backwards, ground), picture));
  // Two coordinates a pair, of which the fit uses up eight.
  const freedom = 2 * pairs.length - 8;
  const sigmaPx = Math.max(pointErrorPx, freedom > 0 ? Math.sqrt(sum(errorsPx) / freedom) : 0);
  const shifted = pairs.flatMap((_, index) =>
    [
      { x: sigmaPx, y: 0 },
      { x: 0, y: sigmaPx },
    ].map((by) => fitHomography(pairs.map((pair, other) => (other === index ? moved(pair, by) : pair)))),
  );
  return {
    homography,
    shifted: shifted.filter((moved) => moved !== null),
    area,
    residualM: freedom > 0 ? Math.sqrt(sum(errorsM) / pairs.length) : null,
  };
};

const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

const moved = ({ picture, ground }: PointPair, by: Point): PointPair => ({
  picture: { x: picture.x + by.x, y: picture.y + by.y },
  ground,
});

/** Andrew's monotone chain. */
const convexHull = (points: readonly Point[]): readonly Point[] => {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  const turn = (o: Point, a: Point, b: Point): number => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
  const chain = (along: readonly Point[]): Point[] => {
    const hull: Point[] = [];
    for (const point of along) {
      while (hull.length >= 2 && turn(hull.at(-2)!, hull.at(-1)!, point) <= 0) hull.pop();
      hull.push(point);
    }
    return hull.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.toReversed())];
};
