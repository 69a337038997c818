import type { Point } from './geometry.ts';

/** A point on the picture and the same point on the ground, in whatever units each has. */
export type PointPair = { readonly picture: Point; readonly ground: Point };

/** Maps picture to ground, row-major 3 × 3, the last entry 1. */
export type Homography = readonly number[];

/** Fewer pairs leave the eight numbers of a homography open. */
export const LEAST_PAIRS = 4;
/** A pivot this small beside numbers near one means that points lie on one line. */
const SINGULAR = 1e-9;

/**
 * Homography from picture to ground by linear least squares in normalised coordinates [Hartley and Zisserman, Multiple
 * View Geometry, §4.1 and §4.4, inhomogeneous form]. Exact for four pairs; null where they do not fix it: too few, or
 * three of four on one line.
 */
export const fitHomography = (pairs: readonly PointPair[]): Homography | null => {
  if (pairs.length < LEAST_PAIRS) return null;
  const from = normaliser(pairs.map(({ picture }) => picture));
  const to = normaliser(pairs.map(({ ground }) => ground));
  if (!from || !to) return null;
  // Normal equations of: u·(h6 x + h7 y + 1) = h0 x + h1 y + h2, and the same for v.
  const a = Array.from({ length: 8 }, () => new Float64Array(9));
  const add = (row: readonly number[], right: number): void => {
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) a[i]![j]! += row[i]! * row[j]!;
      a[i]![8]! += row[i]! * right;
    }
  };
  for (const { picture, ground } of pairs) {
    const { x, y } = scaled(picture, from);
    const { x: u, y: v } = scaled(ground, to);
    add([x, y, 1, 0, 0, 0, -u * x, -u * y], u);
    add([0, 0, 0, x, y, 1, -v * x, -v * y], v);
  }
  const solved = solve(a);
  if (!solved) return null;
  // Back to the callers' units: T_to⁻¹ · H · T_from.
  const h = [...solved, 1];
  const normalising = [from.scale, 0, -from.scale * from.x, 0, from.scale, -from.scale * from.y, 0, 0, 1];
  const restoring = [1 / to.scale, 0, to.x, 0, 1 / to.scale, to.y, 0, 0, 1];
  const whole = multiply(restoring, multiply(h, normalising));
  const last = whole[8]!;
  return Math.abs(last) < Number.EPSILON ? null : whole.map((value) => value / last);
};

/** Where a picture point lies on the ground. */
export const toGround = (h: Homography, { x, y }: Point): Point => {
  const w = h[6]! * x + h[7]! * y + h[8]!;
  return { x: (h[0]! * x + h[1]! * y + h[2]!) / w, y: (h[3]! * x + h[4]! * y + h[5]!) / w };
};

/** How the ground point moves with the picture point: `[du/dx, du/dy, dv/dx, dv/dy]`. */
export const jacobian = (h: Homography, point: Point): readonly [number, number, number, number] => {
  const w = h[6]! * point.x + h[7]! * point.y + h[8]!;
  const { x: u, y: v } = toGround(h, point);
  return [(h[0]! - u * h[6]!) / w, (h[1]! - u * h[7]!) / w, (h[3]! - v * h[6]!) / w, (h[4]! - v * h[7]!) / w];
};

type Normaliser = { readonly x: number; readonly y: number; readonly scale: number };

/** Moves points around the origin at a mean distance of √2, without which the equations lose their digits. */
const normaliser = (points: readonly Point[]): Normaliser | null => {
  const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  const distance = points.reduce((sum, point) => sum + Math.hypot(point.x - x, point.y - y), 0) / points.length;
  return distance > 0 ? { x, y, scale: Math.SQRT2 / distance } : null;
};

const scaled = (point: Point, { x, y, scale }: Normaliser): Point => ({
  x: (point.x - x) * scale,
  y: (point.y - y) * scale,
});

const multiply = (a: readonly number[], b: readonly number[]): number[] =>
  Array.from({ length: 9 }, (_, index) => {
    const [row, column] = [Math.floor(index / 3) * 3, index % 3];
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
  });

/** Gaussian elimination with pivoting on an n × (n + 1) matrix, in place; null when it is singular. */
export const solve = (a: Float64Array[]): number[] | null => {
  const n = a.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(a[row]![column]!) > Math.abs(a[pivot]![column]!)) pivot = row;
    if (Math.abs(a[pivot]![column]!) < SINGULAR) return null;
    [a[column], a[pivot]] = [a[pivot]!, a[column]!];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const share = a[row]![column]! / a[column]![column]!;
      for (let k = column; k <= n; k++) a[row]![k]! -= share * a[column]![k]!;
    }
  }
  return a.map((row, index) => row[n]! / row[index]!);
};
