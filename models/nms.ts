import type { Candidates } from './candidates.ts';

/** More things than this are never in one picture that a person could still make sense of. */
const MAX_KEPT = 300;
/** Suppression is quadratic; at score 0.01 a crowded picture has thousands of candidates and the tail is noise. */
const MAX_CONSIDERED = 2_000;

/** Indices of all candidates by falling score; equal scores keep their order, so that replays are exact. */
const byScore = ({ scores, count }: Candidates): number[] =>
  Array.from({ length: count }, (_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);

/**
 * Greedy non-maximum suppression within each class.
 * @param iouLimit boxes that overlap a better one of their class more than this are dropped; null keeps all
 * @returns kept indices by falling score, at most 300
 */
export const nms = (candidates: Candidates, iouLimit: number | null): number[] => {
  const order = byScore(candidates);
  if (iouLimit === null) return order.slice(0, MAX_KEPT);
  const { boxes, classes } = candidates;
  const kept: number[] = [];
  for (let rank = 0; rank < order.length && rank < MAX_CONSIDERED && kept.length < MAX_KEPT; rank++) {
    const i = order[rank]!;
    const x1 = boxes[i * 4]!;
    const y1 = boxes[i * 4 + 1]!;
    const x2 = boxes[i * 4 + 2]!;
    const y2 = boxes[i * 4 + 3]!;
    const area = (x2 - x1) * (y2 - y1);
    let free = true;
    for (const j of kept) {
      if (classes[j] !== classes[i]) continue;
      const width = Math.min(x2, boxes[j * 4 + 2]!) - Math.max(x1, boxes[j * 4]!);
      if (width <= 0) continue;
      const height = Math.min(y2, boxes[j * 4 + 3]!) - Math.max(y1, boxes[j * 4 + 1]!);
      if (height <= 0) continue;
      const shared = width * height;
      const other = (boxes[j * 4 + 2]! - boxes[j * 4]!) * (boxes[j * 4 + 3]! - boxes[j * 4 + 1]!);
      if (shared > iouLimit * (area + other - shared)) {
        free = false;
        break;
      }
    }
    if (free) kept.push(i);
  }
  return kept;
};
