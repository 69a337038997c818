import type { TrackerConfig } from '../config-schema.ts';
import type { Detection } from '../detection.ts';
import { type Box, iou } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import type { Track } from '../track.ts';
import { assign, FORBIDDEN } from './assignment.ts';
import { BoxFilter } from './kalman.ts';

/** Second pass and tentative tracks, as in the paper: cost limits 0.5 and 0.7 on 1 − overlap. */
const LOW_SCORE_MATCH_COST = 0.5;
const TENTATIVE_MATCH_COST = 0.75;
/**
 * Share of its size by which a box grows on each side before overlaps are taken [buffered IoU, arXiv 2211.14317]: at 3
 * to 10 frames a second a small motorbike moves more than its own width between two frames.
 */
const BUFFER = 0.3;
/** Two tracks that overlap this much are one thing; the younger goes. */
const DUPLICATE_IOU = 0.85;
/** A track that was never confirmed is forgotten after so long without a detection. */
const TENTATIVE_MEMORY_MS = 450;

/** Classes that detectors take for one another; a track may change among them by vote, never beyond. */
const GROUPS: Readonly<Record<string, string>> = {
  car: 'four-wheeler',
  bus: 'four-wheeler',
  truck: 'four-wheeler',
  motorcycle: 'two-wheeler',
  bicycle: 'two-wheeler',
};
const groupOf = (className: string): string => GROUPS[className] ?? className;

const grow = ({ x1, y1, x2, y2 }: Box): Box => {
  const [dx, dy] = [(x2 - x1) * BUFFER, (y2 - y1) * BUFFER];
  return { x1: x1 - dx, y1: y1 - dy, x2: x2 + dx, y2: y2 + dy };
};

/** One thing that is followed, with what only the tracker needs to know of it. */
class Target {
  readonly id: number;
  readonly group: string;
  readonly firstPtsMs: PtsMs;
  readonly filter: BoxFilter;
  readonly #votes = new Map<string, number>();
  className: string;
  score: number;
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
    this.#votes.set(className, score);
  }

  observe({ box, score, className }: Detection, ptsMs: PtsMs): void {
    this.filter.update(box);
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
      box: this.filter.box,
      score: this.score,
      observed: this.observed,
      velocity: this.filter.velocity,
      firstPtsMs: this.firstPtsMs,
      lastObservedPtsMs: this.lastObservedPtsMs,
    };
  }
}

/**
 * ByteTrack's two-pass association [Zhang et al., arXiv 2110.06864] with these differences: time-stamped filter and
 * memory in milliseconds instead of frames; buffered overlap; classes associate only within their group; a tentative
 * track survives a short gap; scores equal to a threshold count as above it.
 */
export class ByteTracker {
  readonly #config: TrackerConfig;
  #targets: Target[] = [];
  #nextId = 1;
  #lastPtsMs: PtsMs | null = null;

  constructor(config: TrackerConfig) {
    this.#config = config;
  }

  /**
   * @param detections of one frame, boxes in source pixels, down to `lowScore`
   * @param ptsMs media time; a time that repeats or goes back counts as the same instant
   * @returns every track that is alive at this frame, by id: measured, or predicted while it is remembered
   */
  update(detections: readonly Detection[], ptsMs: PtsMs): readonly Track[] {
    const { highScore, lowScore, newTrackScore, matchCost } = this.#config;
    const now = Math.max(ptsMs, this.#lastPtsMs ?? ptsMs);
    const seconds = this.#lastPtsMs === null ? 0 : (now - this.#lastPtsMs) / 1000;
    this.#lastPtsMs = now;
    for (const target of this.#targets) {
      if (!target.observed) target.filter.freezeSize();
      target.filter.predict(seconds);
      target.observed = false;
    }

    const high = detections.filter(({ score }) => score >= highScore);
    // Low scores stay: the second pass uses them to carry tracks through occlusion.
    const low = detections.filter(({ score }) => score < highScore && score >= lowScore);
    const confirmed = this.#targets.filter((target) => target.confirmed);
    const tentative = this.#targets.filter((target) => !target.confirmed);

    const unmatchedHigh = this.#match(confirmed, high, matchCost, now);
    const seenLastTime = confirmed.filter(
      (target) => !target.observed && now - target.lastObservedPtsMs <= 2 * seconds * 1000,
    );
    this.#match(seenLastTime, low, LOW_SCORE_MATCH_COST, now);
    const left = this.#match(tentative, unmatchedHigh, TENTATIVE_MATCH_COST, now);
    this.#match(
      tentative.filter((target) => !target.observed),
      low,
      LOW_SCORE_MATCH_COST,
      now,
    );

    for (const target of this.#targets)
      if (
        !target.confirmed &&
        target.observations > 1 &&
        target.lastObservedPtsMs - target.firstPtsMs >= this.#config.confirmMs
      )
        target.confirmed = true;
    for (const detection of left)
      if (detection.score >= newTrackScore) this.#targets.push(new Target(this.#nextId++, detection, now));
    this.#forget(now);
    return this.#targets.map((target) => target.toTrack());
  }

  /** Joins targets and detections; @returns the detections that stay alone */
  #match(targets: readonly Target[], detections: readonly Detection[], limit: number, now: PtsMs): Detection[] {
    if (targets.length === 0 || detections.length === 0) return [...detections];
    const cost = new Float64Array(targets.length * detections.length).fill(FORBIDDEN);
    const grown = detections.map(({ box }) => grow(box));
    targets.forEach((target, row) => {
      const box = grow(target.filter.box);
      detections.forEach((detection, column) => {
        if (groupOf(detection.className) !== target.group) return;
        const price = 1 - iou(box, grown[column]!);
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
