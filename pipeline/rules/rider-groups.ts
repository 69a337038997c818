import { type Box, boxHeight, boxWidth, centre, type Point } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import type { Track } from '../track.ts';
import { type Fit, isOnFoot, nextFit } from './rider-fit.ts';
import { isPartOf, sitsOn } from './riders.ts';
import type { Scene } from './track-history.ts';

/** Which vehicle a person rides, how they fit, and which other one would fit better and since when. */
type Seat = {
  readonly vehicleId: number;
  readonly rival: { readonly vehicleId: number; readonly sincePtsMs: PtsMs } | null;
  readonly lastPtsMs: PtsMs;
  readonly fit: Fit;
};
export type SeatingState = ReadonlyMap<number, Seat>;

/** A motorcycle or bicycle with whoever rides it in this frame, the foremost in its direction first. */
export type RiderGroup = { readonly vehicle: Track; readonly riders: readonly Track[] };

/** More people than this do not fit on a motorcycle; the rest is somebody behind it. */
const CAPACITY = 5;
/** A rider changes the vehicle only after another one fitted better for so long. */
const SWITCH_MS = 500;
/** A seat is kept through shorter gaps of the detector. */
const KEEP_MS = 1_000;
/** Rider and vehicle move together: this much difference, in vehicle heights a second, costs as much as no overlap. */
const SPEED_TOLERANCE = 1.5;
const DEAREST = 1;
const RIDDEN: readonly string[] = ['motorcycle', 'bicycle'];

const cost = (person: Track, vehicle: Track): number | null => {
  if (!sitsOn(person.box, vehicle.box)) return null;
  const shared = Math.min(person.box.x2, vehicle.box.x2) - Math.max(person.box.x1, vehicle.box.x1);
  const overlap = shared / Math.max(1, Math.min(boxWidth(person.box), boxWidth(vehicle.box)));
  const offset = Math.abs(centre(person.box).x - centre(vehicle.box).x) / Math.max(1, boxWidth(vehicle.box));
  const apart = Math.hypot(person.velocity.x - vehicle.velocity.x, person.velocity.y - vehicle.velocity.y);
  const speed = Math.min(1, apart / (SPEED_TOLERANCE * Math.max(1, boxHeight(vehicle.box))));
  const total = 0.4 * (1 - overlap) + 0.6 * offset + 0.5 * speed;
  return total <= DEAREST ? total : null;
};

/**
 * Seats people on two-wheelers: the cheapest pair first, each person once, up to the capacity of a vehicle. Seats are
 * kept on pairs of tracks, so that two motorcycles side by side do not swap riders for a frame. Whoever turns out to walk
 * beside a machine, or before a thing taken for one, has a seat but is no rider.
 */
export const seatRiders = (before: SeatingState, frame: SeatedFrame): Seating => {
  const known = lately.get(frame);
  if (known?.before === before) return known.seating;
  const seating = seatAll(before, frame);
  lately.set(frame, { before, seating });
  return seating;
};

type SeatedFrame = Pick<Scene, 'tracks' | 'ptsMs' | 'frameSize'>;
type Seating = { readonly seats: SeatingState; readonly groups: readonly RiderGroup[] };

/** Where nobody sits yet: one for all, so that the rules of a camera are in one state and seat each frame once. */
export const NOBODY_SEATED: SeatingState = new Map();
/** A frame is seated once for all rules that come to it in the same state: half of what helmet and riders' rules cost. */
const lately = new WeakMap<SeatedFrame, { readonly before: SeatingState; readonly seating: Seating }>();

const seatAll = (before: SeatingState, { tracks, ptsMs, frameSize }: SeatedFrame): Seating => {
  const seen = tracks.filter((track) => track.observed && track.state !== 'tentative' && track.id > 0);
  const people = seen.filter((track) => track.className === 'person');
  const machines = seen.filter((track) => RIDDEN.includes(track.className));
  const vehicles = machines.filter((machine) => !machines.some((other) => isPartOf(machine, other)));
  const pairs = people
    .flatMap((person) =>
      vehicles.flatMap((vehicle) => {
        const price = cost(person, vehicle);
        return price === null ? [] : [{ person, vehicle, price }];
      }),
    )
    .sort((a, b) => a.price - b.price || a.person.id - b.person.id || a.vehicle.id - b.vehicle.id);

  const bestOf = new Map<number, Track>();
  const load = new Map<number, number>();
  for (const { person, vehicle } of pairs) {
    const taken = load.get(vehicle.id) ?? 0;
    if (bestOf.has(person.id) || taken >= CAPACITY) continue;
    bestOf.set(person.id, vehicle);
    load.set(vehicle.id, taken + 1);
  }

  const seats = new Map<number, Seat>();
  for (const [id, seat] of before) if (ptsMs - seat.lastPtsMs <= KEEP_MS) seats.set(id, seat);
  for (const person of people) {
    const best = bestOf.get(person.id);
    if (!best) continue;
    // Measured against the one that fits best now: whoever changes from one to the next fits none.
    const look = { person: person.box, vehicle: best.box, ptsMs, frameSize };
    const known = seats.get(person.id);
    seats.set(person.id, { ...nextSeat(known, best.id, ptsMs), fit: nextFit(known?.fit ?? null, look) });
  }

  const groups = vehicles.map((vehicle) => ({
    vehicle,
    riders: inOrder(
      withoutDoubles(
        people.filter(({ id }) => bestOf.has(id) && seats.get(id)?.vehicleId === vehicle.id && !walks(seats, id)),
      ),
      vehicle.velocity,
    ),
  }));
  return { seats, groups };
};

/** Whether a person who has a seat turned out to be on foot. */
export const walks = (seats: SeatingState, personId: number): boolean => {
  const seat = seats.get(personId);
  return seat !== undefined && isOnFoot(seat.fit);
};

const nextSeat = (seat: Seat | undefined, vehicleId: number, ptsMs: PtsMs): Omit<Seat, 'fit'> => {
  if (!seat || seat.vehicleId === vehicleId) return { vehicleId, rival: null, lastPtsMs: ptsMs };
  const rival = seat.rival?.vehicleId === vehicleId ? seat.rival : { vehicleId, sincePtsMs: ptsMs };
  return ptsMs - rival.sincePtsMs >= SWITCH_MS
    ? { vehicleId, rival: null, lastPtsMs: ptsMs }
    : { vehicleId: seat.vehicleId, rival, lastPtsMs: ptsMs };
};

/** Two boxes with the same head and sides are one person, seen once whole and once to the waist. */
const isDouble = (a: Box, b: Box): boolean => {
  const height = Math.max(boxHeight(a), boxHeight(b));
  const shared = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const whole = Math.max(a.x2, b.x2) - Math.min(a.x1, b.x1);
  return Math.abs(a.y1 - b.y1) <= 0.08 * height && shared >= 0.6 * whole;
};

const withoutDoubles = (people: readonly Track[]): readonly Track[] => {
  const kept: Track[] = [];
  for (const person of [...people].sort((a, b) => boxHeight(b.box) - boxHeight(a.box) || a.id - b.id))
    if (!kept.some((other) => isDouble(other.box, person.box))) kept.push(person);
  return kept;
};

/** The driver is the foremost along the direction of motion, as far as the picture shows it. */
const inOrder = (riders: readonly Track[], { x, y }: Point): readonly Track[] =>
  [...riders].sort((a, b) => {
    const ahead = (rider: Track): number => centre(rider.box).x * x + rider.box.y2 * y;
    return ahead(b) - ahead(a) || a.id - b.id;
  });
