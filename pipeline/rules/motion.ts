import { boxArea, groundPoint, iou, type Point } from '../geometry.ts';
import type { Observation } from './track-history.ts';

const median = (sorted: Float64Array): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** More observations than this are thinned evenly: pairs grow with the square. */
const MAX_POINTS = 24;

/**
 * Velocity of the ground point in source pixels per second: for x and y the median of the slopes of all pairs of
 * observations (Theil–Sen). Up to 29 % of the boxes may be wrong without moving it far. Null below two instants.
 */
export const fitVelocity = (path: readonly Observation[]): Point | null => {
  const stride = Math.max(1, Math.ceil(path.length / MAX_POINTS));
  const used = path.filter((_, index) => (path.length - 1 - index) % stride === 0);
  const points = used.map(({ box }) => groundPoint(box));
  const pairs = (used.length * (used.length - 1)) / 2;
  const [slopesX, slopesY] = [new Float64Array(pairs), new Float64Array(pairs)];
  let found = 0;
  for (let i = 0; i < used.length; i++) {
    for (let j = i + 1; j < used.length; j++) {
      const seconds = (used[j]!.ptsMs - used[i]!.ptsMs) / 1000;
      if (seconds <= 0) continue;
      slopesX[found] = (points[j]!.x - points[i]!.x) / seconds;
      slopesY[found] = (points[j]!.y - points[i]!.y) / seconds;
      found++;
    }
  }
  if (found === 0) return null;
  return { x: median(slopesX.subarray(0, found).sort()), y: median(slopesY.subarray(0, found).sort()) };
};

/** A track that was out of sight for longer may have come back on another vehicle. */
const MAX_UNSEEN_MS = 600;
/** … but where it stands in its place again, another would have had to drive off and up within that time. */
const MAX_UNSEEN_STANDING_MS = 1_000;
const STANDING_IOU = 0.6;

/**
 * Whether an observation continues the one before it so well that an offence may rest on both: hardly out of sight, and
 * no jump in size. A vehicle 10 m away that comes at 10 m/s grows by half in a third of a second; id switches grow more.
 */
export const continues = (
  before: Pick<Observation, 'ptsMs' | 'box'>,
  after: Pick<Observation, 'ptsMs' | 'box' | 'unseenMs'>,
): boolean => {
  if (after.unseenMs > MAX_UNSEEN_MS) {
    const stands = iou(before.box, after.box) >= STANDING_IOU;
    if (!stands || after.unseenMs > MAX_UNSEEN_STANDING_MS) return false;
  }
  const factor = Math.sqrt(boxArea(after.box) / Math.max(1, boxArea(before.box)));
  const limit = 1.35 + (0.5 * (after.ptsMs - before.ptsMs)) / 1000;
  return factor <= limit && factor >= 1 / limit;
};

/** Share of the time since an instant in which a track was out of sight: what it did there is guessed, not measured. */
export const unseenShare = (path: readonly Observation[], sincePtsMs: number): number => {
  const durationMs = path.at(-1)!.ptsMs - sincePtsMs;
  if (durationMs <= 0) return 0;
  let unseenMs = 0;
  for (const observation of path) if (observation.ptsMs > sincePtsMs) unseenMs += observation.unseenMs;
  return unseenMs / durationMs;
};

/** Nobody is accused of what was mostly not seen. */
export const MAX_UNSEEN_SHARE = 0.4;
