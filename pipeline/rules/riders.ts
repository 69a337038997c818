import { type Box, boxArea, boxHeight, boxWidth, intersectionArea } from '../geometry.ts';
import type { Track, TrackedFrame } from '../track.ts';

const RIDDEN: readonly string[] = ['motorcycle', 'bicycle'];

/** Share of the person's width that must lie over the vehicle. */
const MIN_OVERLAP = 0.5;

/** Who is seen above a vehicle only, and lower than this share of its height, is not its pillion but somebody far behind. */
const LEAST_ABOVE = 0.55;
/** So much of a vehicle's height above its lower edge a person seen above it only ends. */
const ABOVE = 0.7;

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
  const isFarBehind = vehicle.y2 - person.y2 >= ABOVE * height && boxHeight(person) < LEAST_ABOVE * height;
  return feetInside && !isFarBehind && person.y1 <= vehicle.y1 + 0.5 * height;
};

/** Share of the smaller box inside, most of the larger one's area, and of its height between their lower edges. */
const PART_INSIDE = 0.6;
const PART_AREA = 0.6;
const PART_FOOT = 0.3;

/**
 * Whether a detection is a piece of a surer one that a detector boxed once more: its rear wheel, or its riders' legs. A
 * second machine behind would stand higher in the picture, one abreast would be as large.
 */
export const isPartOf = (part: Track, whole: Track): boolean =>
  part.score < whole.score &&
  // Nearly all pairs of a crowded street end here.
  part.box.x1 < whole.box.x2 &&
  whole.box.x1 < part.box.x2 &&
  boxArea(part.box) <= PART_AREA * boxArea(whole.box) &&
  intersectionArea(part.box, whole.box) >= PART_INSIDE * boxArea(part.box) &&
  Math.abs(whole.box.y2 - part.box.y2) <= PART_FOOT * boxHeight(whole.box);

/** The two-wheeler that a person sits on in this frame; null for everybody and everything else. */
export const vehicleUnder = (track: Track, frame: TrackedFrame): number | null =>
  track.className === 'person'
    ? (frame.tracks.find((other) => other.observed && RIDDEN.includes(other.className) && sitsOn(track.box, other.box))
        ?.id ?? null)
    : null;
