import type { HeadReading } from '../head-reading.ts';
import { addReading, type HelmetVote, logOddsOf, readingWeight, verdictOf } from '../rules/helmet-vote.ts';
import type { PtsMs } from '../time.ts';

/** Readings of one rider's head over some seconds, and what is on it. */
export type HeadPassage = {
  readonly bare: boolean;
  /** How many like it a street has. */
  readonly weight: number;
  readonly looks: readonly { readonly ptsMs: PtsMs; readonly reading: HeadReading }[];
};

/** How sure a method is of "bare", on any scale: its sign is the verdict. Null where it saw nothing. */
export type HeadMethod = (passage: HeadPassage) => number | null;

export const voteOf = ({ looks }: HeadPassage): HelmetVote | null =>
  looks.reduce<HelmetVote | null>((vote, { ptsMs, reading }) => addReading(vote, reading, ptsMs), null);

const shareOfBare = ({ helmet, bare }: HeadReading): number => bare / Math.max(1e-6, helmet + bare);

/** The vote of the rule, and what could be done without one: the frame that shows the head best, the mean of all frames. */
export const HEAD_METHODS = {
  vote: (passage) => {
    const vote = voteOf(passage);
    return vote && vote.weight > 0 ? logOddsOf(vote) : null;
  },
  bestFrame: ({ looks }) => {
    const [best] = [...looks].sort((a, b) => readingWeight(b.reading) - readingWeight(a.reading));
    return best ? 2 * shareOfBare(best.reading) - 1 : null;
  },
  meanOfFrames: ({ looks }) =>
    looks.length > 0
      ? (2 * looks.reduce((sum, { reading }) => sum + shareOfBare(reading), 0)) / looks.length - 1
      : null,
} as const satisfies Readonly<Record<string, HeadMethod>>;

/** Share of passages, by weight, that the rule decides. */
export const decidedShare = (passages: readonly HeadPassage[]): number => {
  const decided = passages.filter((passage) => verdictOf(voteOf(passage)) !== 'unsure');
  return sum(decided) / Math.max(1e-6, sum(passages));
};

const sum = (passages: readonly HeadPassage[]): number => passages.reduce((all, { weight }) => all + weight, 0);

export type Risk = {
  /** Share of wrong verdicts, 0–1, averaged over all shares that may be answered: the area under the risk-coverage curve. */
  readonly area: number;
  /** Share of wrong verdicts among the surest that make up a share of all passages. */
  readonly at: (share: number) => number;
};

/**
 * How often a method is wrong when it may abstain from what it is least sure of. Methods are only comparable where they
 * answer as many [El-Yaniv & Wiener 2010: risk and coverage of selective classification].
 */
export const riskOf = (method: HeadMethod, passages: readonly HeadPassage[]): Risk => {
  const surestFirst = passages
    .flatMap((passage) => {
      const answer = method(passage);
      return answer === null ? [] : [{ passage, answer }];
    })
    .sort((a, b) => Math.abs(b.answer) - Math.abs(a.answer));
  const all = sum(passages);
  let [answered, wrong, area] = [0, 0, 0];
  const curve = surestFirst.map(({ passage: { bare, weight }, answer }) => {
    answered += weight;
    if (answer > 0 !== bare) wrong += weight;
    area += weight * (wrong / answered);
    return { share: answered / all, risk: wrong / answered };
  });
  return {
    area: area / Math.max(1e-6, answered),
    at: (share) => (curve.find((point) => point.share >= share - 1e-9) ?? curve.at(-1))?.risk ?? 0,
  };
};
