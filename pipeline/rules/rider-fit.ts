import { type Box, boxHeight, centre, type Size } from '../geometry.ts';
import type { PtsMs } from '../time.ts';

/** How a person and the two-wheeler under them fit together, over the last seconds. All in heights of the vehicle's box. */
export type Fit = {
  /** How far the person's lower edge is above the vehicle's; null while neither's was in the picture. */
  readonly lift: number | null;
  /** Mean square by which the person's place beside the vehicle's middle changes from look to look. */
  readonly wobble: number;
  readonly aside: number;
  /** Media time that the means are over. */
  readonly seenMs: number;
  readonly ptsMs: PtsMs;
};

type Look = { readonly person: Box; readonly vehicle: Box; readonly ptsMs: PtsMs; readonly frameSize: Size };

/** Means are over so long at most (ms of media time); older looks fade. */
const MEMORY_MS = 2_000;
/** After a longer gap a place says nothing of the one before. */
const LONGEST_STEP_MS = 1_000;
/** One jump, an exchanged id say, is not believed more (heights). */
const MOST_STEP = 0.3;
/** Boxes of small machines tremble by pixels, not by shares: they count as so high. */
const LEAST_HEIGHT_PX = 60;
/** A box that comes so near the picture's edge is cut by it. */
const EDGE_SHARE = 0.01;

/**
 * Feet on the pegs are a fifth of a machine's height above its wheels' lowest point, and a rider stays where he sits. On
 * six clips riders had a lift over 0.1 and a wobble under 0.05, but for a few; people on foot before things that a detector
 * takes for motorcycles had less than 0.09 and up to 0.21. Neither tells them apart alone, so the
 * nearer the feet are to the ground, the less somebody may stray [measured: docs/rules.md].
 */
const LEAST_LIFT = 0.05;
const MOST_WOBBLE = 0.1;
const WOBBLE_ON_GROUND = 0.04;
const WOBBLE_PER_LIFT = 0.5;

export const nextFit = (before: Fit | null, { person, vehicle, ptsMs, frameSize }: Look): Fit => {
  const height = Math.max(1, boxHeight(vehicle));
  const [marginX, marginY] = [EDGE_SHARE * frameSize.width, EDGE_SHARE * frameSize.height];
  const isCutBelow = Math.max(person.y2, vehicle.y2) >= frameSize.height - marginY;
  const isCutAside =
    Math.min(person.x1, vehicle.x1) <= marginX || Math.max(person.x2, vehicle.x2) >= frameSize.width - marginX;
  const lift = (vehicle.y2 - person.y2) / height;
  const aside = (centre(person).x - centre(vehicle).x) / Math.max(height, LEAST_HEIGHT_PX);
  const passedMs = before ? ptsMs - before.ptsMs : 0;
  const seenMs = Math.min(MEMORY_MS, (before?.seenMs ?? 0) + passedMs);
  const weight = seenMs > 0 ? passedMs / Math.max(seenMs, passedMs) : 1;
  const mean = (old: number, now: number): number => old + weight * (now - old);
  const step = Math.min(MOST_STEP, Math.abs(aside - (before?.aside ?? aside)));
  const isStep = before !== null && passedMs <= LONGEST_STEP_MS && !isCutAside;
  return {
    lift: isCutBelow ? (before?.lift ?? null) : before?.lift == null ? lift : mean(before.lift, lift),
    wobble: isStep ? mean(before.wobble, (step * step) / 2) : (before?.wobble ?? 0),
    ...{ aside, seenMs, ptsMs },
  };
};

/** Whether somebody walks: pushes the machine, passes it, or goes before a thing that is none. */
export const isOnFoot = ({ lift, wobble }: Fit): boolean => {
  const most = lift === null ? MOST_WOBBLE : Math.min(MOST_WOBBLE, WOBBLE_ON_GROUND + WOBBLE_PER_LIFT * lift);
  return (lift !== null && lift < LEAST_LIFT) || Math.sqrt(wobble) > most;
};
