import type { EpochMs } from '../time.ts';

const DAY_MS = 86_400_000;

/** Local days, counted so that days apart can be told. */
export class LocalDays {
  readonly #format: Intl.DateTimeFormat;
  #last = { at: NaN, day: 0 };

  /** @param timeZone IANA name */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** Number of the local day that an instant lies in; the day after has the next number. */
  dayOf(at: EpochMs): number {
    // Formatting costs microseconds: within one minute the day is asked once.
    const minute = Math.floor(at / 60_000);
    if (minute !== this.#last.at)
      this.#last = { at: minute, day: Math.round(Date.parse(`${this.#format.format(at)}T00:00:00Z`) / DAY_MS) };
    return this.#last.day;
  }
}
