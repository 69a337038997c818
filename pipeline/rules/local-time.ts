import type { EpochMs } from '../time.ts';
import { LocalDays } from './local-days.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const WHOLE_DAY = [['00:00', '24:00']] as const;

const toMinutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
/** Day 0 was a Thursday. */
const weekdayOf = (day: number): Weekday => WEEKDAYS[(day + 3) % 7]!;

/**
 * Local time spans [from, to), on some days or all. One whose end is before its start passes midnight and belongs to the day
 * on which it starts.
 */
export class DaySpans {
  readonly #spans: readonly (readonly [number, number])[];
  readonly #days: ReadonlySet<Weekday>;
  readonly #time: LocalDays;

  /** @param timeZone IANA name */
  constructor(
    timeZone: string,
    spans: readonly (readonly [string, string])[] = WHOLE_DAY,
    days: readonly Weekday[] = WEEKDAYS,
  ) {
    this.#spans = spans.map(([from, to]) => [toMinutes(from), toMinutes(to)]);
    this.#days = new Set(days);
    this.#time = new LocalDays(timeZone);
  }

  has(at: EpochMs): boolean {
    const minute = this.#time.minuteOfDay(at);
    const day = this.#time.dayOf(at);
    const isToday = this.#days.has(weekdayOf(day));
    return this.#spans.some(([from, to]) => {
      if (from <= to) return isToday && minute >= from && minute < to;
      return minute < to ? this.#days.has(weekdayOf(day - 1)) : isToday && minute >= from;
    });
  }
}
