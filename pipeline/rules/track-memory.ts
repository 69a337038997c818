import { type Box, boxHeight, boxWidth, groundPoint, type Point } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import type { Track, TrackedFrame } from '../track.ts';
import { sitsOnTwoWheeler } from './riders.ts';

/** One measured position of a track. Predicted ones are not kept: a rule judges what was seen. */
export type Observation = {
  readonly ptsMs: PtsMs;
  readonly box: Box;
  readonly score: number;
  /** How long it had not been found in analysed frames before this (ms); 0 when the frame before had it. */
  readonly unseenMs: number;
};

/** What a rule remembers of one track, with the rule's own state `S` beside it. */
export type TrackMemory<S> = {
  readonly trackId: number;
  /** Class with the largest sum of scores so far: one misread frame does not change it. */
  readonly className: string;
  readonly votes: Readonly<Record<string, number>>;
  readonly confirmed: boolean;
  /** In how many of its observations it was a person on a two-wheeler; see `isRider`. */
  readonly ridden: number;
  readonly seen: number;
  /** Whether it was measured in the frame that was just remembered. */
  readonly observed: boolean;
  /** Time of the last frame in which it was missing since it was last measured. */
  readonly missedPtsMs: PtsMs | null;
  /** Observations of the last `windowMs`, oldest first; never empty. */
  readonly path: readonly Observation[];
  readonly state: S;
};

export type Memories<S> = ReadonlyMap<number, TrackMemory<S>>;

type MemoryOptions<S> = {
  /** How much of the past is kept (ms of media time). */
  readonly windowMs: number;
  /** State of a track that is seen for the first time. */
  readonly fresh: () => S;
};

/** Whether a track is a person who mostly sits on a two-wheeler: that vehicle stands for both. */
export const isRider = ({ className, ridden, seen }: TrackMemory<unknown>): boolean =>
  className === 'person' && ridden >= seen / 2;

/** A track that was not measured for so long is forgotten; a new one may take over its memory until then. */
const FORGET_MS = 2_500;

/**
 * Adds a frame to what is known of its tracks. Two faults of trackers are mended here, so that no rule has to know them:
 * - **an id that jumps to another thing** (position or size changes as no vehicle can): its memory starts afresh;
 * - **a thing that gets a new id** where its old track just ended: the new track takes over the old memory.
 */
export const remember = <S>(
  memories: Memories<S>,
  frame: TrackedFrame,
  { windowMs, fresh }: MemoryOptions<S>,
): Memories<S> => {
  const seen = new Set(frame.tracks.filter((track) => track.observed).map((track) => track.id));
  const next = new Map<number, TrackMemory<S>>();
  const ended = new Map<number, TrackMemory<S>>();
  for (const [id, memory] of memories) {
    const last = memory.path.at(-1)!;
    if (frame.ptsMs - last.ptsMs > FORGET_MS) continue;
    next.set(id, { ...memory, observed: false, missedPtsMs: frame.ptsMs });
    if (!seen.has(id)) ended.set(id, memory);
  }
  for (const track of frame.tracks) {
    // Ids below 1 mean "not tracked"; several things may share them.
    if (!track.observed || track.id < 1) continue;
    const known = memories.get(track.id);
    const continued = known && isContinuous(known.path, track, frame.ptsMs) ? known : null;
    const heir = continued ?? (known ? null : takeOver(ended, track, frame.ptsMs));
    if (heir && heir.trackId !== track.id) {
      ended.delete(heir.trackId);
      next.delete(heir.trackId);
    }
    next.set(track.id, addObservation(heir, track, frame, windowMs, fresh));
  }
  return next;
};

