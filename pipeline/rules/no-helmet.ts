import type { RuleMatch, Subject } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { HeadReading } from '../head-reading.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import type { Track } from '../track.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import {
  addReading,
  agreement,
  type HelmetVerdict,
  type HelmetVote,
  LEAST_AGREEMENT,
  LEAST_LOG_ODDS,
  LEAST_SPAN_MS,
  logOddsOf,
  readingWeight,
  verdictOf,
} from './helmet-vote.ts';
import { carryOver, type PerTrack } from './per-track.ts';
import { NOBODY_SEATED, type RiderGroup, type SeatingState, seatRiders, walks } from './rider-groups.ts';
import type { Rule } from './rule.ts';
import type { NoHelmetConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene, TrackHistory } from './track-history.ts';

/** A motorcycle with its riders, as they were seen last. */
type Ride = {
  readonly firstPtsMs: PtsMs;
  readonly start: Point;
  readonly hasMoved: boolean;
  /** Whether it has stayed where it was first seen. */
  readonly stands: boolean;
  readonly className: string;
  readonly riderIds: readonly number[];
  /** Whether they are in the order of its way, the driver first; a machine that only stood shows no way. */
  readonly isOrdered: boolean;
  readonly isMoving: boolean;
  readonly lastPtsMs: PtsMs;
  /** When each rider was seen on it last. */
  readonly seenPtsMs: ReadonlyMap<number, PtsMs>;
  /** Since when there is a verdict against one of them. */
  readonly decidedPtsMs: PtsMs | null;
  /** The frame that shows each rider's head best. */
  readonly best: ReadonlyMap<number, Shown>;
  readonly reported: boolean;
};
type Shown = { readonly ptsMs: PtsMs; readonly quality: number; readonly subjects: readonly Subject[] };
export type NoHelmetState = {
  readonly seats: SeatingState;
  readonly votes: PerTrack<HelmetVote>;
  readonly rides: PerTrack<Ride>;
  /** Whose bare head was told: the same rider on a machine that has got another number is no second act. */
  readonly told: PerTrack<true>;
};

const AFTER_MS = 1_000;
/** When who wears no helmet is out of sight for so long, the others are not waited for any more. */
const GONE_MS = 400;
/** Somebody hidden for longer, while others are seen in the same seats, has got another number. */
const HIDDEN_MS = 1_000;
/** From this speed on (heights of its box a second) the direction of a vehicle is more than the trembling of its box. */
const MOVES_HEIGHTS = 0.5;
/**
 * One that has come no further (heights of its box) in such a time stands. One that creeps neither stands nor has moved
 * yet: what is seen with it at one moment, the rider of the machine beside it say, is not with it at the next.
 */
const STANDS = { heights: 0.15, ms: 1_000 };

/**
 * Somebody rides a motorcycle without a helmet. Each rider's head readings are added up over the track and either give a
 * verdict or none (see `helmet-vote.ts`); one event per motorcycle lists all its riders, at the frame that shows them
 * best. It is ridden when it was seen to move, or when it stands with two on it of whom one has put a helmet on: people
 * who only sit on a parked one are left alone. Whether a rider is exempt, a child say, is for the reviewer. Without head
 * readings the rule is silent.
 */
export class NoHelmetRule implements Rule<NoHelmetState> {
  readonly id: string;
  readonly #config: NoHelmetConfig;
  readonly #frameSize: Size;
  readonly #corners: readonly Point[] | null;
  readonly #geometryHash: string;

  constructor(config: NoHelmetConfig, zone: Zone | null, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = zone && toPixelZone(zone, frameSize);
    this.#geometryHash = geometryHash({ zone: zone?.corners ?? null });
  }

  init(): NoHelmetState {
    return { seats: NOBODY_SEATED, votes: new Map(), rides: new Map(), told: new Map() };
  }

  /** Who was told is not told again because the camera was turned. */
  restart({ told }: NoHelmetState): NoHelmetState {
    return { ...this.init(), told };
  }

