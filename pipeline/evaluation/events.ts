import { assign, FORBIDDEN } from '../tracking/assignment.ts';
import type { Report } from './event-reports.ts';
import type { EventTruth, TrueEvent } from './event-truth.ts';
import { type LineScore, scoreLine } from './line-counts.ts';
import { meetsMarked, meetsMoving } from './meeting.ts';

type Tally = { readonly of: number; readonly found: number };

export type FalseAlarm = {
  readonly id: string;
  readonly kind: string;
  readonly startS: number;
  readonly endS: number;
  /** What the truth says misleads a program here; null where it names nothing. */
  readonly cause: string | null;
};

export type RuleScore = {
  readonly rule: string;
  readonly sure: Tally;
  readonly likely: Tally;
  /** Cases that may be called either way: in no other figure. */
  readonly optional: Tally;
  /** Reports beyond the first of the same event. */
  readonly duplicates: number;
  /** Reports of what cannot be told: neither right nor wrong. */
  readonly unclear: number;
  readonly falseAlarms: number;
  /** Found / (found + false alarms), over sure and likely events; null without reports. */
  readonly precision: number | null;
  /** Of the sure and likely events. */
  readonly recall: number | null;
  readonly f1: number | null;
};

export type EventScores = {
  readonly seconds: number | null;
  readonly rules: readonly RuleScore[];
  readonly falseAlarms: readonly FalseAlarm[];
  /** Report's start − truth's start over the events found, s. Absolute values; null where none was found. */
  readonly startErrorS: { readonly median: number | null; readonly p95: number | null };
  /** Report's trigger − the instant of the act, where the truth states it. */
  readonly instantErrorS: { readonly median: number | null; readonly p95: number | null };
  readonly lines: readonly LineScore[];
  /** Lines that were counted but are not in the truth. */
  readonly unknownLines: readonly string[];
};

/** Nearest-rank percentile. */
const percentile = (values: readonly number[], share: number): number | null =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null;

const spread = (values: readonly number[]): { median: number | null; p95: number | null } => ({
  median: percentile(values, 0.5),
  p95: percentile(values, 0.95),
});

const placeOf = ({ from, to, who }: TrueEvent) => ({ from, to, boxes: who?.boxes });

type Outcome = {
  readonly score: RuleScore;
  readonly falseAlarms: readonly FalseAlarm[];
  readonly found: readonly { readonly event: TrueEvent; readonly report: Report }[];
};

const scoreRule = (rule: string, truth: EventTruth, reports: readonly Report[]): Outcome => {
  const events = truth.events.filter((event) => event.rule === rule);
  const meeting = events.map((event) => reports.map((report) => meetsMoving(report, placeOf(event))));
  // As many events as possible find a report of their own; among those ways, the starts agree best.
  const cost = Float64Array.from(
    events.flatMap(({ from }, row) =>
      reports.map(({ startPtsMs }, column) =>
        meeting[row]![column] ? Math.min(Math.abs(startPtsMs / 1000 - from), FORBIDDEN / 2) : FORBIDDEN,
      ),
    ),
  );
  const columnOf = assign(cost, events.length, reports.length);
  const first = new Set(columnOf);
  const found = events.flatMap((event, row) => {
    const report = reports[columnOf[row]!];
    return report ? [{ event, report }] : [];
  });
  const tally = (belongs: (event: TrueEvent) => boolean): Tally => ({
    of: events.filter(belongs).length,
    found: found.filter(({ event }) => belongs(event)).length,
  });

  let [duplicates, unclear] = [0, 0];
  const falseAlarms: FalseAlarm[] = [];
  reports.forEach((report, column) => {
    if (first.has(column)) return;
    if (meeting.some((row) => row[column])) duplicates++;
    else if (truth.unclear.some((entry) => entry.rule === rule && meetsMarked(report, entry))) unclear++;
    else {
      const cause = truth.notEvents.find((entry) => entry.must_not_report.includes(rule) && meetsMarked(report, entry));
      const [startS, endS] = [report.startPtsMs / 1000, report.endPtsMs / 1000];
      falseAlarms.push({ id: report.id, kind: rule, startS, endS, cause: cause?.what ?? null });
    }
  });

  const isOptional = ({ optional = false }: TrueEvent): boolean => optional;
  const sure = tally((event) => !isOptional(event) && event.certainty === 'sure');
  const likely = tally((event) => !isOptional(event) && event.certainty === 'likely');
  const [right, of] = [sure.found + likely.found, sure.of + likely.of];
  const precision = right + falseAlarms.length === 0 ? null : right / (right + falseAlarms.length);
  const recall = of === 0 ? null : right / of;
  const misses = of - right;
  return {
    score: {
      rule,
      sure,
      likely,
      optional: tally(isOptional),
      duplicates,
      unclear,
      falseAlarms: falseAlarms.length,
      precision,
      recall,
      f1: of + falseAlarms.length === 0 ? null : (2 * right) / (2 * right + falseAlarms.length + misses),
    },
    falseAlarms,
    found: found.filter(({ event }) => !isOptional(event)),
  };
};

/**
 * Reports of one clip against what happens in it. An event is found when a report of its rule overlaps its span by half
 * a second's slack and one of their boxes meets; it counts once. Counting lines are scored as counts.
 */
export const evaluateEvents = (truth: EventTruth, reports: readonly Report[]): EventScores => {
  const acts = reports.filter(({ kind }) => kind !== 'line_count');
  const counted = reports.filter(({ kind }) => kind === 'line_count');
  const rules = [...new Set([...truth.events.map(({ rule }) => rule), ...acts.map(({ kind }) => kind)])].sort();
  const outcomes = rules.map((rule) =>
    scoreRule(
      rule,
      truth,
      acts.filter(({ kind }) => kind === rule),
    ),
  );
  const found = outcomes.flatMap((outcome) => outcome.found);
  return {
    seconds: truth.seconds,
    rules: outcomes.map(({ score }) => score),
    falseAlarms: outcomes.flatMap((outcome) => outcome.falseAlarms),
    startErrorS: spread(found.map(({ event, report }) => Math.abs(report.startPtsMs / 1000 - event.from))),
    instantErrorS: spread(
      found.flatMap(({ event: { at }, report }) =>
        at === undefined ? [] : [Math.abs(report.triggerPtsMs / 1000 - at)],
      ),
    ),
    lines: [...truth.lines].map(([line, lineTruth]) => scoreLine(line, lineTruth, counted)),
    unknownLines: [...new Set(counted.map(({ decision }) => decision.facts['line'] ?? ''))]
      .filter((line) => !truth.lines.has(line))
      .sort(),
  };
};
