import { distanceM as distanceBetween, type Place } from '../fire/earth.ts';
import type { EpochMs } from '../time.ts';

/** A vehicle seen at a camera. */
export type Stop = { readonly cameraId: string; readonly at: EpochMs; readonly location: Place | null };

/** The way between two sightings. */
export type Leg = {
  readonly durationMs: number;
  /** As the crow flies, m; roads are longer. Null where a camera's position is not known. */
  readonly distanceM: number | null;
  /** The least mean speed that explains both sightings. */
  readonly speedKmh: number | null;
  /** `false`: no vehicle drives like that, so a reading is wrong or the plate exists twice. Null: cannot be told. */
  readonly plausible: boolean | null;
};

/** Faster than any road allows by so much that neither speeding nor a clock's few seconds explain it. */
const FASTEST_KMH = 160;
/** Clocks of cameras may be apart, and a camera sees some way up the road. */
const CLOCK_MS = 5_000;
const SIGHT_M = 100;

/** @param stops in order of time. @returns one leg fewer than stops */
export const legsOf = (stops: readonly Stop[]): readonly Leg[] =>
  stops.slice(1).map((to, index) => legBetween(stops[index]!, to));

const legBetween = (from: Stop, to: Stop): Leg => {
  const durationMs = to.at - from.at;
  if (from.cameraId === to.cameraId) return { durationMs, distanceM: 0, speedKmh: null, plausible: true };
  if (!from.location || !to.location) return { durationMs, distanceM: null, speedKmh: null, plausible: null };
  const distanceM = Math.round(distanceBetween(from.location, to.location));
  const kmh = (metres: number, ms: number): number => (metres / ms) * 3_600;
  const least = kmh(Math.max(0, distanceM - SIGHT_M), durationMs + CLOCK_MS);
  const speedKmh = durationMs > 0 ? Math.round(kmh(distanceM, durationMs)) : null;
  return { durationMs, distanceM, speedKmh, plausible: least <= FASTEST_KMH };
};
