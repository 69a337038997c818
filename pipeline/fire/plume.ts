import { boxArea } from '../geometry.ts';
import type { EpochMs } from '../time.ts';
import type { Tube, TubeState } from './confirmation.ts';
import type { TowerSight } from './terrain.ts';

/**
 * How one plume of one view stands after a frame. What comes before a case is told to other cameras; what comes after it is
 * kept beside the case as decision data, since the case itself is sealed when the plume is confirmed.
 */
export type PlumeReport = {
  readonly cameraId: string;
  /** Null for a camera that does not turn. */
  readonly poseId: string | null;
  /** Of the event that reported it; null for a candidate. */
  readonly eventId: string | null;
  readonly state: TubeState;
  /** Whether it came into this state with this frame. */
  readonly isChange: boolean;
  /** Of the frame. */
  readonly at: EpochMs;
  readonly lastSeenAt: EpochMs;
  readonly sightings: number;
  /** Frames that counted since the first sighting. */
  readonly framesLooked: number;
  readonly evidence: number;
  /** Area of its box against the first one's. */
  readonly growthPercent: number;
  /** Of its foot when it was first seen; null where pose or station is not configured. */
  readonly sight: TowerSight | null;
};

/** What a plume's history is kept as: the changes of its state, and while it goes on one report a minute. */
const EVERY_MS = 60_000;

/** Picks from the reports of a camera those that are to be kept with a case. */
export class PlumeCourse {
  readonly #toldAt = new Map<string, EpochMs>();

  pick(reports: readonly PlumeReport[]): readonly PlumeReport[] {
    return reports.filter(({ eventId, state, isChange, at }) => {
      if (eventId === null) return false;
      if (!isChange && at - (this.#toldAt.get(eventId) ?? -Infinity) < EVERY_MS) return false;
      if (state === 'ended') this.#toldAt.delete(eventId);
      else this.#toldAt.set(eventId, at);
      return true;
    });
  }
}

/** Of the last box seen against the first. */
export const growthPercent = ({ first, box }: Pick<Tube, 'first' | 'box'>): number =>
  Math.round(100 * (boxArea(box) / boxArea(first) - 1));

/** Redis stream of what is kept of plumes that were confirmed: field `report` holds a PlumeReport as JSON. */
export const PLUMES_STREAM = 'watchpost:fire:plumes';
