/** First retry after so long; then doubling. */
export const FIRST_RETRY_MS = 500;
export const LONGEST_RETRY_MS = 60_000;
/** After a try that itself took as long as a stall: it was no refusal, and cost nothing but the wait. */
export const LONGEST_STALL_RETRY_MS = 2_000;
/** A session that lasted so long was healthy: the next failure starts from the first delay. */
export const HEALTHY_AFTER_MS = 30_000;

/**
 * Delay before the next try: 0.5 s, doubling to 60 s, each ±20 % so that 250 cameras behind one switch that comes back
 * do not all call at once. The first stays under 1 s.
 * @param failures how many tries in a row have failed, from 1
 * @param random 0–1
 * @param longestMs where the doubling ends
 */
export const retryDelayMs = (failures: number, random: number, longestMs = LONGEST_RETRY_MS): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), longestMs) * (0.8 + 0.4 * random);
