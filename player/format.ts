/** Dates and numbers as people of the site read them: in the site's time zone, whatever the browser's is. */
export type Format = {
  /** `21/11/2026` */
  readonly date: (at: number) => string;
  /** `21/11/2026 14:03:07` */
  readonly dateTime: (at: number) => string;
  /** `14:03:07` */
  readonly time: (at: number) => string;
  /** `14:03:07.480`, for a single picture. */
  readonly preciseTime: (at: number) => string;
  readonly number: (value: number, digits?: number) => string;
  readonly bytes: (value: number) => string;
};

export function createFormat(language: 'vi' | 'en', timeZone: string): Format {
  const locale = language === 'vi' ? 'vi-VN' : 'en-GB';
  const hms = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone } as const;
  const date = new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone });
  const time = new Intl.DateTimeFormat(locale, hms);
  const precise = new Intl.DateTimeFormat(locale, { ...hms, fractionalSecondDigits: 3 });
  const number = (value: number, digits = 0): string => value.toLocaleString(locale, { maximumFractionDigits: digits });
  return {
    date: (at) => date.format(at),
    dateTime: (at) => `${date.format(at)} ${time.format(at)}`,
    time: (at) => time.format(at),
    preciseTime: (at) => precise.format(at),
    number,
    bytes: (value) => {
      if (value < 1000) return `${value} B`;
      if (value < 1_000_000) return `${number(value / 1000, 1)} kB`;
      if (value < 1_000_000_000) return `${number(value / 1_000_000, 1)} MB`;
      return `${number(value / 1_000_000_000, 1)} GB`;
    },
  };
}

/** A length of time in its largest sensible unit, for "3 min ago". */
export type Span = { readonly unit: 'second' | 'minute' | 'hour' | 'day'; readonly count: number };

export function toSpan(ms: number): Span {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return { unit: 'second', count: seconds };
  if (seconds < 3600) return { unit: 'minute', count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: 'hour', count: Math.floor(seconds / 3600) };
  return { unit: 'day', count: Math.floor(seconds / 86_400) };
}
