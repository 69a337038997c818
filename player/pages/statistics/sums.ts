import { SPEED_BAND_KMH } from '../../../api/contract/speed-band.ts';
import type { CaseCountRow, CountRow, CrowdCount, SpeedCount } from '../../../api/contract/statistics.ts';
import { hourOfDay, startOfHour } from '../../site-time.ts';

/** Crossings by hour, one row of numbers per class; `hours` are starts of the site's hours without a hole. */
export type Flow = {
  readonly hours: readonly number[];
  readonly classes: readonly string[];
  /** `counts[class][hour]` */
  readonly counts: readonly (readonly number[])[];
};

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;

export const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

const commonestFirst = (byClass: ReadonlyMap<string, readonly number[]>): Pick<Flow, 'classes' | 'counts'> => {
  const sorted = [...byClass].sort((a, b) => sumOf(b[1]) - sumOf(a[1]) || a[0].localeCompare(b[0]));
  return { classes: sorted.map(([className]) => className), counts: sorted.map(([, counts]) => counts) };
};

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
  return { hours, ...commonestFirst(byClass) };
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
    .map(([cameraId, entry]) => ({ cameraId, ...entry, total: sumOf(entry.hours) }))
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

const grouped = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
};

export type SpeedBands = {
  /** Lower ends of the bands, without a hole. */
  readonly fromKmh: readonly number[];
  readonly classes: readonly string[];
  /** `counts[class][band]` */
  readonly counts: readonly (readonly number[])[];
};

/** Vehicles of all cameras by class and speed, the commonest class first. */
export function speedsByBand(rows: readonly SpeedCount[]): SpeedBands {
  const highest = rows.reduce((most, row) => Math.max(most, row.fromKmh), 0);
  const fromKmh = Array.from({ length: highest / SPEED_BAND_KMH + 1 }, (_, band) => band * SPEED_BAND_KMH);
  const byClass = new Map<string, number[]>();
  for (const row of rows) {
    const counts = byClass.get(row.className) ?? fromKmh.map(() => 0);
    const band = row.fromKmh / SPEED_BAND_KMH;
    counts[band] = (counts[band] ?? 0) + row.count;
    byClass.set(row.className, counts);
  }
  return { fromKmh, ...commonestFirst(byClass) };
}

/** The speed that a share of vehicles stays below, as if those of a band were spread evenly over it. */
export function speedBelow(rows: readonly Pick<SpeedCount, 'fromKmh' | 'count'>[], share: number): number {
  let left = share * sumOf(rows.map(({ count }) => count));
  for (const { fromKmh, count } of [...rows].sort((a, b) => a.fromKmh - b.fromKmh)) {
    if (left <= count) return fromKmh + (SPEED_BAND_KMH * left) / count;
    left -= count;
  }
  return 0;
}

export type PlaceSpeed = {
  readonly cameraId: string;
  readonly className: string;
  readonly count: number;
  readonly medianKmh: number;
  /** 85 of 100 stay below: the usual measure of what a road is driven at. */
  readonly v85Kmh: number;
  /** Lower end of the highest band. */
  readonly fastestKmh: number;
};

/** Speeds of each camera and class, most vehicles first. */
export function speedsByPlace(rows: readonly SpeedCount[]): readonly PlaceSpeed[] {
  return grouped(rows, ({ cameraId, className }) => `${cameraId} ${className}`)
    .map((bands) => ({
      ...{ cameraId: bands[0]!.cameraId, className: bands[0]!.className },
      count: sumOf(bands.map(({ count }) => count)),
      ...{ medianKmh: speedBelow(bands, 0.5), v85Kmh: speedBelow(bands, 0.85) },
      fastestKmh: Math.max(...bands.map(({ fromKmh }) => fromKmh)),
    }))
    .sort((a, b) => b.count - a.count);
}

export type CrowdArea = {
  readonly cameraId: string;
  readonly ruleId: string;
  /** By quarter hour; null where nobody looked. */
  readonly most: readonly (number | null)[];
  readonly peak: number;
  readonly peakAt: number;
  readonly mean: number;
};

/** The most people at once in each area and quarter hour, the fullest area first. */
export function crowdCurves(
  rows: readonly CrowdCount[],
  span: { readonly after: number; readonly before: number },
): { readonly quarters: readonly number[]; readonly areas: readonly CrowdArea[] } {
  const first = Math.floor(span.after / QUARTER_MS) * QUARTER_MS;
  const quarters: number[] = [];
  for (let at = first; at < span.before; at += QUARTER_MS) quarters.push(at);
  const areas = grouped(rows, ({ cameraId, ruleId }) => `${cameraId} ${ruleId}`).map((counts): CrowdArea => {
    const most = new Map(counts.map((row) => [row.quarterAt, row.most]));
    const peak = counts.reduce((a, b) => (b.most > a.most ? b : a));
    return {
      ...{ cameraId: peak.cameraId, ruleId: peak.ruleId, peak: peak.most, peakAt: peak.quarterAt },
      most: quarters.map((at) => most.get(at) ?? null),
      mean: sumOf(counts.map(({ mean }) => mean)) / counts.length,
    };
  });
  return { quarters, areas: areas.sort((a, b) => b.peak - a.peak) };
}
