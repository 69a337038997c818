import type { Placement } from './raster.ts';
import type { Aspect } from './surroundings.ts';
import { PLAN } from './surroundings.ts';

/** Steps in which traffic is worked out, s. */
const STEP_S = 0.02;

/** Somebody who drives along the road (`away` from the camera or towards it) or across it. */
export type Drive = {
  readonly way: 'away' | 'towards' | 'right' | 'left';
  /** Across the way: x on the road, y for those who cross. */
  readonly lane: number;
  /** Along the way at time 0: y, or x for those who cross. */
  readonly start: number;
  /** m/s it likes to go. */
  readonly speed: number;
  readonly length: number;
  readonly width: number;
  /** Goes on at red. */
  readonly ignoresSignal?: boolean;
  /** Does not move before, s. */
  readonly from?: number;
};

export type Phases = (seconds: number) => Aspect;

/** Along its way a drive goes up; where it is then. */
const SIGN = { away: 1, right: 1, towards: -1, left: -1 } as const;
const HEADING = { away: 0, towards: Math.PI, right: -Math.PI / 2, left: Math.PI / 2 } as const;

/** Where somebody has to stop at red, along the way. */
const STOPS = { away: PLAN.stopLine - 0.6, towards: -(PLAN.junction[1] + 9), right: -PLAN.halfRoad - 2, left: -PLAN.halfRoad - 2 } as const; // prettier-ignore
const across = (aspect: Aspect): Aspect => (aspect === 'red' ? 'green' : 'red');

/**
 * Works out where everybody is: each follows who is ahead in its lane and stops at red (Intelligent Driver Model,
 * Treiber, Hennecke & Helbing 2000).
 * @returns for each drive its placement at a time in seconds from 0 to `seconds`
 */
export const drive = (drives: readonly Drive[], phases: Phases, seconds: number): ((at: number) => Placement)[] => {
  const places = drives.map(({ way, start }) => start * SIGN[way]);
  const speeds = drives.map(({ speed, from = 0 }) => (from > 0 ? 0 : speed));
  const steps = Math.ceil(seconds / STEP_S) + 1;
  const tracks = drives.map(() => new Float64Array(steps));
  for (let step = 0; step < steps; step++) {
    const now = step * STEP_S;
    drives.forEach((_, index) => (tracks[index]![step] = places[index]!));
    const pushes = drives.map((one, index) => {
      if (now < (one.from ?? 0)) return 0;
      return push(one.speed, speeds[index]!, room(drives, places, speeds, index, phases(now)));
    });
    drives.forEach(({ from = 0 }, index) => {
      if (now < from) return;
      speeds[index] = Math.max(0, speeds[index]! + pushes[index]! * STEP_S);
      places[index]! += speeds[index] * STEP_S;
    });
  }
  return drives.map((one, index) => (at) => {
    const exact = Math.min(steps - 1, at / STEP_S);
    const [low, high] = [tracks[index]![Math.floor(exact)]!, tracks[index]![Math.ceil(exact)]!];
    return placed(one, low + (high - low) * (exact - Math.floor(exact)), at);
  });
};

/** When the front of somebody passes a place along the way, s; null where it never does. */
export const passes = (one: Drive, where: (at: number) => Placement, line: number, seconds: number): number | null => {
  for (let at = 0; at < seconds; at += STEP_S) {
    const { x, y } = where(at);
    const along = (one.way === 'left' || one.way === 'right' ? x : y) * SIGN[one.way] + one.length / 2;
    if (along >= line * SIGN[one.way]) return at === 0 ? null : at;
  }
  return null;
};

type Room = { readonly gap: number; readonly closing: number };

const room = (
  drives: readonly Drive[],
  places: readonly number[],
  speeds: readonly number[],
  index: number,
  aspect: Aspect,
): Room => {
  const one = drives[index]!;
  let [gap, closing] = [Infinity, 0];
  drives.forEach((other, at) => {
    if (at === index || other.way !== one.way) return;
    if (Math.abs(other.lane - one.lane) > (other.width + one.width) / 2 + 0.1) return;
    const free = places[at]! - places[index]! - (other.length + one.length) / 2;
    if (free > -0.5 && places[at]! > places[index]! && free < gap)
      [gap, closing] = [free, speeds[index]! - speeds[at]!];
  });
  const shown = one.way === 'away' || one.way === 'towards' ? aspect : across(aspect);
  const free = STOPS[one.way] - places[index]! - one.length / 2;
  const canStop = free > speeds[index]! ** 2 / (2 * 4.5) - 0.2;
  if (!one.ignoresSignal && shown !== 'green' && free > -0.3 && canStop && free < gap)
    [gap, closing] = [free, speeds[index]!];
  return { gap, closing };
};

const COMFORT = { acceleration: 1.8, braking: 2.2, headwayS: 0.9, leastGap: 0.8 };

const push = (wanted: number, speed: number, { gap, closing }: Room): number => {
  const { acceleration, braking, headwayS, leastGap } = COMFORT;
  const wish = leastGap + Math.max(0, speed * headwayS + (speed * closing) / (2 * Math.sqrt(acceleration * braking)));
  return acceleration * (1 - (speed / wanted) ** 4 - (wish / Math.max(gap, 0.1)) ** 2);
};

/** Two wheels never go quite straight. */
const placed = ({ way, lane, width, start }: Drive, along: number, at: number): Placement => {
  const sway = width < 1 ? 0.1 * Math.sin(0.9 * at + start) : 0;
  const turn = width < 1 ? 0.025 * Math.cos(0.9 * at + start) : 0;
  const away = along * SIGN[way];
  const isCrossing = way === 'left' || way === 'right';
  const [x, y] = isCrossing ? [away, lane + sway] : [lane + sway, away];
  return { x, y, heading: HEADING[way] - turn * (way === 'towards' ? -1 : 1), lean: width < 1 ? 0.3 * turn : 0 };
};
