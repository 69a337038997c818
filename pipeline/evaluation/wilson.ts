/** 97.5 % point of the normal distribution. */
const Z = 1.959964;

export type Interval = { readonly share: number; readonly low: number; readonly high: number };

/**
 * A share with its 95 % interval, all 0–1; null when nothing was counted. Wilson's score interval [E. B. Wilson,
 * "Probable inference, the law of succession, and statistical inference", JASA 22 (1927)]: it stays honest for few counts
 * and for shares near 0 and 1, where the usual ± would promise certainty.
 */
export function wilson(right: number, all: number): Interval | null {
  if (all === 0) return null;
  const share = right / all;
  const weight = 1 + (Z * Z) / all;
  const middle = (share + (Z * Z) / (2 * all)) / weight;
  const half = (Z * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all))) / weight;
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
