import { type Box, boxHeight, boxWidth } from '../geometry.ts';
import type { Track, TrackedFrame } from '../track.ts';

const RIDDEN: readonly string[] = ['motorcycle', 'bicycle'];

/** Share of the person's width that must lie over the vehicle. */
const MIN_OVERLAP = 0.5;

/**
 * Whether a person box sits on a two-wheeler box: mostly above its width, its lower edge from about the vehicle's top to its
 * wheels, head above its middle. A rider's vehicle is counted, the rider is not counted again as a pedestrian.
 */
export const sitsOn = (person: Box, vehicle: Box): boolean => {
  const shared = Math.min(person.x2, vehicle.x2) - Math.max(person.x1, vehicle.x1);
  if (shared < MIN_OVERLAP * Math.min(boxWidth(person), boxWidth(vehicle))) return false;
  const height = boxHeight(vehicle);
  // A pillion seen from the front often shows no more than the upper body, which ends where the vehicle's box begins.
  const feetInside = person.y2 >= vehicle.y1 - 0.1 * height && person.y2 <= vehicle.y2 + 0.1 * height;
  return feetInside && person.y1 <= vehicle.y1 + 0.5 * height;
};

/** The two-wheeler that a person sits on in this frame; null for everybody and everything else. */
export const vehicleUnder = (track: Track, frame: TrackedFrame): number | null =>
  track.className === 'person'
    ? (frame.tracks.find((other) => other.observed && RIDDEN.includes(other.className) && sitsOn(track.box, other.box))
        ?.id ?? null)
    : null;
