import { groupOf } from '../class-groups.ts';
import { type Box, boxHeight, boxWidth, groundPoint, type Point } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import type { Track, TrackedFrame } from '../track.ts';
import { continues } from './motion.ts';
import { vehicleUnder } from './riders.ts';

/** One measured position of a track. Predicted ones are not kept: a rule judges what was seen. */
export type Observation = {
  readonly ptsMs: PtsMs;
  readonly box: Box;
  readonly score: number;
  /** How long it had not been found in analysed frames before this (ms); 0 when the frame before had it. */
  readonly unseenMs: number;
  /** Whether it continues the one before so well that both are certainly one thing; see `motion.ts`. */
  readonly isSteady: boolean;
};

/** What is known of one track up to this frame. All rules of a camera share it. */
export type TrackHistory = {
  readonly trackId: number;
  /**
   * The track whose history this goes on with: itself, the one it took over from in this frame, or null when it begins
   * in this frame. What a rule knew of that track holds for this one; see `carryOver`.
   */
  readonly origin: number | null;
  /** Class with the largest sum of scores so far: one misread frame does not change it. */
  readonly className: string;
  readonly votes: Readonly<Record<string, number>>;
  readonly confirmed: boolean;
  /** In how many of its observations it was a person on a two-wheeler; see `isRider`. */
  readonly ridden: number;
  readonly seen: number;
  /** The two-wheeler it sits on in this frame. */
  readonly ridesOn: number | null;
  /** Whether it was measured in this frame. */
  readonly observed: boolean;
  /** Time of the last frame in which it was missing since it was last measured. */
  readonly missedPtsMs: PtsMs | null;
  /** The very first observation, however long ago. */
  readonly first: Observation;
  /** Observations of the last `PATH_MS`, oldest first; never empty. */
  readonly path: readonly Observation[];
  /** The newest part of the path, in which it was certainly one and the same thing. */
  readonly steady: readonly Observation[];
};

export type Histories = ReadonlyMap<number, TrackHistory>;

/** What rules see: a frame with the history of its tracks. */
export type Scene = TrackedFrame & { readonly histories: Histories };

/** How much of a path is kept (ms of media time): the longest window of a rule. */
const PATH_MS = 6_000;
/** A track that was not measured for so long is forgotten; a new one may take over its history until then. */
const FORGET_MS = 2_500;

/** Whether a track is a person on a two-wheeler, now or mostly: that vehicle stands for both. */
export const isRider = ({ className, ridden, seen, ridesOn }: TrackHistory): boolean =>
  className === 'person' && (ridesOn !== null || ridden >= seen / 2);

/**
 * Adds a frame to what is known of its tracks. Faults of trackers are mended here, so that no rule has to know them:
 * - **two neighbours that exchange ids**: each keeps its own history;
 * - **an id that jumps to another thing** (position or size changes as no vehicle can): its history starts afresh;
 * - **a thing that gets a new id** where its old track just ended: the new track takes over the old history.
 */
export const toScene = (before: Histories, frame: TrackedFrame): Scene => {
  const seen = new Set(frame.tracks.filter((track) => track.observed).map((track) => track.id));
  const histories = new Map<number, TrackHistory>();
  const ended = new Map<number, TrackHistory>();
  for (const [id, history] of before) {
    if (seen.has(id) || frame.ptsMs - history.path.at(-1)!.ptsMs > FORGET_MS) continue;
    histories.set(id, { ...history, origin: id, observed: false, ridesOn: null, missedPtsMs: frame.ptsMs });
    ended.set(id, history);
  }
  const exchanged = findExchanges(before, frame);
  for (const track of frame.tracks) {
    // Ids below 1 mean "not tracked"; several things may share them.
    if (!track.observed || track.id < 1) continue;
    const known = before.get(exchanged.get(track.id) ?? track.id);
    const continued = known && isContinuous(known.path, track, frame.ptsMs) ? known : null;
    const origin = continued ?? (known ? null : takeOver(ended, track, frame.ptsMs));
    if (origin && origin.trackId !== track.id && !exchanged.has(track.id)) {
      ended.delete(origin.trackId);
      histories.delete(origin.trackId);
    }
    histories.set(track.id, addObservation(origin, track, frame));
  }
  return { ...frame, histories };
};

/** Observations from one time on and before another. */
const between = (path: readonly Observation[], fromPtsMs: PtsMs, beforePtsMs: PtsMs): Observation[] => {
  let [first, end] = [0, path.length];
  while (first < end && path[first]!.ptsMs < fromPtsMs) first++;
  while (end > first && path[end - 1]!.ptsMs >= beforePtsMs) end--;
  return path.slice(first, end);
};

