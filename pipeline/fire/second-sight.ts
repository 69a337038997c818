import type { EpochMs } from '../time.ts';
import { distanceM } from './earth.ts';
import { crossBearings, FARTHEST_M, isOneStation } from './position.ts';
import { heightOfRayM, type TowerSight } from './terrain.ts';

/** What another camera may be seeing: a plume of its own that it has evidence of, confirmed or not. */
export type OtherSight = {
  readonly cameraId: string;
  /** When it was last seen there. */
  readonly at: EpochMs;
  readonly evidence: number;
  readonly sight: TowerSight;
};

/** One faint sighting elsewhere says nothing: the other camera must have seen it well, or more than once. */
const LEAST_EVIDENCE = 0.5;
/** Poses of a sweep come round within this; smoke of a fire is still there then. */
const WITHIN_MS = 15 * 60_000;
/** Both must see its foot at one height above the sea: within so many standard deviations, and what maps of masts err by. */
const HEIGHT_SIGMAS = 3;
const MAST_ERROR_M = 30;
const RAD = Math.PI / 180;

/**
 * The cameras whose line of sight meets this one at a place. Two lines cross nearly always on a map; that they are at one
 * height there too is what clouds, glare and two different fires fail.
 * @returns ids of cameras, each once
 */
export const secondersOf = (own: TowerSight, others: readonly OtherSight[], now: EpochMs): readonly string[] => [
  ...new Set(others.filter((other) => isOfOnePlace(own, other, now)).map(({ cameraId }) => cameraId)),
];

const isOfOnePlace = (own: TowerSight, { at, evidence, sight }: OtherSight, now: EpochMs): boolean => {
  if (evidence < LEAST_EVIDENCE || Math.abs(now - at) > WITHIN_MS) return false;
  if (isOneStation(own.station, sight.station)) return false;
  const fix = crossBearings([own, sight]);
  if (fix.kind !== 'fix') return false;
  const [mine, theirs] = [own, sight].map((one) => {
    const away = distanceM(one.station, fix.place);
    return { away, heightM: heightOfRayM(one, away), sigmaM: away * one.sigmaDeg * RAD };
  }) as [Seen, Seen];
  if (Math.max(mine.away, theirs.away) > FARTHEST_M) return false;
  const apart = Math.abs(mine.heightM - theirs.heightM);
  return apart <= HEIGHT_SIGMAS * Math.hypot(mine.sigmaM, theirs.sigmaM) + MAST_ERROR_M;
};

type Seen = { readonly away: number; readonly heightM: number; readonly sigmaM: number };

/** Redis hash of what cameras may be seeing: one field for each view, an OtherSight[] as JSON. */
export const SIGHTS_KEY = 'watchpost:fire:sights';
