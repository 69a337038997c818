import type { TrackerConfig } from '../config/analysis.ts';
import type { Detection } from '../detection.ts';
import { type Box, boxHeight, iou } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import type { Track } from '../track.ts';
import { assign, FORBIDDEN } from './assignment.ts';
import { BoxFilter } from './kalman.ts';

/*
 * Chosen by random search on MOT15 (ETH-Bahnhof, ETH-Sunnyday, KITTI-17, PETS09-S2L1) and KITTI cars (0001, 0006, 0010)
 * at full rate and at 5 frames a second, together with counting-line crossings of four street clips at 8 to 3 frames.
 * Pedestrians alone ask for tighter limits, which lose fast vehicles at low rates. Among near-equal candidates one was
 * taken that holds the regression bar on the two TUD sequences, which the search did not see.
 */

/** Largest cost of a match: low scores, tracks not yet confirmed, and confirmed ones looked for further away. */
const LOW_SCORE_MATCH_COST = 0.6;
const TENTATIVE_MATCH_COST = 0.6;
const WIDE_MATCH_COST = 0.8;

/**
 * How far a thing may be from where it is expected: boxes grow by that much on each side before overlaps are taken
 * [buffered overlap, arXiv 2211.14317], because at 3 to 10 frames a second a motorbike moves more than its own width
 * between two frames. In heights per second since it was last looked for, up to so many heights.
 */
type Reach = { readonly speed: number; readonly most: number };
const EXACT: Reach = { speed: 0, most: 0 };
/** Of a confirmed track that missed its detection just now. */
const WIDE: Reach = { speed: 6, most: 0.3 };
/** Its velocity is known from two sightings or a few. */
const TENTATIVE: Reach = { speed: 1.5, most: 1.2 };
/** Seen once: its velocity is not known. */
const NEWBORN: Reach = { speed: 5, most: 1.2 };

/** A confirmed track is looked for further away only so soon after it was seen, or at the very next frame. */
const WIDE_WITHIN_MS = 250;
/** A person is not a taller person: the ratio of heights enters the overlap with this power … */
const HEIGHT_POWER = 2;
/** … and the score with this one [ByteTrack multiplies by the score itself]. */
const SCORE_POWER = 0.3;
/** Two tracks that overlap this much are one thing; the younger goes. */
const DUPLICATE_IOU = 0.85;
/** A track that was never confirmed is forgotten after so long without a detection. */
const TENTATIVE_MEMORY_MS = 250;
/** Share of the measured box in what is reported, the rest is the filter's: detectors' boxes tremble. */
const MEASURED_SHARE = 0.5;
/** Frames further apart than this and than the memory are two scenes: nothing is carried over. */
const LONGEST_GAP_MS = 1_000;

/** More than a street can hold at once: thousands are a detector gone wild, and pairs grow with the square. */
const MOST_DETECTIONS = 400;

/** A box turned inside out, or one that is no number, would spoil its track for good. */
const isSound = ({ box: { x1, y1, x2, y2 }, score }: Detection): boolean =>
  [x1, y1, x2, y2, score].every(Number.isFinite) && x2 > x1 && y2 > y1;

/** The best scored ones where there are too many, in the order they came. */
const strongest = (detections: readonly Detection[]): readonly Detection[] => {
  if (detections.length <= MOST_DETECTIONS) return detections;
  const kept = new Set(detections.toSorted((a, b) => b.score - a.score).slice(0, MOST_DETECTIONS));
  return detections.filter((detection) => kept.has(detection));
};

/** Classes that detectors take for one another; a track may change among them by vote, never beyond. */
const GROUPS: Readonly<Record<string, string>> = {
  car: 'four-wheeler',
  bus: 'four-wheeler',
  truck: 'four-wheeler',
  motorcycle: 'two-wheeler',
  bicycle: 'two-wheeler',
};
const groupOf = (className: string): string => GROUPS[className] ?? className;

const grow = ({ x1, y1, x2, y2 }: Box, px: number): Box => ({
  x1: x1 - px,
  y1: y1 - px,
  x2: x2 + px,
  y2: y2 + px,
});

