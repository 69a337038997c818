import { assign } from '../tracking/assignment.ts';
import type { AlignedSequence } from './aligned-sequence.ts';

/** Overlap thresholds 0.05 … 0.95. */
export const HOTA_ALPHAS: readonly number[] = Array.from({ length: 19 }, (_, index) => (index + 1) * 0.05);

/** Per threshold; sequences are combined by adding these up, never by averaging scores. */
export type HotaCounts = {
  readonly tp: readonly number[];
  readonly fp: readonly number[];
  readonly fn: readonly number[];
  /** Sum over the TPs of TPA / (TPA + FNA + FPA) of their pair of tracks. */
  readonly association: readonly number[];
  /** Sum of the TPs' overlaps. */
  readonly overlapSum: readonly number[];
};

/** All 0–1, means over the thresholds. */
export type HotaScores = {
  readonly hota: number;
  readonly deta: number;
  readonly assa: number;
  readonly loca: number;
};

/** HOTA [Luiten et al. 2020, arXiv 2009.07736]; matching per frame as in TrackEval: overlap × global alignment. */
export const countHota = ({
  frames,
  truthBoxes,
  resultBoxes,
  truthTotal,
  resultTotal,
}: AlignedSequence): HotaCounts => {
  const columns = resultBoxes.length;
  const shared = new Float64Array(truthBoxes.length * columns);
  for (const { truth, result, overlap } of frames) {
    const rowSum = new Float64Array(truth.length);
    const columnSum = new Float64Array(result.length);
    for (let i = 0; i < truth.length; i++)
      for (let j = 0; j < result.length; j++) {
        rowSum[i]! += overlap[i * result.length + j]!;
        columnSum[j]! += overlap[i * result.length + j]!;
      }
    for (let i = 0; i < truth.length; i++)
      for (let j = 0; j < result.length; j++) {
        const value = overlap[i * result.length + j]!;
        if (value > 0) shared[truth[i]! * columns + result[j]!]! += value / (rowSum[i]! + columnSum[j]! - value);
      }
  }
  const alignment = (track: number, candidate: number): number => {
    const value = shared[track * columns + candidate]!;
    return value / (truthBoxes[track]! + resultBoxes[candidate]! - value);
  };

  const tp = HOTA_ALPHAS.map(() => 0);
  const overlapSum = HOTA_ALPHAS.map(() => 0);
  const pairs = HOTA_ALPHAS.map(() => new Map<number, number>());
  for (const { truth, result, overlap } of frames) {
    const cost = overlap.map((value, at) =>
      value === 0 ? 0 : -value * alignment(truth[Math.floor(at / result.length)]!, result[at % result.length]!),
    );
    assign(cost, truth.length, result.length).forEach((j, i) => {
      if (j < 0) return;
      const value = overlap[i * result.length + j]!;
      const pair = truth[i]! * columns + result[j]!;
      HOTA_ALPHAS.forEach((alpha, index) => {
        if (value < alpha - Number.EPSILON) return;
        tp[index]!++;
        overlapSum[index]! += value;
        pairs[index]!.set(pair, (pairs[index]!.get(pair) ?? 0) + 1);
      });
    });
  }
  const association = pairs.map((counts) => {
    let sum = 0;
    for (const [pair, count] of counts) {
      const all = truthBoxes[Math.floor(pair / columns)]! + resultBoxes[pair % columns]!;
      sum += (count * count) / (all - count);
    }
    return sum;
  });
  return {
    tp,
    fp: tp.map((count) => resultTotal - count),
    fn: tp.map((count) => truthTotal - count),
    association,
    overlapSum,
  };
};

const addEach = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((value, index) => value + b[index]!);

export const addHota = (a: HotaCounts, b: HotaCounts): HotaCounts => ({
  tp: addEach(a.tp, b.tp),
  fp: addEach(a.fp, b.fp),
  fn: addEach(a.fn, b.fn),
  association: addEach(a.association, b.association),
  overlapSum: addEach(a.overlapSum, b.overlapSum),
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const toHotaScores = ({ tp, fp, fn, association, overlapSum }: HotaCounts): HotaScores => {
  const deta = tp.map((count, index) => count / Math.max(1, count + fp[index]! + fn[index]!));
  const assa = tp.map((count, index) => association[index]! / Math.max(1, count));
  return {
    hota: mean(deta.map((value, index) => Math.sqrt(value * assa[index]!))),
    deta: mean(deta),
    assa: mean(assa),
    // Where nothing was found there is nothing to be placed wrongly [TrackEval].
    loca: mean(tp.map((count, index) => (count === 0 ? 1 : overlapSum[index]! / count))),
  };
};
