import type { CaseCountRow, CountRow } from '../../../api/contract/statistics.ts';
import { hourOfDay, startOfHour } from '../../site-time.ts';

/** Crossings by hour, one row of numbers per class; `hours` are starts of the site's hours without a hole. */
export type Flow = {
  readonly hours: readonly number[];
  readonly classes: readonly string[];
  /** `counts[class][hour]` */
  readonly counts: readonly (readonly number[])[];
};

const HOUR_MS = 3_600_000;

/** @param span what was asked for: hours in which nothing passed are in the result too */
export function flowByHour(
  rows: readonly CountRow[],
  span: { readonly after: number; readonly before: number },
  timeZone: string,
): Flow {
  const hours: number[] = [];
  for (let at = startOfHour(span.after, timeZone); at < span.before; at += HOUR_MS) hours.push(at);
  const index = new Map(hours.map((at, position) => [at, position]));
  const byClass = new Map<string, number[]>();
  for (const { className, quarterAt, count } of rows) {
    const position = index.get(startOfHour(quarterAt, timeZone));
    if (position === undefined) continue;
    const counts = byClass.get(className) ?? hours.map(() => 0);
    counts[position] = (counts[position] ?? 0) + count;
    byClass.set(className, counts);
  }
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const sorted = [...byClass].sort((a, b) => total(b[1]) - total(a[1]) || a[0].localeCompare(b[0]));
  return { hours, classes: sorted.map(([className]) => className), counts: sorted.map(([, counts]) => counts) };
}

export type PlaceHours = {
  readonly cameraId: string;
  readonly cameraName: string;
  readonly place: string;
  /** Cases by hour of the site's day, 24 of them. */
  readonly hours: readonly number[];
  readonly total: number;
};

/** Cases of each place by hour of day, the busiest place first. */
export function casesByPlace(rows: readonly CaseCountRow[], timeZone: string): readonly PlaceHours[] {
  const places = new Map<string, { cameraName: string; place: string; hours: number[] }>();
  for (const { cameraId, cameraName, place, quarterAt, cases } of rows) {
    const entry = places.get(cameraId) ?? { cameraName, place, hours: Array<number>(24).fill(0) };
    const hour = hourOfDay(quarterAt, timeZone);
    entry.hours[hour] = (entry.hours[hour] ?? 0) + cases;
    places.set(cameraId, entry);
  }
  return [...places]
    .map(([cameraId, entry]) => ({ cameraId, ...entry, total: entry.hours.reduce((sum, count) => sum + count, 0) }))
    .sort((a, b) => b.total - a.total || a.cameraId.localeCompare(b.cameraId));
}

export type KindSum = {
  readonly kind: string;
  readonly cases: number;
  readonly open: number;
  readonly confirmed: number;
  readonly rejected: number;
};

/** Cases by kind and what became of them, the commonest first. */
export function casesByKind(rows: readonly CaseCountRow[]): readonly KindSum[] {
  const kinds = new Map<string, KindSum>();
  for (const { kind, cases, open, confirmed, rejected } of rows) {
    const old = kinds.get(kind) ?? { kind, cases: 0, open: 0, confirmed: 0, rejected: 0 };
    kinds.set(kind, {
      kind,
      cases: old.cases + cases,
      open: old.open + open,
      confirmed: old.confirmed + confirmed,
      rejected: old.rejected + rejected,
    });
  }
  return [...kinds.values()].sort((a, b) => b.cases - a.cases || a.kind.localeCompare(b.kind));
}