const addObservation = (known: TrackHistory | null, track: Track, frame: TrackedFrame): TrackHistory => {
  const { ptsMs } = frame;
  const ridesOn = vehicleUnder(track, frame);
  const votes = { ...known?.votes };
  votes[track.className] = (votes[track.className] ?? 0) + track.score;
  const path = between(known?.path ?? [], ptsMs - PATH_MS, ptsMs);
  // The last observation stays even when it is older: what lies between it and now was travelled unseen.
  const last = known?.path.at(-1);
  if (path.length === 0 && last && last.ptsMs < ptsMs) path.push(last);
  const missedPtsMs = known?.missedPtsMs ?? null;
  const unseenMs = last && missedPtsMs !== null ? Math.max(0, missedPtsMs - last.ptsMs) : 0;
  const seen = { ptsMs, box: track.box, score: track.score, unseenMs };
  const newest: Observation = { ...seen, isSteady: last === undefined || continues(last, seen) };
  path.push(newest);
  const steadyLength = newest.isSteady ? (known?.steady.length ?? 0) + 1 : 1;
  return {
    trackId: track.id,
    origin: known?.trackId ?? null,
    className: strongest(votes, track.className),
    votes,
    confirmed: track.state === 'confirmed',
    ridden: (known?.ridden ?? 0) + (ridesOn === null ? 0 : 1),
    seen: (known?.seen ?? 0) + 1,
    ridesOn,
    observed: true,
    missedPtsMs: null,
    first: known?.first ?? newest,
    path,
    steady: steadyLength >= path.length ? path : path.slice(-steadyLength),
  };
};

const strongest = (votes: Readonly<Record<string, number>>, current: string): string => {
  let best = current;
  for (const className in votes) if (votes[className]! > (votes[best] ?? 0)) best = className;
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

/** So far from where a track should be, in heights of the box, is surprising: people and boxes do not jump. */
const SURPRISE_HEIGHTS = 0.3;
/** An exchange must explain both places so much better than two jumps do. */
const EXCHANGE_SHARE = 0.4;

/** How far a track is from where another (or itself) should be now, px: going on as before, or standing where it was. */
const strayFrom = ({ path }: TrackHistory, track: Track, ptsMs: PtsMs): number => {
  const here = groundPoint(track.box);
  return Math.min(
    distance(here, expectedGround(path, ptsMs, track.velocity)),
    distance(here, groundPoint(path.at(-1)!.box)),
  );
};

/** Tracks that took each other's place in this frame, each with the id that it had before. */
const findExchanges = (before: Histories, { tracks, ptsMs }: TrackedFrame): ReadonlyMap<number, number> => {
  const surprised: { readonly track: Track; readonly known: TrackHistory; readonly stray: number }[] = [];
  for (const track of tracks) {
    const known = track.observed ? before.get(track.id) : undefined;
    // Nearly all are where they were: that alone is no surprise.
    const near = SURPRISE_HEIGHTS * boxHeight(track.box);
    if (!known || distance(groundPoint(track.box), groundPoint(known.path.at(-1)!.box)) <= near) continue;
    const stray = strayFrom(known, track, ptsMs);
    if (stray > near) surprised.push({ track, known, stray });
  }
  const exchanged = new Map<number, number>();
  for (const [index, a] of surprised.entries())
    for (const b of surprised.slice(index + 1)) {
      if (exchanged.has(a.track.id) || exchanged.has(b.track.id)) continue;
      if (groupOf(a.known.className) !== groupOf(b.known.className)) continue;
      const crossed = strayFrom(b.known, a.track, ptsMs) + strayFrom(a.known, b.track, ptsMs);
      if (crossed > EXCHANGE_SHARE * (a.stray + b.stray)) continue;
      exchanged.set(a.track.id, b.track.id).set(b.track.id, a.track.id);
    }
  return exchanged;
};

/** Distance, in heights of the box, within which a new track continues an old one. */
const TAKE_OVER_HEIGHTS = 0.8;
const TAKE_OVER_FACTOR = 1.5;

/** The just-ended track that a new one continues: same place after its motion, like size. Two candidates: neither. */
const takeOver = (ended: Histories, track: Track, ptsMs: PtsMs): TrackHistory | null => {
  const height = boxHeight(track.box);
  const here = groundPoint(track.box);
  const candidates = [...ended.values()].filter(({ path, className }) => {
    if (groupOf(className) !== groupOf(track.className)) return false;
    const last = path.at(-1)!;
    const factor = height / Math.max(1, boxHeight(last.box));
    if (factor > TAKE_OVER_FACTOR || factor < 1 / TAKE_OVER_FACTOR) return false;
    return distance(here, expectedGround(path, ptsMs, track.velocity)) <= TAKE_OVER_HEIGHTS * height;
  });
  return candidates.length === 1 ? candidates[0]! : null;
};
