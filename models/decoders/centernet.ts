import { type Decoder, floats } from './decoder.ts';

/**
 * CenterNet ("Objects as Points", Zhou et al., 2019) with its peaks found in the graph: `[N,K,6]`, each row
 * x1 y1 x2 y2 in input pixels, score, class from 0. One row per peak of a class, best first, so boxes of one thing
 * with two peaks are left to the suppression that follows.
 */
export const centernet: Decoder = {
  shapes: () => [[-1, -1, 6]],
  decode: (outputs, picture, { classes: { names }, minScore }, into) => {
    const rows = floats(outputs[0]);
    const most = outputs[0]!.dims[1]!;
    for (let at = picture * most * 6; at < (picture + 1) * most * 6; at += 6) {
      const score = rows[at + 4]!;
      // Also false for NaN, which a peak without a size can have.
      if (!(score >= minScore)) continue;
      const classId = rows[at + 5]!;
      if ((names[classId] ?? null) === null) continue;
      into.push(rows[at]!, rows[at + 1]!, rows[at + 2]!, rows[at + 3]!, score, classId);
    }
  },
};
