/** Recalls 0, 0.01 … 1 at which precision is read; multiples of the step, rounding included, as pycocotools has them. */
const RECALL_POINTS = 101;
const RECALL_STEP = 0.01;

/** A detection after matching: found something, or not. */
export type Outcome = { readonly score: number; readonly hit: boolean };

/** Highest score first; equal scores keep their order, so the same input gives the same figures. */
export const byScore = <T extends { readonly score: number }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => b.score - a.score);

/**
 * Average precision with COCO's 101-point interpolation: at each recall the best precision at that recall or beyond.
 * @param outcomes sorted by `byScore`
 * @param truth boxes that could be found, at least 1
 */
export const averagePrecision = (outcomes: readonly Outcome[], truth: number): number => {
  let hits = 0;
  const recall: number[] = [];
  const precision = outcomes.map(({ hit }, index) => {
    if (hit) hits++;
    recall.push(hits / truth);
    return hits / (index + 1);
  });
  for (let i = precision.length - 2; i >= 0; i--) precision[i] = Math.max(precision[i]!, precision[i + 1]!);
  let [sum, at] = [0, 0];
  for (let point = 0; point < RECALL_POINTS; point++) {
    while (at < recall.length && recall[at]! < point * RECALL_STEP) at++;
    sum += precision[at] ?? 0;
  }
  return sum / RECALL_POINTS;
};

/** Share of the truth found by all outcomes. */
export const recallOf = (outcomes: readonly Outcome[], truth: number): number =>
  outcomes.filter(({ hit }) => hit).length / truth;

/**
 * Highest recall that some score threshold reaches with at most so many false boxes.
 * @param outcomes sorted by `byScore`; boxes of one score pass the threshold together
 */
export const recallAtFalse = (outcomes: readonly Outcome[], truth: number, mostFalse: number): number => {
  let [hits, misses, reached] = [0, 0, 0];
  for (const [index, { score, hit }] of outcomes.entries()) {
    if (hit) hits++;
    else misses++;
    if (misses > mostFalse) break;
    if (outcomes[index + 1]?.score !== score) reached = hits / truth;
  }
  return reached;
};
