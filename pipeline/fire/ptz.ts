import { correlation, edgesOf, smallGrey } from '../health/grey-picture.ts';
import type { PtsMs } from '../time.ts';
import type { SweepConfig } from './sweep-config.ts';
import { type PoseId, SAME_VIEW, type SweepWatch, type SweptFrame } from './sweep-watch.ts';

/** Where a camera says that its mast stands, in the camera's own unit: usually −1 to 1, zoom 0 to 1 [ONVIF PTZ §5.1]. */
export type PtzPosition = {
  readonly pan: number;
  readonly tilt: number;
  /** Null for cameras without one. */
  readonly zoom: number | null;
  /** Told by the camera, or seen from two positions that differ. */
  readonly isMoving: boolean;
};

/**
 * Pose by what the camera says of its mast. A position that is in no table, or a mast that moves, has none; frames of the turn
 * and `settleMs` after it are dropped. Positions are asked for twice a second, so a view that changed as a whole
 * is a turn too, even before the camera has told of it. While the camera does not answer the schedule holds, if there is one.
 */
export class ToldPoses implements SweepWatch {
  readonly #sweep: SweepConfig;
  readonly #schedule: SweepWatch | null;
  #before: Float32Array | null = null;
  #index = -1;
  #movedPtsMs: PtsMs | null = null;

  /** @param schedule null where no start is configured */
  constructor(sweep: SweepConfig, schedule: SweepWatch | null) {
    this.#sweep = sweep;
    this.#schedule = schedule;
  }

  look(frame: SweptFrame): PoseId {
    const { ptz, ptsMs } = frame;
    const byClock = this.#schedule?.look(frame) ?? null;
    const hasTurned = this.#hasTurned(frame);
    if (ptz === undefined) {
      this.#index = -1;
      return byClock;
    }
    const index = ptz.isMoving ? -1 : poseAt(this.#sweep, ptz);
    if (index !== this.#index || hasTurned || this.#movedPtsMs === null) this.#movedPtsMs = ptsMs;
    this.#index = index;
    const isSettled = ptsMs - this.#movedPtsMs >= this.#sweep.settleMs;
    return index >= 0 && isSettled ? this.#sweep.poses[index]!.id : null;
  }

  #hasTurned({ pixels, letterbox }: SweptFrame): boolean {
    if (pixels === undefined || letterbox === undefined) return false;
    const edges = edgesOf(smallGrey({ pixels, letterbox }));
    const before = this.#before;
    this.#before = edges;
    return before !== null && correlation(before, edges) < SAME_VIEW;
  }
}

/** Index of the nearest pose within the tolerance, −1 when there is none. */
const poseAt = ({ poses, ptzTolerance }: SweepConfig, { pan, tilt, zoom }: PtzPosition): number => {
  let [best, least] = [-1, ptzTolerance];
  for (const [index, { ptz }] of poses.entries()) {
    if (!ptz) continue;
    const zoomOff = ptz.zoom === undefined || zoom === null ? 0 : Math.abs(zoom - ptz.zoom);
    const off = Math.max(Math.abs(pan - ptz.pan), Math.abs(tilt - ptz.tilt), zoomOff);
    if (off <= least) [best, least] = [index, off];
  }
  return best;
};
