const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs more than using it a thousand times. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...parts, second: 'numeric' });
    formats.set(timeZone, format);
  }
  return format;
}

/** How far a zone is ahead of UTC at an instant, ms. */
function offsetMs(at: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(at / 1000) * 1000;
}

/**
 * The instant of a local time of the site, as `DateField` gives it.
 * @param text `2026-11-21` (its midnight) or `2026-11-21T07:42[:09]`
 * @param timeZone IANA zone of the site; the browser's own may be another
 * @returns epoch ms, or null when the text is no date
 */
export function toInstant(text: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${text.includes('T') ? text : `${text}T00:00`}Z`);
  if (Number.isNaN(asUtc)) return null;
  // Twice: the first guess may lie on the other side of a change to summer time.
  const guess = asUtc - offsetMs(asUtc, timeZone);
  return asUtc - offsetMs(guess, timeZone);
}

/** The site's date at an instant, `2026-11-21`. */
export function toDay(at: number, timeZone: string): string {
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 10);
}

/** The day after, `2026-11-22`; days may have 23 or 25 hours, so this counts dates. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

const HOUR_MS = 3_600_000;

/** Start of the site's hour that an instant lies in. */
export function startOfHour(at: number, timeZone: string): number {
  const local = at + offsetMs(at, timeZone);
  return at - (local % HOUR_MS);
}

/** Hour of the site's day at an instant, 0–23. */
export function hourOfDay(at: number, timeZone: string): number {
  return Math.floor((at + offsetMs(at, timeZone)) / HOUR_MS) % 24;
}
