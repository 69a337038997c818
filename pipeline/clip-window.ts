import type { WatchEvent } from './event.ts';
import type { RecordingGap, SegmentRecord } from './segment.ts';
import { type PtsMs, type SessionClock, toCapturedAt } from './time.ts';

/** How much of the recording around an event becomes its clip. */
export type RollConfig = { readonly preRollMs: number; readonly postRollMs: number; readonly maxClipMs: number };

/** A stretch of media time, `from` included, `to` excluded. */
export type PtsWindow = { readonly fromPtsMs: PtsMs; readonly toPtsMs: PtsMs };

export type ClipGap = Pick<RecordingGap, 'fromAt' | 'toAt' | 'cause'>;

export type ClipPlan =
  /** The recording must go on for so long before the clip can be cut. */
  | { readonly state: 'not-ready'; readonly missingMs: number }
  /** The trigger instant is not in the recording, and never will be. */
  | { readonly state: 'gone'; readonly reason: string }
  | {
      readonly state: 'ready';
      readonly wanted: PtsWindow;
      /** In order; the first one starts with a key frame and the trigger lies in one of them. */
      readonly segments: readonly SegmentRecord[];
      /** What is missing of the wanted window, with its causes. */
      readonly gaps: readonly ClipGap[];
    };

type PlannedEvent = Pick<WatchEvent, 'startPtsMs' | 'triggerPtsMs' | 'endPtsMs' | 'keyPtsMs'>;

/** Segment times are rounded, and a frame may come a little late; a longer hole is one that a person should know of. */
const GAP_TOLERANCE_MS = 50;

/**
 * A clip is copied, so it ends where a segment ends. Waiting for the segment in which the post-roll ends would keep an
 * officer waiting for up to a segment's length; a quarter of the post-roll, at most 1.25 s, may be missing instead.
 */
export const postRollSlackMs = (postRollMs: number): number => Math.min(postRollMs / 4, 1_250);

/** The wanted stretch: the event with its rolls, cut to `maxClipMs` around the trigger; holds all three stills. */
export const wantedWindow = (event: PlannedEvent, { preRollMs, postRollMs, maxClipMs }: RollConfig): PtsWindow => {
  const { before, at, after } = event.keyPtsMs;
  const fromPtsMs = Math.max(0, Math.min(event.startPtsMs - preRollMs, before, at));
  const toPtsMs = Math.max(event.endPtsMs + postRollMs, after, at);
  if (toPtsMs - fromPtsMs <= maxClipMs) return { fromPtsMs, toPtsMs };
  const from = Math.min(Math.max(event.triggerPtsMs - maxClipMs / 2, fromPtsMs), toPtsMs - maxClipMs);
  return { fromPtsMs: from, toPtsMs: from + maxClipMs };
};

/** Half-open windows: the frame at the instant itself is in the clip only if the clip ends after it. */
const afterStills = ({ keyPtsMs, triggerPtsMs }: PlannedEvent): PtsMs =>
  Math.max(keyPtsMs.before, keyPtsMs.at, keyPtsMs.after, triggerPtsMs) + 1;

/**
 * Until when an event's pictures are taken: its stills, and looks at its vehicles in the first quarter of the post-roll.
 * They can be made while the rest is still being recorded, so that an officer does not wait for them.
 */
export const picturesUntil = (event: PlannedEvent, roll: RollConfig): PtsMs =>
  Math.min(Math.max(afterStills(event), event.endPtsMs + roll.postRollMs / 4), wantedWindow(event, roll).toPtsMs);

const endOf = (segment: SegmentRecord): PtsMs => segment.startPtsMs + segment.durationMs;

/** Takes `holes` out of `[from, to)`; what is left, in order. */
const subtract = (from: number, to: number, holes: readonly { from: number; to: number }[]): [number, number][] => {
  const left: [number, number][] = [];
  let at = from;
  for (const hole of [...holes].sort((a, b) => a.from - b.from)) {
    if (hole.from > at) left.push([at, Math.min(hole.from, to)]);
    at = Math.max(at, hole.to);
    if (at >= to) break;
  }
  if (at < to) left.push([at, to]);
  return left.filter(([a, b]) => b - a > GAP_TOLERANCE_MS);
};