  step(state: NoHelmetState, scene: Scene): { state: NoHelmetState; matches: readonly RuleMatch[] } {
    const { histories, ptsMs } = scene;
    const { seats, groups } = seatRiders(state.seats, scene);
    const readings = new Map((scene.heads ?? []).map((reading) => [reading.trackId, reading]));
    const votes = carryOver(state.votes, histories);
    for (const [id, reading] of readings)
      if (histories.has(id)) votes.set(id, addReading(votes.get(id) ?? null, reading, ptsMs));
    const known = carryOver(state.rides, histories);
    for (const group of groups) {
      const history = histories.get(group.vehicle.id);
      if (!history || !this.#isMeant(history)) continue;
      const before = withoutWalkers(known.get(history.trackId) ?? null, seats);
      known.set(history.trackId, this.#follow(before, group, history, readings, ptsMs));
    }
    const told = carryOver(state.told, histories);
    const matches: RuleMatch[] = [];
    for (const [id, ride] of known) {
      if (ride.riderIds.length === 0 && ride.decidedPtsMs === null) continue;
      const next = this.#decide(ride, votes, ptsMs);
      const match = this.#isDue(next, votes, ptsMs) ? this.#tell(next, votes, told) : null;
      known.set(id, { ...next, reported: next.reported || match !== null });
      if (match) matches.push(match);
    }
    return { state: { seats, votes, rides: known, told }, matches };
  }

  finish({ rides, votes, told }: NoHelmetState): readonly RuleMatch[] {
    const toldNow = new Map(told);
    return [...rides.values()]
      .filter((ride) => ride.decidedPtsMs !== null && isRidden(ride, votes))
      .flatMap((ride) => this.#tell(ride, votes, toldNow) ?? []);
  }

  #tell(ride: Ride, votes: PerTrack<HelmetVote>, told: Map<number, true>): RuleMatch | null {
    const guilty = offenders(ride, votes);
    const match = ride.reported || guilty.every((id) => told.has(id)) ? null : this.#match(ride, votes);
    if (match) for (const id of guilty) told.set(id, true);
    return match;
  }

  #isMeant({ className, path, confirmed }: TrackHistory): boolean {
    const { box } = path.at(-1)!;
    const { classes, minHeightPx } = this.#config;
    const isInZone = this.#corners === null || isInside(groundPoint(box), this.#corners);
    return confirmed && classes.includes(className) && boxHeight(box) >= minHeightPx && isInZone;
  }

  #follow(
    before: Ride | null,
    { vehicle, riders }: RiderGroup,
    history: TrackHistory,
    readings: ReadonlyMap<number, HeadReading>,
    ptsMs: PtsMs,
  ): Ride {
    const here = groundPoint(history.path.at(-1)!.box);
    const start = before?.start ?? here;
    const travel = Math.hypot(here.x - start.x, here.y - start.y) / Math.max(1, boxHeight(vehicle.box));
    const best = new Map(before?.best);
    for (const { id } of riders) {
      const quality = shownOf(id, riders, readings);
      if (quality > (best.get(id)?.quality ?? 0))
        best.set(id, { ptsMs, quality, subjects: this.#subjects({ vehicle, riders }, ptsMs) });
    }
    const speed = Math.hypot(vehicle.velocity.x, vehicle.velocity.y) / Math.max(1, boxHeight(vehicle.box));
    const known = before?.riderIds ?? [];
    const ids = riders.map(({ id }) => id);
    const isMoving = speed >= MOVES_HEIGHTS;
    // Whoever is hidden for a moment still rides along; a machine that stops keeps the order that its way has shown.
    const hidden = known.filter((id) => !ids.includes(id) && this.#ridesAlong(id, before, ptsMs, ids.length));
    const isNew = ids.length > known.length || !ids.every((id) => known.includes(id));
    const isSeating = ids.length >= known.length && (isNew || isMoving);
    return {
      firstPtsMs: before?.firstPtsMs ?? ptsMs,
      start,
      hasMoved: (before?.hasMoved ?? false) || travel >= this.#config.minTravelBoxHeights,
      stands: travel < STANDS.heights && ptsMs - (before?.firstPtsMs ?? ptsMs) >= STANDS.ms,
      className: history.className,
      riderIds: isSeating ? [...ids, ...hidden] : known,
      isOrdered: isSeating ? isMoving : (before?.isOrdered ?? false),
      isMoving,
      lastPtsMs: ptsMs,
      seenPtsMs: new Map([...(before?.seenPtsMs ?? []), ...ids.map((id) => [id, ptsMs] as const)]),
      decidedPtsMs: before?.decidedPtsMs ?? null,
      best,
      reported: before?.reported ?? false,
    };
  }

  #ridesAlong(id: number, before: Ride | null, ptsMs: PtsMs, seen: number): boolean {
    return seen < (before?.riderIds.length ?? 0) || ptsMs - (before?.seenPtsMs.get(id) ?? 0) <= HIDDEN_MS;
  }

  #decide(ride: Ride, votes: PerTrack<HelmetVote>, ptsMs: PtsMs): Ride {
    const isOffence = offenders(ride, votes).length > 0;
    return { ...ride, decidedPtsMs: isOffence ? (ride.decidedPtsMs ?? ptsMs) : null };
  }

  #isDue(ride: Ride, votes: PerTrack<HelmetVote>, ptsMs: PtsMs): boolean {
    if (ride.decidedPtsMs === null || !isRidden(ride, votes)) return false;
    const isComplete = ride.riderIds.every((id) => verdictOf(votes.get(id) ?? null) !== 'unsure');
    const shownPtsMs = Math.max(...offenders(ride, votes).map((id) => ride.seenPtsMs.get(id) ?? 0));
    return isComplete || ptsMs - ride.decidedPtsMs >= this.#config.waitMs || ptsMs - shownPtsMs >= GONE_MS;
  }

