/** A decided case in time. */
export type Dated = { readonly at: number; readonly isRight: boolean; readonly score: number | null };

/** One week of a rule on a camera. Shares and scores 0–1. */
export type Week = {
  /** Its first instant, epoch ms; it ends 7 days later. */
  readonly from: number;
  readonly decided: number;
  readonly rejected: number;
  readonly meanScore: number | null;
  /** The mean's 95 % interval is ± this; null with fewer than two cases. */
  readonly scoreHalfWidth: number | null;
};

export type Change = 'more-rejected' | 'fewer-rejected' | 'lower-score' | 'higher-score';

export type Drift = { readonly weeks: readonly Week[]; readonly changes: readonly Change[] };

const WEEK_MS = 7 * 86_400_000;
const Z = 1.959964;
/** One week in a hundred and fifty would be called changed by chance alone: with many rules, 95 % would cry wolf. */
const Z_CHANGE = 2.576;
/** Fewer say nothing of a week. */
const LEAST = 15;

/**
 * Weeks up to an instant, oldest first, and how the last one differs from those before it together (two-sided, 99 %).
 * @param until the last week ends here, epoch ms
 */
export const driftOf = (cases: readonly Dated[], until: number, count: number): Drift => {
  const from = until - count * WEEK_MS;
  const parts: Dated[][] = Array.from({ length: count }, () => []);
  for (const one of cases) parts[Math.floor((one.at - from) / WEEK_MS)]?.push(one);
  const weeks = parts.map((part, index): Week => {
    const { mean, sd, n } = scoresOf(part);
    return {
      from: from + index * WEEK_MS,
      decided: part.length,
      rejected: part.filter(({ isRight }) => !isRight).length,
      meanScore: n === 0 ? null : mean,
      scoreHalfWidth: n < 2 ? null : (Z * sd) / Math.sqrt(n),
    };
  });
  return { weeks, changes: changesOf(parts.at(-1) ?? [], parts.slice(0, -1).flat()) };
};

const changesOf = (now: readonly Dated[], before: readonly Dated[]): readonly Change[] => {
  const changes: Change[] = [];
  if (now.length < LEAST || before.length < LEAST) return changes;
  const [rejectedNow, rejectedBefore] = [now, before].map((part) => part.filter(({ isRight }) => !isRight).length);
  const [a, b] = [rejectedNow! / now.length, rejectedBefore! / before.length];
  const pooled = (rejectedNow! + rejectedBefore!) / (now.length + before.length);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.length + 1 / before.length));
  if (error > 0 && Math.abs(a - b) / error > Z_CHANGE) changes.push(a > b ? 'more-rejected' : 'fewer-rejected');
  const [scores, old] = [scoresOf(now), scoresOf(before)];
  if (scores.n < LEAST || old.n < LEAST) return changes;
  const spread = Math.sqrt(scores.sd ** 2 / scores.n + old.sd ** 2 / old.n);
  if (spread > 0 && Math.abs(scores.mean - old.mean) / spread > Z_CHANGE)
    changes.push(scores.mean > old.mean ? 'higher-score' : 'lower-score');
  return changes;
};

const scoresOf = (cases: readonly Dated[]): { readonly mean: number; readonly sd: number; readonly n: number } => {
  const scores = cases.map(({ score }) => score).filter((score) => score !== null);
  const n = scores.length;
  const mean = scores.reduce((sum, score) => sum + score, 0) / (n || 1);
  const variance = n < 2 ? 0 : scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (n - 1);
  return { mean, sd: Math.sqrt(variance), n };
};
