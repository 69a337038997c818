import { assign } from '../tracking/assignment.ts';
import type { AlignedSequence } from './aligned-sequence.ts';

/** Least overlap of a match, as in the MOT Challenge; the tiny slack keeps an exact half a match. */
export const MATCH_OVERLAP = 0.5 - Number.EPSILON;
/** Worth of keeping the pair of the frame before, far above any overlap. */
const KEEP_WORTH = 1000;
const MOSTLY_TRACKED = 0.8;
const MOSTLY_LOST = 0.2;

/** What is counted in one sequence; sequences are combined by adding these up. */
export type ClearCounts = {
  readonly truth: number;
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  /** True tracks that went on under another identity than the last they ever held. */
  readonly idsw: number;
  /** Times a true track was found again after a break. */
  readonly frag: number;
  readonly truthTracks: number;
  /** True tracks found in more than 80 % of their frames. */
  readonly mostlyTracked: number;
  /** … and in less than 20 %. */
  readonly mostlyLost: number;
  /** Sum of the matches' overlaps. */
  readonly overlapSum: number;
};

export type ClearScores = Omit<ClearCounts, 'overlapSum'> & {
  /** 1 − (FN + FP + IDSW) / truth; below 0 when a result errs more often than the truth has boxes; 0 without truth. */
  readonly mota: number;
  /** Mean overlap of the matches, 0–1 (a distance in py-motmetrics: 1 − this). */
  readonly motp: number;
  readonly recall: number;
  readonly precision: number;
};

/** CLEAR MOT [Bernardin and Stiefelhagen 2008] as TrackEval counts it: the previous frame's pairs are kept first. */
export const countClear = ({ frames, truthBoxes, truthTotal, resultTotal }: AlignedSequence): ClearCounts => {
  const tracks = truthBoxes.length;
  const lastEver = new Int32Array(tracks).fill(-1);
  let before = new Int32Array(tracks).fill(-1);
  const found = new Int32Array(tracks);
  const stretches = new Int32Array(tracks);
  let [tp, idsw, overlapSum] = [0, 0, 0];
  for (const { truth, result, overlap } of frames) {
    const cost = new Float64Array(overlap.length);
    truth.forEach((track, i) =>
      result.forEach((candidate, j) => {
        const shared = overlap[i * result.length + j]!;
        if (shared >= MATCH_OVERLAP)
          cost[i * result.length + j] = -(shared + (before[track] === candidate ? KEEP_WORTH : 0));
      }),
    );
    const now = new Int32Array(tracks).fill(-1);
    assign(cost, truth.length, result.length).forEach((j, i) => {
      if (j < 0 || overlap[i * result.length + j]! < MATCH_OVERLAP) return;
      const [track, candidate] = [truth[i]!, result[j]!];
      tp++;
      overlapSum += overlap[i * result.length + j]!;
      found[track]!++;
      if (lastEver[track]! >= 0 && lastEver[track] !== candidate) idsw++;
      if (before[track]! < 0) stretches[track]!++;
      lastEver[track] = candidate;
      now[track] = candidate;
    });
    before = now;
  }
  const shares = [...found].map((count, track) => count / truthBoxes[track]!);
  return {
    truth: truthTotal,
    tp,
    fp: resultTotal - tp,
    fn: truthTotal - tp,
    idsw,
    frag: stretches.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    truthTracks: tracks,
    mostlyTracked: shares.filter((share) => share > MOSTLY_TRACKED).length,
    mostlyLost: shares.filter((share) => share < MOSTLY_LOST).length,
    overlapSum,
  };
};

export const addClear = (a: ClearCounts, b: ClearCounts): ClearCounts => ({
  truth: a.truth + b.truth,
  tp: a.tp + b.tp,
  fp: a.fp + b.fp,
  fn: a.fn + b.fn,
  idsw: a.idsw + b.idsw,
  frag: a.frag + b.frag,
  truthTracks: a.truthTracks + b.truthTracks,
  mostlyTracked: a.mostlyTracked + b.mostlyTracked,
  mostlyLost: a.mostlyLost + b.mostlyLost,
  overlapSum: a.overlapSum + b.overlapSum,
});

export const toClearScores = ({ overlapSum, ...counts }: ClearCounts): ClearScores => {
  const { truth, tp, fp, fn, idsw } = counts;
  return {
    ...counts,
    mota: truth === 0 ? 0 : 1 - (fn + fp + idsw) / truth,
    motp: tp === 0 ? 0 : overlapSum / tp,
    recall: truth === 0 ? 0 : tp / truth,
    precision: tp + fp === 0 ? 0 : tp / (tp + fp),
  };
};