  #subjects({ vehicle, riders }: RiderGroup, ptsMs: PtsMs): readonly Subject[] {
    const subject = (track: RiderGroup['vehicle'], role: Subject['role']): Subject => ({
      trackId: track.id,
      className: track.className,
      role,
      score: round4(track.score),
      sightings: [toSighting(ptsMs, track.box, this.#frameSize)],
    });
    return [subject(vehicle, 'offender'), ...riders.map((rider) => subject(rider, 'rider'))];
  }

  #match(ride: Ride, votes: PerTrack<HelmetVote>): RuleMatch | null {
    const guiltyIds = offenders(ride, votes);
    const guilty = guiltyIds.map((id) => votes.get(id)!);
    const shown = guiltyIds.flatMap((id) => ride.best.get(id) ?? []).sort((a, b) => b.quality - a.quality)[0];
    if (!shown) return null;
    const at = Math.round(shown.ptsMs);
    const verdicts = ride.riderIds.map((id, index): string => {
      const seat = ride.isOrdered || ride.riderIds.length === 1 ? seatName(index) : `rider-${String(index + 1)}`;
      return `${seat}:${verdictOf(votes.get(id) ?? null)}`;
    });
    const spanMs = Math.min(...guilty.map((vote) => vote.lastPtsMs - vote.firstPtsMs));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'no_helmet',
        ruleVersion: '5',
        geometryHash: this.#geometryHash,
        measurements: [
          { name: 'withoutHelmet', value: guilty.length, unit: 'persons', threshold: 0, comparison: '>' },
          {
            name: 'agreement',
            value: Math.round(100 * Math.min(...guilty.map(agreement))),
            unit: '%',
            threshold: 100 * LEAST_AGREEMENT,
            comparison: '>=',
          },
          { name: 'seen', value: round2(spanMs / 1000), unit: 's', threshold: LEAST_SPAN_MS / 1000, comparison: '>=' },
          {
            name: 'logOdds',
            value: round2(Math.min(...guilty.map(logOddsOf))),
            unit: '',
            threshold: LEAST_LOG_ODDS,
            comparison: '>=',
          },
        ],
        facts: { class: ride.className, riders: verdicts.join(' '), moved: ride.hasMoved ? 'yes' : 'no' },
      },
      startPtsMs: Math.round(ride.firstPtsMs),
      triggerPtsMs: at,
      endPtsMs: Math.max(at, Math.round(ride.lastPtsMs)),
      keyPtsMs: { before: Math.round(ride.firstPtsMs), at, after: at + AFTER_MS },
      subjects: shown.subjects,
    };
  }
}

/** A ride without whoever turned out to walk. */
const withoutWalkers = (ride: Ride | null, seats: SeatingState): Ride | null => {
  const isWalker = (id: number): boolean => walks(seats, id);
  if (!ride?.riderIds.some(isWalker)) return ride;
  const best = [...ride.best]
    .filter(([id]) => !isWalker(id))
    .map(
      ([id, shown]) => [id, { ...shown, subjects: shown.subjects.filter((one) => !isWalker(one.trackId)) }] as const,
    );
  return { ...ride, riderIds: ride.riderIds.filter((id) => !isWalker(id)), best: new Map(best) };
};

/** How well a frame shows one rider's head; those of the others beside it help to judge. */
const shownOf = (riderId: number, riders: readonly Track[], readings: ReadonlyMap<number, HeadReading>): number => {
  const quality = (id: number): number => {
    const reading = readings.get(id);
    return reading ? readingWeight(reading) * reading.heightPx : 0;
  };
  const others = riders.reduce((sum, { id }) => sum + (id === riderId ? 0 : quality(id)), 0);
  const own = quality(riderId);
  return own > 0 ? own + others / 4 : 0;
};

const seatName = (index: number): string => (index === 0 ? 'driver' : `passenger-${String(index)}`);

/** Whether it is in traffic: it moved, or it stands with two on it, one of them ready to ride. */
const isRidden = ({ hasMoved, stands, riderIds }: Ride, votes: PerTrack<HelmetVote>): boolean =>
  hasMoved || (stands && riderIds.length > 1 && riderIds.some((id) => verdictOf(votes.get(id) ?? null) === 'helmet'));

const WITHOUT: readonly HelmetVerdict[] = ['bare', 'other'];
const offenders = ({ riderIds }: Ride, votes: PerTrack<HelmetVote>): readonly number[] =>
  riderIds.filter((id) => WITHOUT.includes(verdictOf(votes.get(id) ?? null)));