/**
 * Which segments make the clip of an event. Pure: the same recording gives the same clip.
 * @param segments of the event's session that are on disk, in any order
 * @param gaps of the camera, as recorded
 * @param sessionEnded whether the session will get no more segments
 */
export const planClip = ({
  event,
  roll,
  clock,
  segments,
  gaps,
  sessionEnded,
}: {
  readonly event: PlannedEvent;
  readonly roll: RollConfig;
  readonly clock: SessionClock;
  readonly segments: readonly SegmentRecord[];
  readonly gaps: readonly RecordingGap[];
  readonly sessionEnded: boolean;
}): ClipPlan => {
  const wanted = wantedWindow(event, roll);
  const { triggerPtsMs } = event;
  const sorted = [...segments].sort((a, b) => a.startPtsMs - b.startPtsMs);
  const recordedTo = sorted.length > 0 ? endOf(sorted.at(-1)!) : 0;
  const needed = Math.max(
    wanted.toPtsMs - postRollSlackMs(roll.postRollMs),
    Math.min(afterStills(event), wanted.toPtsMs),
  );
  if (recordedTo < needed && !sessionEnded) return { state: 'not-ready', missingMs: needed - recordedTo };

  const holding = sorted.findLastIndex((segment) => segment.startPtsMs <= triggerPtsMs);
  if (holding < 0 || triggerPtsMs >= endOf(sorted[holding]!) + GAP_TOLERANCE_MS)
    return {
      state: 'gone',
      reason:
        sorted.length === 0
          ? 'no segment of the session is left'
          : `the trigger at ${triggerPtsMs} ms is in none of the ${sorted.length} segments from ${sorted[0]!.startPtsMs} to ${recordedTo} ms`,
    };
  const entries = sorted.flatMap((segment, index) =>
    segment.startsWithKeyframe && index <= holding ? [{ index, startPtsMs: segment.startPtsMs }] : [],
  );
  const entry = entries.findLast(({ startPtsMs }) => startPtsMs <= wanted.fromPtsMs + GAP_TOLERANCE_MS) ?? entries[0];
  if (!entry) return { state: 'gone', reason: 'no segment at or before the trigger starts with a key frame' };

  const isEnough = (end: PtsMs): boolean => end >= needed;
  const last = sorted.findIndex((segment, index) => index >= holding && isEnough(endOf(segment)));
  const chosen = sorted.slice(entry.index, last < 0 ? undefined : last + 1);

  // A clip that ends within the post-roll's slack is whole: nothing of the recording is missing there.
  const covered = chosen.map((segment) => ({ from: segment.startPtsMs, to: endOf(segment) }));
  const to = isEnough(endOf(chosen.at(-1)!)) ? Math.min(wanted.toPtsMs, endOf(chosen.at(-1)!)) : wanted.toPtsMs;
  const missing = subtract(wanted.fromPtsMs, to, covered).flatMap(([from, until]) =>
    explainGap(
      toCapturedAt(clock, from),
      toCapturedAt(clock, until),
      gaps,
      from < chosen[0]!.startPtsMs
        ? (sorted[0]?.sequence ?? 0) > 0
          ? 'recording-removed'
          : 'session-start'
        : until > endOf(chosen.at(-1)!)
          ? 'session-end'
          : 'segment-missing',
    ),
  );
  return { state: 'ready', wanted, segments: chosen, gaps: missing };
};

/** Divides a missing stretch by the gaps that the recorder wrote down; the rest gets the cause seen from here. */
const explainGap = (fromAt: number, toAt: number, gaps: readonly RecordingGap[], otherwise: string): ClipGap[] => {
  const known = gaps
    .map((gap) => ({ fromAt: Math.max(gap.fromAt, fromAt), toAt: Math.min(gap.toAt ?? toAt, toAt), cause: gap.cause }))
    .filter((gap) => gap.toAt > gap.fromAt);
  const rest = subtract(
    fromAt,
    toAt,
    known.map((gap) => ({ from: gap.fromAt, to: gap.toAt })),
  ).map(([from, to]) => ({ fromAt: from, toAt: to, cause: otherwise }));
  return [...known, ...rest].sort((a, b) => a.fromAt - b.fromAt);
};
