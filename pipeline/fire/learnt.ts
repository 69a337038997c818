import type { EvidenceManifest } from '../evidence.ts';
import type { Box, Size } from '../geometry.ts';
import type { EpochMs } from '../time.ts';
import { isSamePlume } from './same-plume.ts';

/** What people said of smoke at one place of one view. */
export type LearntPlace = {
  readonly caseId: string;
  /** Null for a camera that does not turn. */
  readonly poseId: string | null;
  /** Where it was at the trigger, in fractions of the frame. */
  readonly box: Box;
  readonly at: EpochMs;
  readonly wasFire: boolean;
};

/** Redis key under which the API keeps `Record<cameraId, LearntPlace[]>` for the analysis, as JSON. */
export const LEARNT_KEY = 'watchpost:fire:learnt';
/** Verdicts older than this have nothing to say: six half-lives. */
export const LEARNT_FOR_MS = 180 * 86_400_000;
const HALF_LIFE_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
/** Glare and fog come at their hours: a verdict of another time of day counts half. */
const SAME_HOUR_MS = 2 * 3_600_000;
const OTHER_HOUR = 0.5;
/** No number of verdicts asks for more: a fire beside a kiln must still be told. */
export const MOST_COST = 1.5;

/** What the verdicts on a place cost a candidate there. */
export type LearntCost = {
  /** Evidence asked for beyond the usual. */
  readonly cost: number;
  readonly caseIds: readonly string[];
};

export const NOTHING_LEARNT: LearntCost = { cost: 0, caseIds: [] };

/**
 * Evidence that a candidate needs more because people dismissed smoke at its place: half the most for one fresh verdict,
 * three quarters for two. Verdicts fade with a half-life of 30 days, and a fire that was confirmed there takes one back.
 * @param box in source pixels
 */
export const learntCost = (places: readonly LearntPlace[], box: Box, size: Size, now: EpochMs): LearntCost => {
  const here = places.filter((place) => place.at <= now && isSamePlume(inPixels(place.box, size), box));
  const sum = here.reduce((total, { at, wasFire }) => {
    const faded = 2 ** (-(now - at) / HALF_LIFE_MS) * (isSameHour(now, at) ? 1 : OTHER_HOUR);
    return total + (wasFire ? -faded : faded);
  }, 0);
  if (sum <= 0) return NOTHING_LEARNT;
  return {
    cost: MOST_COST * (1 - 2 ** -sum),
    caseIds: here.filter(({ wasFire }) => !wasFire).map(({ caseId }) => caseId),
  };
};

const inPixels = ({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box => ({
  x1: x1 * width,
  y1: y1 * height,
  x2: x2 * width,
  y2: y2 * height,
});

/** Within two hours of the same time of day, over midnight too; whatever the time zone. */
const isSameHour = (a: EpochMs, b: EpochMs): boolean => {
  const apart = (((a - b) % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.min(apart, DAY_MS - apart) <= SAME_HOUR_MS;
};

/** What a decided case teaches; null for cases of other kinds. */
export const toLearntPlace = (
  { caseId, event }: Pick<EvidenceManifest, 'caseId' | 'event'>,
  wasFire: boolean,
): LearntPlace | null => {
  const { kind, subjects, triggerPtsMs, triggerAt, decision } = event;
  if (kind !== 'smoke' && kind !== 'flame') return null;
  const box = subjects[0]?.sightings.find(({ ptsMs }) => ptsMs === triggerPtsMs)?.box;
  // A fixed camera's pose has a name too, but its frames have none.
  return box ? { caseId, poseId: decision.facts['pose'] ?? null, box, at: triggerAt, wasFire } : null;
};
