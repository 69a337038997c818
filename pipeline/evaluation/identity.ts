import { assign } from '../tracking/assignment.ts';
import type { AlignedSequence } from './aligned-sequence.ts';
import { MATCH_OVERLAP } from './clear.ts';

/** Boxes that one global one-to-one matching of whole tracks explains; added up over sequences. */
export type IdentityCounts = { readonly idtp: number; readonly idfp: number; readonly idfn: number };

export type IdentityScores = IdentityCounts & {
  /** 2·IDTP / (truth + result), 0–1. */
  readonly idf1: number;
  readonly idp: number;
  readonly idr: number;
};

/** Identity measures [Ristani et al. 2016, arXiv 1609.01775]: the matching of tracks with fewest wrong boxes. */
export const countIdentity = ({
  frames,
  truthBoxes,
  resultBoxes,
  truthTotal,
  resultTotal,
}: AlignedSequence): IdentityCounts => {
  const columns = resultBoxes.length;
  // Wrong boxes are truth + result − 2 × shared, so the cheapest matching is the one that shares most.
  const cost = new Float64Array(truthBoxes.length * columns);
  for (const { truth, result, overlap } of frames)
    truth.forEach((track, i) =>
      result.forEach((candidate, j) => {
        if (overlap[i * result.length + j]! >= MATCH_OVERLAP) cost[track * columns + candidate]! -= 1;
      }),
    );
  const idtp = assign(cost, truthBoxes.length, columns).reduce(
    (sum, column, row) => (column < 0 ? sum : sum - cost[row * columns + column]!),
    0,
  );
  return { idtp, idfp: resultTotal - idtp, idfn: truthTotal - idtp };
};

export const addIdentity = (a: IdentityCounts, b: IdentityCounts): IdentityCounts => ({
  idtp: a.idtp + b.idtp,
  idfp: a.idfp + b.idfp,
  idfn: a.idfn + b.idfn,
});

export const toIdentityScores = (counts: IdentityCounts): IdentityScores => {
  const { idtp, idfp, idfn } = counts;
  const [result, truth] = [idtp + idfp, idtp + idfn];
  return {
    ...counts,
    idf1: truth + result === 0 ? 0 : (2 * idtp) / (truth + result),
    idp: result === 0 ? 0 : idtp / result,
    idr: truth === 0 ? 0 : idtp / truth,
  };
};
