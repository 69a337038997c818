import { assign, FORBIDDEN } from '../tracking/assignment.ts';
import type { Report } from './event-reports.ts';

/** An event as a person names it when two rule sets are held against each other. */
export type DiffEntry = Pick<Report, 'id' | 'kind' | 'startPtsMs' | 'triggerPtsMs' | 'endPtsMs'> & {
  readonly ruleId: string;
  readonly trackIds: readonly number[];
};
export type MovedEntry = {
  readonly before: DiffEntry;
  readonly after: DiffEntry;
  readonly startMovedMs: number;
  readonly triggerMovedMs: number;
};
export type EventDiff = {
  /** By rule kind: events on both sides, moved or not, and on one side only. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly both: number;
    readonly gone: number;
    readonly added: number;
  }[];
  readonly gone: readonly DiffEntry[];
  readonly added: readonly DiffEntry[];
  readonly moved: readonly MovedEntry[];
};

/** Events of the same act begin within this of each other, whatever the thresholds. */
const REACH_MS = 5_000;

const toEntry = (report: Report): DiffEntry => {
  const { id, kind, startPtsMs, triggerPtsMs, endPtsMs, subjects, decision } = report;
  const trackIds = subjects.map(({ trackId }) => trackId ?? 0).sort((a, b) => a - b);
  return { id, kind, ruleId: decision.ruleId, startPtsMs, triggerPtsMs, endPtsMs, trackIds };
};

/** How far apart two events are, ms; `FORBIDDEN` when they cannot be the same act. */
const apart = (a: DiffEntry, b: DiffEntry): number => {
  const gapMs = Math.max(a.startPtsMs, b.startPtsMs) - Math.min(a.endPtsMs, b.endPtsMs);
  if (gapMs > REACH_MS) return FORBIDDEN;
  const isCrowd = a.trackIds.length !== 1 || b.trackIds.length !== 1;
  const sharesTrack = a.trackIds.some((id) => b.trackIds.includes(id));
  if (!isCrowd && !sharesTrack) return FORBIDDEN;
  // A rule that was only renamed is the same rule; one that kept its name is more so.
  const renamed = a.ruleId === b.ruleId ? 0 : REACH_MS;
  return Math.abs(a.startPtsMs - b.startPtsMs) + Math.abs(a.triggerPtsMs - b.triggerPtsMs) + renamed;
};

/**
 * What changed between the events of two rule sets over the same tracks: acts that one of them does not report, and acts
 * whose start or moment moved. Acts are joined by kind, track and time, not by id: another threshold moves the start,
 * and with it the id.
 */
export const diffEvents = (before: readonly Report[], after: readonly Report[]): EventDiff => {
  const kinds: EventDiff['kinds'][number][] = [];
  const [gone, added]: [DiffEntry[], DiffEntry[]] = [[], []];
  const moved: MovedEntry[] = [];
  for (const kind of [...new Set([...before, ...after].map((report) => report.kind))].sort()) {
    const a = before.filter((report) => report.kind === kind).map(toEntry);
    const b = after.filter((report) => report.kind === kind).map(toEntry);
    const cost = Float64Array.from(a.flatMap((old) => b.map((now) => apart(old, now))));
    const columnOf = assign(cost, a.length, b.length);
    const taken = new Set(columnOf);
    a.forEach((old, row) => {
      const now = b[columnOf[row]!];
      if (!now) gone.push(old);
      else if (old.startPtsMs !== now.startPtsMs || old.triggerPtsMs !== now.triggerPtsMs)
        moved.push({
          before: old,
          after: now,
          startMovedMs: now.startPtsMs - old.startPtsMs,
          triggerMovedMs: now.triggerPtsMs - old.triggerPtsMs,
        });
    });
    const fresh = b.filter((_, column) => !taken.has(column));
    added.push(...fresh);
    const both = b.length - fresh.length;
    kinds.push({ kind, both, gone: a.length - both, added: fresh.length });
  }
  const byTime = (x: DiffEntry, y: DiffEntry): number => x.triggerPtsMs - y.triggerPtsMs || (x.id < y.id ? -1 : 1);
  return {
    kinds,
    gone: gone.sort(byTime),
    added: added.sort(byTime),
    moved: moved.sort((x, y) => byTime(x.after, y.after)),
  };
};