const blend = (a: Box, b: Box, share: number): Box => ({
  x1: a.x1 * share + b.x1 * (1 - share),
  y1: a.y1 * share + b.y1 * (1 - share),
  x2: a.x2 * share + b.x2 * (1 - share),
  y2: a.y2 * share + b.y2 * (1 - share),
});

/** One thing that is followed, with what only the tracker needs to know of it. */
class Target {
  readonly id: number;
  readonly group: string;
  readonly firstPtsMs: PtsMs;
  readonly filter: BoxFilter;
  readonly #votes = new Map<string, number>();
  className: string;
  score: number;
  measured: Box;
  lastObservedPtsMs: PtsMs;
  confirmed = false;
  observed = true;
  observations = 1;

  constructor(id: number, { box, score, className }: Detection, ptsMs: PtsMs) {
    this.id = id;
    this.className = className;
    this.group = groupOf(className);
    this.score = score;
    this.firstPtsMs = ptsMs;
    this.lastObservedPtsMs = ptsMs;
    this.filter = new BoxFilter(box);
    this.measured = box;
    this.#votes.set(className, score);
  }

  observe({ box, score, className }: Detection, ptsMs: PtsMs): void {
    this.filter.update(box);
    this.measured = box;
    this.score = score;
    this.observed = true;
    this.observations++;
    this.lastObservedPtsMs = Math.max(this.lastObservedPtsMs, ptsMs);
    const votes = (this.#votes.get(className) ?? 0) + score;
    this.#votes.set(className, votes);
    if (votes > (this.#votes.get(this.className) ?? 0)) this.className = className;
  }

  toTrack(): Track {
    return {
      id: this.id,
      className: this.className,
      state: !this.confirmed ? 'tentative' : this.observed ? 'confirmed' : 'lost',
      box: this.observed ? blend(this.measured, this.filter.box, MEASURED_SHARE) : this.filter.box,
      score: this.score,
      observed: this.observed,
      velocity: this.filter.velocity,
      firstPtsMs: this.firstPtsMs,
      lastObservedPtsMs: this.lastObservedPtsMs,
    };
  }
}

export const countFromOne = (): (() => number) => {
  let last = 0;
  return () => ++last;
};

/**
 * ByteTrack's two-pass association [Zhang et al., arXiv 2110.06864] with these differences: time-stamped filter and
 * memory in milliseconds instead of frames; reach that grows with the time between frames; heights must agree; classes
 * associate only within their group; a tentative track survives a short gap; scores equal to a threshold count as above.
 */
export class ByteTracker {
  readonly #config: TrackerConfig;
  readonly #nextId: () => number;
  #targets: Target[] = [];
  #lastPtsMs: PtsMs | null = null;

  /** @param nextId where ids come from, for trackers that share a session; counts from 1 without */
  constructor(config: TrackerConfig, nextId: () => number = countFromOne()) {
    this.#config = config;
    this.#nextId = nextId;
  }

  /**
   * @param detections of one frame, boxes in source pixels, down to `lowScore`
   * @param ptsMs media time; a time that repeats, goes back or is no number counts as the same instant
   * @returns every track that is alive at this frame, by id: measured, or predicted while it is remembered
   */
  update(detections: readonly Detection[], ptsMs: PtsMs): readonly Track[] {
    const { highScore, lowScore, newTrackScore, matchCost } = this.#config;
    const isTime = Number.isFinite(ptsMs);
    const last = this.#lastPtsMs ?? (isTime ? ptsMs : 0);
    const now = isTime ? Math.max(ptsMs, last) : last;
    const seconds = (now - last) / 1000;
    this.#lastPtsMs = now;
    if (now - last > Math.max(this.#config.memoryMs, LONGEST_GAP_MS)) this.#targets = [];
    for (const target of this.#targets) {
      if (!target.observed) target.filter.freezeSize();
      target.filter.predict(seconds);
      target.observed = false;
    }

    const sound = strongest(detections.filter(isSound));
    const high = sound.filter(({ score }) => score >= highScore);
    // Low scores stay: the second pass uses them to carry tracks through occlusion.
    const low = sound.filter(({ score }) => score < highScore && score >= lowScore);
    const confirmed = this.#targets.filter((target) => target.confirmed);
    const tentative = this.#targets.filter((target) => !target.confirmed);

    const nearby = this.#match(confirmed, high, { limit: matchCost, now, seconds, reach: EXACT });
    const missedFor = (target: Target): number => (target.observed ? Infinity : now - target.lastObservedPtsMs);
    const justMissed = confirmed.filter((target) => missedFor(target) <= Math.max(WIDE_WITHIN_MS, 1500 * seconds));
    const unmatchedHigh = this.#match(justMissed, nearby, { limit: WIDE_MATCH_COST, now, seconds, reach: WIDE });
    const seenLastTime = confirmed.filter((target) => missedFor(target) <= 2000 * seconds);
    const carried = { limit: LOW_SCORE_MATCH_COST, now, seconds, reach: EXACT };
    this.#match(seenLastTime, low, carried);
    const left = this.#match(tentative, unmatchedHigh, {
      limit: TENTATIVE_MATCH_COST,
      now,
      seconds,
      reach: TENTATIVE,
    });
    this.#match(
      tentative.filter((target) => !target.observed),
      low,
      { ...carried, reach: TENTATIVE },
    );

    for (const target of this.#targets)
      if (
        !target.confirmed &&
        target.observations > 1 &&
        target.lastObservedPtsMs - target.firstPtsMs >= this.#config.confirmMs
      )
        target.confirmed = true;
    for (const detection of left)
      if (detection.score >= newTrackScore) this.#targets.push(new Target(this.#nextId(), detection, now));
    this.#forget(now);
    return this.#targets.map((target) => target.toTrack());
  }

  /** Joins targets and detections; @returns the detections that stay alone */
  #match(
    targets: readonly Target[],
    detections: readonly Detection[],
    { limit, now, seconds, reach }: { limit: number; now: PtsMs; seconds: number; reach: Reach },
  ): readonly Detection[] {
    if (targets.length === 0 || detections.length === 0) return detections;
    const cost = new Float64Array(targets.length * detections.length).fill(FORBIDDEN);
    targets.forEach((target, row) => {
      const { box } = target.filter;
      const height = boxHeight(box);
      const isNewborn = target.observations === 1;
      const { speed, most } = isNewborn ? NEWBORN : reach;
      const lookedFor = isNewborn ? (now - target.lastObservedPtsMs) / 1000 : seconds;
      const px = Math.min(most, speed * lookedFor) * height;
      const grown = grow(box, px);
      detections.forEach((detection, column) => {
        if (groupOf(detection.className) !== target.group) return;
        const overlap = iou(grown, grow(detection.box, px));
        if (overlap === 0) return;
        const other = boxHeight(detection.box);
        const heights = (Math.min(height, other) / Math.max(height, other)) ** HEIGHT_POWER;
        const price = 1 - overlap * heights * detection.score ** SCORE_POWER;
        if (price <= limit) cost[row * detections.length + column] = price;
      });
    });
    const columnOf = assign(cost, targets.length, detections.length);
    const taken = new Set<number>();
    targets.forEach((target, row) => {
      const column = columnOf[row]!;
      if (column < 0) return;
      target.observe(detections[column]!, now);
      taken.add(column);
    });
    return detections.filter((_, column) => !taken.has(column));
  }

  #forget(now: PtsMs): void {
    const { memoryMs } = this.#config;
    const alive = this.#targets.filter(
      (target) =>
        target.observed || now - target.lastObservedPtsMs <= (target.confirmed ? memoryMs : TENTATIVE_MEMORY_MS),
    );
    const dropped = new Set<Target>();
    for (const lost of alive) {
      if (lost.observed || !lost.confirmed) continue;
      const box = lost.filter.box;
      for (const seen of alive) {
        if (!seen.observed || seen.group !== lost.group || iou(seen.filter.box, box) < DUPLICATE_IOU) continue;
        dropped.add(seen.firstPtsMs > lost.firstPtsMs && !seen.confirmed ? seen : lost);
      }
    }
    this.#targets = alive.filter((target) => !dropped.has(target));
  }
}