const addObservation = <S>(
  memory: TrackMemory<S> | null,
  track: Track,
  frame: TrackedFrame,
  windowMs: number,
  fresh: () => S,
): TrackMemory<S> => {
  const { ptsMs } = frame;
  const votes = { ...memory?.votes, [track.className]: (memory?.votes[track.className] ?? 0) + track.score };
  const path = (memory?.path ?? []).filter((old) => old.ptsMs >= ptsMs - windowMs && old.ptsMs < ptsMs);
  // The last observation stays even when it is older: what lies between it and now was travelled unseen.
  const last = memory?.path.at(-1);
  if (path.length === 0 && last && last.ptsMs < ptsMs) path.push(last);
  const missedPtsMs = memory?.missedPtsMs ?? null;
  const unseenMs = last && missedPtsMs !== null ? Math.max(0, missedPtsMs - last.ptsMs) : 0;
  return {
    trackId: track.id,
    className: strongest(votes, track.className),
    votes,
    confirmed: track.state === 'confirmed',
    ridden: (memory?.ridden ?? 0) + (sitsOnTwoWheeler(track, frame) ? 1 : 0),
    seen: (memory?.seen ?? 0) + 1,
    observed: true,
    missedPtsMs: null,
    path: [...path, { ptsMs, box: track.box, score: track.score, unseenMs }],
    state: memory ? memory.state : fresh(),
  };
};

const strongest = (votes: Readonly<Record<string, number>>, current: string): string => {
  let best = current;
  for (const [className, weight] of Object.entries(votes)) if (weight > (votes[best] ?? 0)) best = className;
  return best;
};

const diagonal = (box: Box): number => Math.hypot(boxWidth(box), boxHeight(box));
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Where the ground point should be at a time, from the last two observations or, with one, the filter's velocity. */
const expectedGround = (path: readonly Observation[], ptsMs: PtsMs, velocity: Point): Point => {
  const last = path.at(-1)!;
  const before = path.at(-2);
  const from = groundPoint(last.box);
  const seconds = (ptsMs - last.ptsMs) / 1000;
  if (!before) return { x: from.x + velocity.x * seconds, y: from.y + velocity.y * seconds };
  const share = (ptsMs - last.ptsMs) / (last.ptsMs - before.ptsMs);
  const earlier = groundPoint(before.box);
  return { x: from.x + (from.x - earlier.x) * share, y: from.y + (from.y - earlier.y) * share };
};

/** Largest step against the box diagonal that needs no explanation by speed. */
const FREE_STEP_DIAGONALS = 1.5;
/** Factor in height within one second that no real approach reaches between two analysed frames. */
const MAX_HEIGHT_FACTOR = 2.5;

const isContinuous = (path: readonly Observation[], track: Track, ptsMs: PtsMs): boolean => {
  const last = path.at(-1)!;
  const factor = boxHeight(track.box) / Math.max(1, boxHeight(last.box));
  if (ptsMs - last.ptsMs <= 1000 && (factor > MAX_HEIGHT_FACTOR || factor < 1 / MAX_HEIGHT_FACTOR)) return false;
  const here = groundPoint(track.box);
  const free = FREE_STEP_DIAGONALS * Math.max(diagonal(track.box), diagonal(last.box));
  if (distance(here, groundPoint(last.box)) <= free) return true;
  if (path.length < 2) return true;
  return (
    distance(here, expectedGround(path, ptsMs, track.velocity)) <= free ||
    distance(here, expectedGround(path.slice(-1), ptsMs, track.velocity)) <= free
  );
};

/** Distance, in heights of the box, within which a new track continues an old one. */
const TAKE_OVER_HEIGHTS = 0.8;
const TAKE_OVER_FACTOR = 1.5;

/** The just-ended track that a new one continues: same place after its motion, like size. Two candidates: neither. */
const takeOver = <S>(ended: ReadonlyMap<number, TrackMemory<S>>, track: Track, ptsMs: PtsMs): TrackMemory<S> | null => {
  const height = boxHeight(track.box);
  const here = groundPoint(track.box);
  const candidates = [...ended.values()].filter(({ path }) => {
    const last = path.at(-1)!;
    const factor = height / Math.max(1, boxHeight(last.box));
    if (factor > TAKE_OVER_FACTOR || factor < 1 / TAKE_OVER_FACTOR) return false;
    return distance(here, expectedGround(path, ptsMs, track.velocity)) <= TAKE_OVER_HEIGHTS * height;
  });
  return candidates.length === 1 ? candidates[0]! : null;
};
