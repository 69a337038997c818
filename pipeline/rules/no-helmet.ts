import type { RuleMatch, Subject } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { HeadReading } from '../head-reading.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import {
  addReading,
  agreement,
  type HelmetVerdict,
  type HelmetVote,
  LEAST_AGREEMENT,
  LEAST_SPAN_MS,
  readingWeight,
  verdictOf,
} from './helmet-vote.ts';
import { carryOver, type PerTrack } from './per-track.ts';
import { type RiderGroup, type SeatingState, seatRiders } from './rider-groups.ts';
import type { Rule } from './rule.ts';
import type { NoHelmetConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene, TrackHistory } from './track-history.ts';

/** A motorcycle with its riders, as they were seen last. */
type Ride = {
  readonly firstPtsMs: PtsMs;
  readonly start: Point;
  readonly hasMoved: boolean;
  readonly className: string;
  /** Riders in order, the driver first. */
  readonly riderIds: readonly number[];
  readonly lastPtsMs: PtsMs;
  /** Since when there is a verdict against one of them. */
  readonly decidedPtsMs: PtsMs | null;
  /** The frame that shows the heads best. */
  readonly best: { readonly ptsMs: PtsMs; readonly quality: number; readonly subjects: readonly Subject[] } | null;
  readonly reported: boolean;
};
export type NoHelmetState = {
  readonly seats: SeatingState;
  readonly votes: PerTrack<HelmetVote>;
  readonly rides: PerTrack<Ride>;
};

const AFTER_MS = 1_000;
/** A vehicle out of sight for so long is not waited for any more. */
const GONE_MS = 400;

/**
 * Somebody rides a motorcycle without a helmet. Each rider's head readings are added up over the track and either give a
 * verdict or none (see `helmet-vote.ts`); one event per motorcycle lists all its riders, at the frame that shows them
 * best. Whether a rider is exempt, a child say, is for the reviewer. Without head readings the rule is silent.
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
    return { seats: new Map(), votes: new Map(), rides: new Map() };
  }

  step(state: NoHelmetState, scene: Scene): { state: NoHelmetState; matches: readonly RuleMatch[] } {
    const { histories, ptsMs } = scene;
    const { seats, groups } = seatRiders(state.seats, scene);
    const readings = new Map((scene.heads ?? []).map((reading) => [reading.trackId, reading]));
    const votes = carryOver(state.votes, histories);
    for (const [id, reading] of readings)
      if (histories.has(id)) votes.set(id, addReading(votes.get(id) ?? null, reading, ptsMs));
    const rides = carryOver(state.rides, histories);
    for (const group of groups) {
      const history = histories.get(group.vehicle.id);
      if (!history || !this.#isMeant(history)) continue;
      rides.set(history.trackId, this.#follow(rides.get(history.trackId) ?? null, group, history, readings, ptsMs));
    }
    const matches: RuleMatch[] = [];
    for (const [id, ride] of rides) {
      const next = this.#decide(ride, votes, ptsMs);
      const match = this.#isDue(next, votes, ptsMs) && !next.reported ? this.#match(next, votes) : null;
      rides.set(id, { ...next, reported: next.reported || match !== null });
      if (match) matches.push(match);
    }
    return { state: { seats, votes, rides }, matches };
  }

  finish({ rides, votes }: NoHelmetState): readonly RuleMatch[] {
    return [...rides.values()]
      .filter((ride) => ride.decidedPtsMs !== null && ride.hasMoved && !ride.reported)
      .flatMap((ride) => this.#match(ride, votes) ?? []);
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
    const quality = riders.reduce((sum, { id }) => {
      const reading = readings.get(id);
      return sum + (reading ? readingWeight(reading) * reading.heightPx : 0);
    }, 0);
    const isBest = quality > 0 && quality > (before?.best?.quality ?? 0);
    return {
      firstPtsMs: before?.firstPtsMs ?? ptsMs,
      start,
      hasMoved: (before?.hasMoved ?? false) || travel >= this.#config.minTravelBoxHeights,
      className: history.className,
      // Whoever is hidden for a moment still rides along.
      riderIds: riders.length >= (before?.riderIds.length ?? 0) ? riders.map(({ id }) => id) : before!.riderIds,
      lastPtsMs: ptsMs,
      decidedPtsMs: before?.decidedPtsMs ?? null,
      best: isBest ? { ptsMs, quality, subjects: this.#subjects({ vehicle, riders }, ptsMs) } : (before?.best ?? null),
      reported: before?.reported ?? false,
    };
  }

  #decide(ride: Ride, votes: PerTrack<HelmetVote>, ptsMs: PtsMs): Ride {
    const isOffence = offenders(ride, votes).length > 0;
    return { ...ride, decidedPtsMs: isOffence ? (ride.decidedPtsMs ?? ptsMs) : null };
  }

  #isDue(ride: Ride, votes: PerTrack<HelmetVote>, ptsMs: PtsMs): boolean {
    if (ride.decidedPtsMs === null || !ride.hasMoved) return false;
    const isComplete = ride.riderIds.every((id) => verdictOf(votes.get(id) ?? null) !== 'unsure');
    return isComplete || ptsMs - ride.decidedPtsMs >= this.#config.waitMs || ptsMs - ride.lastPtsMs >= GONE_MS;
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
    const guilty = offenders(ride, votes).map((id) => votes.get(id)!);
    if (!ride.best || guilty.length === 0) return null;
    const at = Math.round(ride.best.ptsMs);
    const verdicts = ride.riderIds.map((id, index): string => {
      const seat = index === 0 ? 'driver' : `passenger-${String(index)}`;
      return `${seat}:${verdictOf(votes.get(id) ?? null)}`;
    });
    const spanMs = Math.min(...guilty.map((vote) => vote.lastPtsMs - vote.firstPtsMs));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'no_helmet',
        ruleVersion: '2',
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
          { name: 'logOdds', value: round2(Math.min(...guilty.map((vote) => vote.logOdds))), unit: '' },
        ],
        facts: { class: ride.className, riders: verdicts.join(' ') },
      },
      startPtsMs: Math.round(ride.firstPtsMs),
      triggerPtsMs: at,
      endPtsMs: Math.max(at, Math.round(ride.lastPtsMs)),
      keyPtsMs: { before: Math.round(ride.firstPtsMs), at, after: at + AFTER_MS },
      subjects: ride.best.subjects,
    };
  }
}

const WITHOUT: readonly HelmetVerdict[] = ['bare', 'other'];
const offenders = ({ riderIds }: Ride, votes: PerTrack<HelmetVote>): readonly number[] =>
  riderIds.filter((id) => WITHOUT.includes(verdictOf(votes.get(id) ?? null)));
