import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
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
/** An hour of so many days is remembered: what was usual in spring is not in autumn. */
const MOST_MS = 14 * 3_600_000;
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
  const fade = Math.min(1, Math.max(0, MOST_MS - now.ms) / Math.max(1, known.ms));
  const both = { sum: known.sum * fade + now.sum, ms: known.ms * fade + now.ms };
  const kept = now.ms > 0 ? { ...before, [now.hour]: both } : before;
  return { before: kept, now: { sum: count * ms, ms, day, hour } };
};

/** Mean count at this hour on the days before; null while it is not known. */
export const usualCount = ({ before }: UsualState, at: EpochMs, days: LocalDays): number | null => {
  const hour = before[days.hourOf(at)];
  return hour && hour.ms >= LEAST_MS ? hour.sum / hour.ms : null;
};

const Kept = Type.Object({
  hours: Type.Array(
    Type.Object({
      hour: Type.Integer({ minimum: 0, maximum: 23 }),
      sum: Type.Number({ minimum: 0 }),
      ms: Type.Number({ minimum: 0 }),
    }),
    { maxItems: 24 },
  ),
  now: Type.Union([
    Type.Null(),
    Type.Object({ sum: Type.Number(), ms: Type.Number(), day: Type.Integer(), hour: Type.Integer() }),
  ]),
});

/** As plain data: JSON has no NaN. */
export const keepUsual = ({ before, now }: UsualState): Static<typeof Kept> => ({
  hours: Object.entries(before).flatMap(([hour, known]) => (known ? [{ hour: Number(hour), ...known }] : [])),
  now: Number.isNaN(now.day) ? null : now,
});

export const restoreUsual = (kept: unknown): UsualState | null =>
  Value.Check(Kept, kept)
    ? {
        before: Object.fromEntries(kept.hours.map(({ hour, sum, ms }) => [hour, { sum, ms }])),
        now: kept.now ?? NOTHING_USUAL.now,
      }
    : null;
