import { assign, FORBIDDEN } from '../tracking/assignment.ts';
import type { Report } from './event-reports.ts';
import type { LineTruth } from './event-truth.ts';

/** Truth that states no accuracy of its times is taken to be good to this. */
const DEFAULT_ACCURACY_S = 0.2;
/** Allowed beyond the truth's own accuracy. */
const TIME_SLACK_S = 0.3;
const VEHICLES = new Set(['bicycle', 'motorcycle', 'car', 'bus', 'truck']);

export type CountScore = {
  readonly direction: string;
  /** A class, or `vehicles` for all of them together. */
  readonly className: string;
  readonly counted: number;
  /** [least, most] that is right; null where the truth does not say. */
  readonly expected: readonly [number, number] | null;
  readonly right: boolean | null;
};

export type LineScore = {
  readonly line: string;
  readonly counts: readonly CountScore[];
  readonly countsRight: number;
  readonly countsScored: number;
  /** Single crossings of the truth with a report of the same direction at that time. */
  readonly crossings: { readonly of: number; readonly found: number; readonly classRight: number };
  /** Reports that belong to no crossing of the truth. */
  readonly extra: number;
  /** Mean |report − truth| of the crossings found, s. */
  readonly meanTimeErrorS: number | null;
};

const scoreCount = (
  reports: readonly Report[],
  direction: string,
  className: string,
  expected: readonly [number, number] | null,
): CountScore => {
  const counted = reports.filter(
    ({ decision: { facts } }) =>
      facts['direction'] === direction &&
      (className === 'vehicles' ? VEHICLES.has(facts['class'] ?? '') : facts['class'] === className),
  ).length;
  const right = expected === null ? null : counted >= expected[0] && counted <= expected[1];
  return { direction, className, counted, expected, right };
};

const scoreCrossings = (
  reports: readonly Report[],
  { crossings = [], time_accuracy_s: accuracy = DEFAULT_ACCURACY_S }: LineTruth,
): Pick<LineScore, 'crossings' | 'extra' | 'meanTimeErrorS'> => {
  const cost = new Float64Array(crossings.length * reports.length).fill(FORBIDDEN);
  crossings.forEach(({ t, direction, class: className }, row) =>
    reports.forEach(({ triggerPtsMs, decision: { facts } }, column) => {
      const apart = Math.abs(triggerPtsMs / 1000 - t);
      if (facts['direction'] !== direction || apart > accuracy + TIME_SLACK_S) return;
      // Two that cross together are told apart by their class.
      cost[row * reports.length + column] = apart + (facts['class'] === className ? 0 : 1);
    }),
  );
  let [found, classRight, errorSum] = [0, 0, 0];
  assign(cost, crossings.length, reports.length).forEach((column, row) => {
    const [crossing, report] = [crossings[row], reports[column]];
    if (!crossing || !report) return;
    found++;
    if (report.decision.facts['class'] === crossing.class) classRight++;
    errorSum += Math.abs(report.triggerPtsMs / 1000 - crossing.t);
  });
  return {
    crossings: { of: crossings.length, found, classRight },
    extra: reports.length - found,
    meanTimeErrorS: found === 0 ? null : errorSum / found,
  };
};

/** Counts of one line against the truth: totals by direction and class, and crossing by crossing. */
export const scoreLine = (line: string, truth: LineTruth, reports: readonly Report[]): LineScore => {
  const own = reports.filter(({ decision }) => decision.facts['line'] === line);
  const counts = (['in', 'out'] as const).flatMap((direction) => {
    const expected = truth[direction] ?? {};
    const seen = own.filter(({ decision: { facts } }) => facts['direction'] === direction);
    const classes = new Set([...Object.keys(expected), ...seen.map(({ decision }) => decision.facts['class'] ?? '')]);
    return [...classes].sort().map((name) => scoreCount(own, direction, name, expected[name] ?? null));
  });
  if (truth.total_vehicles_in) counts.push(scoreCount(own, 'in', 'vehicles', truth.total_vehicles_in));
  const scored = counts.filter(({ right }) => right !== null);
  return {
    line,
    counts,
    countsRight: scored.filter(({ right }) => right).length,
    countsScored: scored.length,
    ...scoreCrossings(own, truth),
  };
};
