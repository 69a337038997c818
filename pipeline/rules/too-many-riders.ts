import type { RuleMatch, Subject } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import { carryOver, type PerTrack, shareReports } from './per-track.ts';
import { NOBODY_SEATED, type RiderGroup, type SeatingState, seatRiders } from './rider-groups.ts';
import type { Rule } from './rule.ts';
import type { TooManyRidersConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene, TrackHistory } from './track-history.ts';

/** How long each number of riders was seen on a vehicle, and the frame that shows the most of them best. */
type Count = {
  readonly heldMs: Readonly<Record<string, number>>;
  readonly lastPtsMs: PtsMs;
  readonly firstPtsMs: PtsMs;
  readonly start: Point;
  readonly best: { readonly ptsMs: PtsMs; readonly riders: number; readonly subjects: readonly Subject[] } | null;
  readonly reported: boolean;
};
export type TooManyRidersState = { readonly seats: SeatingState; readonly vehicles: PerTrack<Count> };

/** A longer gap between two sightings of a vehicle says nothing of who sat on it meanwhile. */
const LONGEST_HELD_MS = 500;
const AFTER_MS = 1_000;

/**
 * More people ride a motorcycle than it may carry: the median over the time it was seen, not the maximum, so that a
 * passer-by in one frame makes nobody an offender. Only moving vehicles, large enough to tell people apart. Children
 * and other exemptions are for the reviewer; the law counts passengers, the event gives riders.
 */
export class TooManyRidersRule implements Rule<TooManyRidersState> {
  readonly id: string;
  readonly #config: TooManyRidersConfig;
  readonly #frameSize: Size;
  readonly #corners: readonly Point[] | null;
  readonly #geometryHash: string;

  constructor(config: TooManyRidersConfig, zone: Zone | null, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = zone && toPixelZone(zone, frameSize);
    this.#geometryHash = geometryHash({ zone: zone?.corners ?? null });
  }

  init(): TooManyRidersState {
    return { seats: NOBODY_SEATED, vehicles: new Map() };
  }

  step(state: TooManyRidersState, scene: Scene): { state: TooManyRidersState; matches: readonly RuleMatch[] } {
    const { seats, groups } = seatRiders(state.seats, scene);
    const vehicles = carryOver(state.vehicles, scene.histories);
    const matches: RuleMatch[] = [];
    for (const group of groups) {
      const history = scene.histories.get(group.vehicle.id);
      if (!history || !this.#isMeant(history)) continue;
      const count = this.#add(vehicles.get(history.trackId) ?? null, group, history, scene.ptsMs);
      const match = !count.reported && history.confirmed ? this.#judge(count, history) : null;
      vehicles.set(history.trackId, { ...count, reported: count.reported || match !== null });
      if (match) matches.push(match);
    }
    shareReports(vehicles, scene.histories);
    return { state: { seats, vehicles }, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #isMeant({ className, path }: TrackHistory): boolean {
    const { box } = path.at(-1)!;
    const { classes, minHeightPx } = this.#config;
    const isInZone = this.#corners === null || isInside(groundPoint(box), this.#corners);
    return classes.includes(className) && boxHeight(box) >= minHeightPx && isInZone;
  }

  #add(before: Count | null, { vehicle, riders }: RiderGroup, history: TrackHistory, ptsMs: PtsMs): Count {
    const heldMs = before ? Math.min(LONGEST_HELD_MS, ptsMs - before.lastPtsMs) : 0;
    const key = String(riders.length);
    const isBest = riders.length > this.#config.maxRiders && (!before?.best || riders.length >= before.best.riders);
    const best = isBest
      ? { ptsMs, riders: riders.length, subjects: this.#subjects({ vehicle, riders }, ptsMs) }
      : (before?.best ?? null);
    return {
      heldMs: { ...before?.heldMs, [key]: (before?.heldMs[key] ?? 0) + heldMs },
      lastPtsMs: ptsMs,
      firstPtsMs: before?.firstPtsMs ?? ptsMs,
      start: before?.start ?? groundPoint(history.path.at(-1)!.box),
      best,
      reported: before?.reported ?? false,
    };
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

  #judge(count: Count, history: TrackHistory): RuleMatch | null {
    const { maxRiders, minSeenMs, minTravelBoxHeights } = this.#config;
    const seenMs = Object.values(count.heldMs).reduce((sum, held) => sum + held, 0);
    const riders = weightedMedian(count.heldMs, seenMs);
    const newest = history.path.at(-1)!;
    const here = groundPoint(newest.box);
    const travel = Math.hypot(here.x - count.start.x, here.y - count.start.y) / Math.max(1, boxHeight(newest.box));
    if (!count.best || riders <= maxRiders || seenMs < minSeenMs || travel < minTravelBoxHeights) return null;
    const at = Math.round(count.best.ptsMs);
    const moreMs = Object.entries(count.heldMs).reduce((sum, [n, held]) => sum + (Number(n) > maxRiders ? held : 0), 0);
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'too_many_riders',
        ruleVersion: '2',
        geometryHash: this.#geometryHash,
        measurements: [
          { name: 'riders', value: riders, unit: 'persons', threshold: maxRiders, comparison: '>' },
          { name: 'agreement', value: Math.round((100 * moreMs) / seenMs), unit: '%' },
          { name: 'seen', value: round2(seenMs / 1000), unit: 's', threshold: minSeenMs / 1000, comparison: '>=' },
        ],
        facts: { class: history.className },
      },
      startPtsMs: Math.round(count.firstPtsMs),
      triggerPtsMs: at,
      endPtsMs: Math.max(at, Math.round(newest.ptsMs)),
      keyPtsMs: { before: Math.round(count.firstPtsMs), at, after: at + AFTER_MS },
      subjects: count.best.subjects,
    };
  }
}

const weightedMedian = (heldMs: Readonly<Record<string, number>>, totalMs: number): number => {
  let left = totalMs / 2;
  const counts = Object.entries(heldMs).sort(([a], [b]) => Number(a) - Number(b));
  for (const [count, held] of counts) {
    left -= held;
    if (left < 0) return Number(count);
  }
  return 0;
};
