import { type Box, boxArea, intersectionArea, iou } from '../geometry.ts';

/** A true box of one image and class. */
export type Candidate = {
  readonly box: Box;
  /** Neither missed nor found: a detection that meets it is left out. */
  readonly ignored: boolean;
  /** Stands for many things: takes any number of detections, overlap is taken over the detection's area. */
  readonly crowd: boolean;
};

export type Match = 'hit' | 'false' | 'ignored';

/** Slack that makes an overlap of exactly the threshold a match [COCO]. */
const SLACK = 1e-10;

/**
 * Matches detections of one image and class to truth as COCO does: from the highest score on, each takes the free true
 * box it overlaps most, an ignored one only where no other fits.
 * @param boxes by falling score
 * @param truth those that are not ignored first
 */
export const matchDetections = (
  boxes: readonly Box[],
  truth: readonly Candidate[],
  threshold: number,
): readonly Match[] => {
  const taken = new Set<Candidate>();
  return boxes.map((box) => {
    let best: Candidate | null = null;
    let most = threshold - SLACK;
    for (const candidate of truth) {
      if (taken.has(candidate) && !candidate.crowd) continue;
      if (best && !best.ignored && candidate.ignored) break;
      const overlap = candidate.crowd
        ? intersectionArea(box, candidate.box) / Math.max(boxArea(box), Number.MIN_VALUE)
        : iou(box, candidate.box);
      if (overlap < most) continue;
      most = overlap;
      best = candidate;
    }
    if (!best) return 'false';
    taken.add(best);
    return best.ignored ? 'ignored' : 'hit';
  });
};
