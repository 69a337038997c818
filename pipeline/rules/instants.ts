import { groundPoint, type Point } from '../geometry.ts';
import { interpolate } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import type { Observation } from './track-history.ts';

/** Two looks farther apart say too little of what happened between them. */
const LONGEST_STEP_MS = 1_000;

/**
 * When something came true that was not yet so at the look before: the middle between the two. So an instant does not
 * depend on how often a camera is looked at, but for half an interval to either side.
 */
export const cameTrue = (beforePtsMs: PtsMs | undefined, ptsMs: PtsMs): PtsMs =>
  beforePtsMs !== undefined && ptsMs - beforePtsMs <= LONGEST_STEP_MS ? (beforePtsMs + ptsMs) / 2 : ptsMs;

type Looks = { readonly beforePtsMs: PtsMs | undefined; readonly ptsMs: PtsMs };

/** When a time that is counted from `sincePtsMs` was full; where something else was waited for, as `cameTrue`. */
export const timeWasFull = (sincePtsMs: PtsMs, leastMs: number, { beforePtsMs, ptsMs }: Looks): PtsMs => {
  const full = sincePtsMs + leastMs;
  const isFresh = beforePtsMs !== undefined && full >= beforePtsMs && full <= ptsMs;
  return isFresh ? full : cameTrue(beforePtsMs, ptsMs);
};

type Place = { readonly ptsMs: PtsMs; readonly ground: Point };

/** When a track that is inside a zone now passed its edge, by bisection of its last step; now, where it was not outside. */
export const enteredAt = (path: readonly Observation[], isIn: (ground: Point) => boolean): PtsMs => {
  const [before, newest] = [path.at(-2), path.at(-1)!];
  return before ? passedEdge(toPlace(before), toPlace(newest), isIn) : newest.ptsMs;
};

/**
 * When a track came in that was inside when it was seen for the first time: since the look before, which did not find
 * it, at the edge that its way from the first look to the second leads back to; the first look, where it leads to none.
 */
export const cameInAt = (
  path: readonly Observation[],
  lookBeforePtsMs: PtsMs,
  isIn: (ground: Point) => boolean,
): PtsMs => {
  const [first, second] = [toPlace(path[0]!), path[1] && toPlace(path[1])];
  if (!second || second.ptsMs <= first.ptsMs) return first.ptsMs;
  const back = interpolate(first.ground, second.ground, (lookBeforePtsMs - first.ptsMs) / (second.ptsMs - first.ptsMs));
  return passedEdge({ ptsMs: lookBeforePtsMs, ground: back }, first, isIn);
};

const toPlace = ({ ptsMs, box }: Observation): Place => ({ ptsMs, ground: groundPoint(box) });

const passedEdge = (from: Place, to: Place, isIn: (ground: Point) => boolean): PtsMs => {
  if (to.ptsMs - from.ptsMs > LONGEST_STEP_MS || isIn(from.ground)) return to.ptsMs;
  let [outside, inside] = [0, 1];
  for (let step = 0; step < 10; step++) {
    const middle = (outside + inside) / 2;
    if (isIn(interpolate(from.ground, to.ground, middle))) inside = middle;
    else outside = middle;
  }
  return from.ptsMs + inside * (to.ptsMs - from.ptsMs);
};
