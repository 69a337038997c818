import { correlation, edgesOf, smallGrey } from '../health/grey-picture.ts';
import type { PtsMs } from '../time.ts';
import { ToldPoses } from './ptz.ts';
import type { SweepConfig } from './sweep-config.ts';
import { type PoseId, SAME_VIEW, type SweepWatch, type SweptFrame } from './sweep-watch.ts';

export const watchSweep = (sweep: SweepConfig): SweepWatch => {
  switch (sweep.by) {
    case 'source':
      return new GivenPoses(sweep);
    case 'scene':
      return new SeenPoses(sweep);
    case 'schedule':
      return new ScheduledPoses(sweep);
    case 'onvif':
      return new ToldPoses(sweep, sweep.startAt === undefined ? null : new ScheduledPoses(sweep));
  }
};

/** Pose by the clock. */
class ScheduledPoses implements SweepWatch {
  readonly #sweep: SweepConfig;
  #firstPtsMs: PtsMs | null = null;

  constructor(sweep: SweepConfig) {
    this.#sweep = sweep;
  }

  look({ ptsMs, capturedAt }: SweptFrame): PoseId {
    this.#firstPtsMs ??= ptsMs;
    const { index, sinceTurnMs } = scheduled(this.#sweep, ptsMs - this.#firstPtsMs, capturedAt);
    return sinceTurnMs >= this.#sweep.settleMs ? this.#sweep.poses[index]!.id : null;
  }
}

/** The pose came with the picture; one that is not in the table has no bearing and is passed over. */
class GivenPoses implements SweepWatch {
  readonly #known: ReadonlySet<string>;

  constructor({ poses }: SweepConfig) {
    this.#known = new Set(poses.map(({ id }) => id));
  }

  look({ poseId }: SweptFrame): PoseId {
    return poseId !== undefined && this.#known.has(poseId) ? poseId : null;
  }
}

/** @param sinceFirstMs since the session's first frame, which counts where no start is configured */
const scheduled = (
  { poses, startAt }: SweepConfig,
  sinceFirstMs: number,
  capturedAt: number,
): { readonly index: number; readonly sinceTurnMs: number } => {
  const period = poses.reduce((sum, { dwellMs }) => sum + dwellMs, 0);
  const since = startAt === undefined ? sinceFirstMs : capturedAt - Date.parse(startAt);
  let left = ((since % period) + period) % period;
  for (const [index, { dwellMs }] of poses.entries()) {
    if (left < dwellMs) return { index, sinceTurnMs: left };
    left -= dwellMs;
  }
  return { index: 0, sinceTurnMs: 0 };
};

/** A remembered view that agrees so much better than the expected one is where the camera stands. */
const CLEARLY = 0.15;
/** How fast the memory of a view follows the light of the day. */
const FOLLOW = 0.1;
/** Past its dwell by this factor without a turn seen, nobody knows where the camera looks. */
const OVERDUE = 1.5;

/**
 * Pose by what the picture shows. A view that changes as a whole is a turn; when the picture stands again it is the next
 * pose of the table, unless it looks like another one that was seen before: a turn that was missed, a bird before the lens or
 * an operator at the controls must not move every later bearing. Where the first frame looks is told by the schedule.
 */
class SeenPoses implements SweepWatch {
  readonly #sweep: SweepConfig;
  readonly #views = new Map<number, Float32Array>();
  #before: Float32Array | null = null;
  #movedPtsMs: PtsMs = 0;
  #arrivedPtsMs: PtsMs = 0;
  /** Where the camera looks, or looked before it turned. */
  #index: number | null = null;
  #isTurning = false;
  #isLost = false;

  constructor(sweep: SweepConfig) {
    this.#sweep = sweep;
  }

  look({ ptsMs, capturedAt, pixels, letterbox }: SweptFrame): PoseId {
    if (pixels === undefined || letterbox === undefined) return null;
    const edges = edgesOf(smallGrey({ pixels, letterbox }));
    const before = this.#before;
    this.#before = edges;
    if (this.#index === null || before === null) {
      this.#index = scheduled(this.#sweep, 0, capturedAt).index;
      this.#movedPtsMs = ptsMs;
      this.#arrivedPtsMs = ptsMs;
      return this.#sweep.settleMs === 0 ? this.#settled(edges) : null;
    }
    if (correlation(before, edges) < SAME_VIEW) {
      this.#movedPtsMs = ptsMs;
      this.#isTurning = true;
    }
    if (ptsMs - this.#movedPtsMs < this.#sweep.settleMs) return null;
    if (this.#isTurning) this.#arrive(edges);
    else if (ptsMs - this.#arrivedPtsMs > OVERDUE * this.#sweep.poses[this.#index]!.dwellMs) this.#isLost = true;
    return this.#isLost ? null : this.#settled(edges);
  }

  #arrive(edges: Float32Array): void {
    const { poses } = this.#sweep;
    const expected = (this.#index! + 1) % poses.length;
    this.#isTurning = false;
    this.#arrivedPtsMs = this.#movedPtsMs;
    const likenessTo = (index: number): number => {
      const view = this.#views.get(index);
      return view ? correlation(view, edges) : 0;
    };
    const best = [...this.#views.keys()].reduce((a, b) => (likenessTo(b) > likenessTo(a) ? b : a), expected);
    const isKnown = likenessTo(best) >= SAME_VIEW;
    if (isKnown && likenessTo(best) > likenessTo(expected) + CLEARLY) {
      this.#index = best;
      this.#isLost = false;
      return;
    }
    this.#index = expected;
    // A pose that was seen before must look like it; after a turn was missed only a known view says where the camera is.
    this.#isLost = this.#views.has(expected) ? likenessTo(expected) < SAME_VIEW : this.#isLost;
  }

  #settled(edges: Float32Array): string {
    const index = this.#index!;
    const known = this.#views.get(index);
    this.#views.set(index, known ? known.map((value, at) => value + FOLLOW * (edges[at]! - value)) : edges);
    return this.#sweep.poses[index]!.id;
  }
}
