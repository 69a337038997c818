import type { EpochMs } from '../time.ts';
import type { LocalDays } from './local-days.ts';

type Hour = { readonly sum: number; readonly ms: number };
/** What is usual at each local hour: time-weighted counts of the days before, and of this hour, which do not count yet. */
export type UsualState = {
  readonly before: Readonly<Partial<Record<number, Hour>>>;
  readonly now: Hour & { readonly day: number; readonly hour: number };
};

/** An hour that was watched for less says nothing of what is usual. */
const LEAST_MS = 600_000;
/** A longer step is a hole in the pictures, not a count that held. */
const LONGEST_STEP_MS = 5_000;

export const NOTHING_USUAL: UsualState = { before: {}, now: { sum: 0, ms: 0, day: NaN, hour: NaN } };

/** Adds a count that held for `heldMs` up to `at`. */
export const addCount = (
  { before, now }: UsualState,
  count: number,
  { at, heldMs, days }: { readonly at: EpochMs; readonly heldMs: number; readonly days: LocalDays },
): UsualState => {
  const [day, hour] = [days.dayOf(at), days.hourOf(at)];
  const ms = heldMs > LONGEST_STEP_MS ? 0 : heldMs;
  if (day === now.day && hour === now.hour)
    return { before, now: { ...now, sum: now.sum + count * ms, ms: now.ms + ms } };
  const known = before[now.hour] ?? { sum: 0, ms: 0 };
  const kept = now.ms > 0 ? { ...before, [now.hour]: { sum: known.sum + now.sum, ms: known.ms + now.ms } } : before;
  return { before: kept, now: { sum: count * ms, ms, day, hour } };
};

/** Mean count at this hour on the days before; null while it is not known. */
export const usualCount = ({ before }: UsualState, at: EpochMs, days: LocalDays): number | null => {
  const hour = before[days.hourOf(at)];
  return hour && hour.ms >= LEAST_MS ? hour.sum / hour.ms : null;
};
