import { alignSequence } from './aligned-sequence.ts';
import { addClear, type ClearCounts, type ClearScores, countClear, toClearScores } from './clear.ts';
import { addHota, countHota, type HotaCounts, type HotaScores, toHotaScores } from './hota.ts';
import { addIdentity, countIdentity, type IdentityCounts, type IdentityScores, toIdentityScores } from './identity.ts';
import type { MotRow } from './mot-text.ts';

/** Every tracking measure of one sequence, or of several together. Ratios are 0–1, not per cent. */
export type MotScores = HotaScores & ClearScores & IdentityScores;

/** What is counted, before any ratio is taken: the only thing that may be added over sequences. */
export type MotCounts = {
  readonly clear: ClearCounts;
  readonly identity: IdentityCounts;
  readonly hota: HotaCounts;
};

export const countMot = (truth: readonly MotRow[], result: readonly MotRow[]): MotCounts => {
  const sequence = alignSequence(truth, result);
  return { clear: countClear(sequence), identity: countIdentity(sequence), hota: countHota(sequence) };
};

/** Several sequences as one: counts are added, so that a long sequence weighs more than a short one. */
export const addMot = (a: MotCounts, b: MotCounts): MotCounts => ({
  clear: addClear(a.clear, b.clear),
  identity: addIdentity(a.identity, b.identity),
  hota: addHota(a.hota, b.hota),
});

export const toMotScores = ({ clear, identity, hota }: MotCounts): MotScores => ({
  ...toHotaScores(hota),
  ...toClearScores(clear),
  ...toIdentityScores(identity),
});

/** Tracks of one sequence against its truth: HOTA, CLEAR MOT and identity measures. */
export const evaluateMot = (truth: readonly MotRow[], result: readonly MotRow[]): MotScores =>
  toMotScores(countMot(truth, result));

/** @param sequences at least one */
export const evaluateMotSequences = (
  sequences: readonly { readonly truth: readonly MotRow[]; readonly result: readonly MotRow[] }[],
): MotScores => toMotScores(sequences.map(({ truth, result }) => countMot(truth, result)).reduce(addMot));
