import type { EpochMs } from '../time.ts';

/** Minutes since local midnight of an instant. `hourCycle` h23 keeps midnight at 0. */
const minuteOfDay = (at: EpochMs, format: Intl.DateTimeFormat): number => {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return Number(parts['hour']) * 60 + Number(parts['minute']);
};

const toMinutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** Local time spans [from, to); one whose end is before its start passes midnight. */
export class DaySpans {
  readonly #spans: readonly (readonly [number, number])[];
  readonly #format: Intl.DateTimeFormat;

  /** @param timeZone IANA name */
  constructor(spans: readonly (readonly [string, string])[], timeZone: string) {
    this.#spans = spans.map(([from, to]) => [toMinutes(from), toMinutes(to)]);
    this.#format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  }

  has(at: EpochMs): boolean {
    const minute = minuteOfDay(at, this.#format);
    return this.#spans.some(([from, to]) =>
      from <= to ? minute >= from && minute < to : minute >= from || minute < to,
    );
  }
}
