import type { EpochMs } from '../time.ts';

const DAY_MS = 86_400_000;

type LocalTime = { readonly day: number; readonly hour: number; readonly minuteOfDay: number };

/** Local days, counted so that days apart can be told, hours and minutes. */
export class LocalDays {
  readonly #format: Intl.DateTimeFormat;
  #last: LocalTime & { readonly minute: number } = { minute: NaN, day: 0, hour: 0, minuteOfDay: 0 };

  /** @param timeZone IANA name */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' },
      ...{ minute: '2-digit', hourCycle: 'h23' },
    });
  }

  /** Number of the local day that an instant lies in; the day after has the next number. */
  dayOf(at: EpochMs): number {
    return this.#at(at).day;
  }

  /** Local hour of an instant, 0–23. */
  hourOf(at: EpochMs): number {
    return this.#at(at).hour;
  }

  /** Minutes since local midnight. */
  minuteOfDay(at: EpochMs): number {
    return this.#at(at).minuteOfDay;
  }

  /** Formatting costs microseconds: within one minute it is done once. */
  #at(at: EpochMs): LocalTime {
    const minute = Math.floor(at / 60_000);
    if (minute === this.#last.minute) return this.#last;
    const parts = Object.fromEntries(this.#format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const midnight = Date.UTC(parts['year']!, parts['month']! - 1, parts['day']);
    const hour = parts['hour']!;
    this.#last = { minute, day: Math.round(midnight / DAY_MS), hour, minuteOfDay: hour * 60 + parts['minute']! };
    return this.#last;
  }
}
