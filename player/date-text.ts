/*
 * Days and times as people of both languages write them: day before month, `21/11/2026 07:42:09`. What a browser's own
 * date field shows follows the language of the browser, which on office machines often is American.
 */

/** `2026-11-21` or `2026-11-21T07:42[:09]`: a day or local time as `toInstant` reads it. */
export type DayValue = string;

/** `21/11/2026`, `21/11/2026 07:42:09`; nothing for what is no day. */
export function toDateText(value: DayValue): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:T([\d:]+))?/.exec(value);
  if (!parts) return '';
  const [, year, month, day, time] = parts;
  return `${day!}/${month!}/${year!}${time === undefined ? '' : ` ${time}`}`;
}

const DAY = [
  // 21/11/2026, 1.2.26, 21-11-2026, 21 11 2026
  /^(?<day>\d{1,2})[/.\- ](?<month>\d{1,2})[/.\- ](?<year>\d{4}|\d{2})$/,
  // 21112026: a telephone's number keys have no stroke
  /^(?<day>\d{2})(?<month>\d{2})(?<year>\d{4})$/,
  // 2026-11-21, as files and logs have it
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/,
];
// 7:42, 07:42:09, 7h42
const TIME = /^(?<hour>\d{1,2})[:h.](?<minute>\d{2})(?:[:.](?<second>\d{2}))?$/;

const padded = (text: string): string => text.padStart(2, '0');

function parseDay(text: string): string | null {
  const found = DAY.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!found) return null;
  const { day = '', month = '', year = '' } = found;
  const value = `${year.length === 2 ? `20${year}` : year}-${padded(month)}-${padded(day)}`;
  const at = new Date(`${value}T00:00Z`);
  // 30 February is no day, though some browsers take it for 2 March.
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== value ? null : value;
}

function parseTime(text: string): string | null {
  const { hour = '', minute = '', second = '00' } = TIME.exec(text)?.groups ?? {};
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return `${padded(hour)}:${minute}:${second}`;
}

/**
 * Reads what somebody typed.
 * @param withTime whether a time of day may follow; without one the day's midnight is meant
 * @returns `2026-11-21`, with time `2026-11-21T07:42:09`; null for what is no date
 */
export function parseDateText(text: string, withTime: boolean): DayValue | null {
  const words = text.trim().replace(/\s+/g, ' ');
  const whole = parseDay(words);
  if (!withTime || whole !== null) return whole === null ? null : withTime ? `${whole}T00:00:00` : whole;
  const cut = Math.max(words.lastIndexOf(' '), words.lastIndexOf('T'));
  const day = cut < 0 ? null : parseDay(words.slice(0, cut).replace(/,$/, ''));
  const time = parseTime(words.slice(cut + 1));
  return day === null || time === null ? null : `${day}T${time}`;
}
