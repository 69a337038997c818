import type { Point } from './geometry.ts';

/** Whether a point lies inside a simple polygon, by ray casting. Points on an edge may fall on either side. */
export const isInside = ({ x, y }: Point, corners: readonly Point[]): boolean => {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const a = corners[i]!;
    const b = corners[j]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
};

/** Distance from the infinite line a→b, in the unit of the points; positive on the right of a→b as seen on the picture. */
export const signedDistance = (point: Point, a: Point, b: Point): number => {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = Math.hypot(dx, dy);
  // y grows downwards, so this sign of the cross product is "right" to the eye.
  return length > 0 ? (dx * (point.y - a.y) - dy * (point.x - a.x)) / length : 0;
};

/** Where a point's foot lies on a→b: 0 at a, 1 at b, beyond outside the segment. */
export const alongLine = (point: Point, a: Point, b: Point): number => {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const squared = dx * dx + dy * dy;
  return squared > 0 ? ((point.x - a.x) * dx + (point.y - a.y) * dy) / squared : 0;
};

/** Point at share 0–1 of the way from a to b. */
export const interpolate = (a: Point, b: Point, share: number): Point => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});

/** How the polygon's width splits at a point inside it. */
export type CrossSection = {
  /** Length of the shortest chord through the point, in the unit of the points. */
  readonly width: number;
  /** Distance along that chord to the nearer edge, as a share of its length: 0 at an edge, 0.5 in the middle. */
  readonly edgeShare: number;
};

const CHORDS = 18;
const CHORD_DIRECTIONS: readonly Point[] = Array.from({ length: CHORDS }, (_, step) => ({
  x: Math.cos((Math.PI * step) / CHORDS),
  y: Math.sin((Math.PI * step) / CHORDS),
}));

/**
 * Width of a lane at a point. The shortest of 18 chords crosses the lane, whatever way the lane runs, so its ends are
 * the lane's sides and not where the polygon happens to stop. Null outside the polygon.
 */
export const crossSection = (point: Point, corners: readonly Point[]): CrossSection | null => {
  if (!isInside(point, corners)) return null;
  let best: CrossSection | null = null;
  for (const direction of CHORD_DIRECTIONS) {
    let [ahead, behind] = [Infinity, Infinity];
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const distance = distanceToEdge(point, direction, corners[j]!, corners[i]!);
      if (distance >= 0) ahead = Math.min(ahead, distance);
      if (distance <= 0) behind = Math.min(behind, -distance);
    }
    const width = ahead + behind;
    if (Number.isFinite(width) && width > 0 && (!best || width < best.width))
      best = { width, edgeShare: Math.min(ahead, behind) / width };
  }
  return best;
};

/** Signed distance from a point to the edge a–b along a unit direction; NaN where they do not meet. */
const distanceToEdge = (point: Point, direction: Point, a: Point, b: Point): number => {
  const [edgeX, edgeY] = [b.x - a.x, b.y - a.y];
  const cross = direction.x * edgeY - direction.y * edgeX;
  if (cross === 0) return NaN;
  const [toX, toY] = [a.x - point.x, a.y - point.y];
  const share = (toX * direction.y - toY * direction.x) / cross;
  return share >= 0 && share <= 1 ? (toX * edgeY - toY * edgeX) / cross : NaN;
};
