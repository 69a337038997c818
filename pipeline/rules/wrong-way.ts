import type { RuleMatch } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import { fitVelocity, MAX_UNSEEN_SHARE, unseenShare } from './motion.ts';
import { timeWasFull } from './instants.ts';
import { carryOver, type PerTrack, shareReports } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { WrongWayConfig } from './rule-config.ts';
import { round2, toSubject } from './sightings.ts';
import { isRider, type Observation, type Scene, type TrackHistory } from './track-history.ts';

type Against = {
  /** Where and when motion against the legal direction began; null while there is none. */
  readonly since: { readonly ptsMs: PtsMs; readonly ground: Point } | null;
  readonly lastPtsMs: PtsMs;
  readonly reported: boolean;
};
export type WrongWayState = PerTrack<Against>;

const FRESH: Against = { since: null, lastPtsMs: -Infinity, reported: false };

/** A shorter break (a swerve, a missed frame) does not end the act. */
const GRACE_MS = 500;
/** Shortest path that a direction is read from. */
const MIN_FIT_MS = 500;
/** A way, in heights of the box, that trembling does not make … */
const PLAINLY = 0.5;
/** … is plainly not against the legal direction when it turns so much less away from it than one that is. */
const PLAINLY_DEG = 30;
const AFTER_MS = 1_000;
/** Steps in which straightness is measured: long enough that trembling of the box stays small beside the way. */
const STEP_MS = 250;
/** Least share of the way that leads against the legal direction; a box that jumps to and fro stays below. */
const MIN_STRAIGHTNESS = 0.7;

/**
 * A vehicle goes against the legal direction of a lane. Its direction is fitted robustly to the ground points of the
 * last `windowMs`; it must stay against for `minDurationMs` and cover `minTravelBoxHeights` against the legal direction,
 * all inside the zone, so that jitter, reversing to park and a track born on the edge stay silent [DOMAIN.md §2.2].
 */
export class WrongWayRule implements Rule<WrongWayState> {
  readonly id: string;
  readonly #config: WrongWayConfig;
  readonly #frameSize: Size;
  readonly #corners: readonly Point[];
  readonly #legal: Point;
  readonly #geometryHash: string;

  constructor(config: WrongWayConfig, zone: Zone, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = toPixelZone(zone, frameSize);
    const length = Math.hypot(config.heading[0], config.heading[1]);
    if (!(length > 0)) throw new RangeError(`rule ${config.id}: heading must not be [0, 0]`);
    this.#legal = { x: config.heading[0] / length, y: config.heading[1] / length };
    this.#geometryHash = geometryHash({ zone: zone.corners, heading: config.heading });
  }

  init(): WrongWayState {
    return new Map();
  }

  step(state: WrongWayState, { histories, ptsMs }: Scene): { state: WrongWayState; matches: readonly RuleMatch[] } {
    const states = carryOver(state, histories);
    const matches: RuleMatch[] = [];
    for (const [id, history] of histories) {
      const before = states.get(id) ?? FRESH;
      if (!history.observed || before.reported) continue;
      const { against, angleDeg } = this.#judge(history, before, ptsMs);
      const match = against.since && history.confirmed ? this.#match(history, against.since, angleDeg) : null;
      const next = match ? { ...against, reported: true } : against;
      if (next !== before) states.set(id, next);
      if (match) matches.push(match);
    }
    shareReports(states, histories);
    return { state: states, matches };
  }

  /** Nothing is open: the match is complete when it is made. */
  finish(): readonly RuleMatch[] {
    return [];
  }

  #judge(history: TrackHistory, before: Against, ptsMs: PtsMs): { against: Against; angleDeg: number } {
    const { windowMs, minAngleDeg, classes } = this.#config;
    const none = { against: FRESH, angleDeg: 0 };
    if (!classes.includes(history.className) || isRider(history)) return none;
    const { lastPtsMs, since: known } = before;
    const inside = this.#stretchInside(history, known ? -Infinity : ptsMs - windowMs);
    const newest = inside.at(-1);
    if (!newest) return none;
    // What was known before the track was out of sight or out of the zone may belong to another vehicle.
    const isBroken = inside.length < history.path.length;
    const since = known && isBroken && known.ptsMs < inside[0]!.ptsMs ? null : known;
    const from = Math.max(ptsMs - windowMs, since?.ptsMs ?? -Infinity);
    const window = inside.filter((observation) => observation.ptsMs >= from);
    const oldest = window[0]!;
    const isLong = newest.ptsMs - oldest.ptsMs >= MIN_FIT_MS && window.length >= 3;
    const fitted = isLong && !this.#isPlainlyLegal(oldest, newest) ? fitVelocity(window) : null;
    const angleDeg = fitted ? this.#angleDeg(fitted) : 0;
    if (angleDeg >= minAngleDeg) {
      const turning = since ?? this.#turningPoint(window);
      return { against: { since: turning, lastPtsMs: ptsMs, reported: false }, angleDeg };
    }
    if (known === null) return { against: before, angleDeg };
    const goesOn = since !== null && ptsMs - lastPtsMs <= GRACE_MS;
    return { against: { since: goesOn ? since : null, lastPtsMs, reported: false }, angleDeg };
  }

  /** Whether it plainly goes along the legal way, as nearly all do, or across it: no line need be fitted to see that. */
  #isPlainlyLegal(oldest: Observation, newest: Observation): boolean {
    const [from, to] = [groundPoint(oldest.box), groundPoint(newest.box)];
    const way = { x: to.x - from.x, y: to.y - from.y };
    const least = PLAINLY * boxHeight(newest.box);
    if (this.#along(way) > least) return true;
    return Math.hypot(way.x, way.y) > least && this.#angleDeg(way) <= this.#config.minAngleDeg - PLAINLY_DEG;
  }

  /** The newest unbroken run of observations inside the zone, as far back as it is asked for. */
  #stretchInside({ steady }: TrackHistory, fromPtsMs: PtsMs): readonly Observation[] {
    let from = steady.length;
    for (; from > 0; from--) {
      const { ptsMs, box } = steady[from - 1]!;
      if (ptsMs < fromPtsMs || !isInside(groundPoint(box), this.#corners)) break;
    }
    return steady.slice(from);
  }

  /** Way against the legal direction as a share of the whole way along it, both ways, since the act began. */
  #straightness(path: readonly Observation[], sincePtsMs: PtsMs): number {
    const act = path.filter((observation) => observation.ptsMs >= sincePtsMs);
    let from = act[0]!;
    let [against, whole] = [0, 0];
    act.forEach((observation, index) => {
      if (observation.ptsMs - from.ptsMs < STEP_MS && index < act.length - 1) return;
      const way = this.#along(groundPoint(from.box)) - this.#along(groundPoint(observation.box));
      against += way;
      whole += Math.abs(way);
      from = observation;
    });
    return whole > 0 ? against / whole : 0;
  }

  #along(point: Point): number {
    return point.x * this.#legal.x + point.y * this.#legal.y;
  }

  #angleDeg(velocity: Point): number {
    const speed = Math.hypot(velocity.x, velocity.y);
    if (speed === 0) return 0;
    const cosine = Math.min(1, Math.max(-1, this.#along(velocity) / speed));
    return (Math.acos(cosine) * 180) / Math.PI;
  }

  /** After a U-turn the act begins where the vehicle was farthest along its legal way, not where the window starts. */
  #turningPoint(window: readonly Observation[]): { ptsMs: PtsMs; ground: Point } {
    let turning = window[0]!;
    for (const observation of window)
      if (this.#along(groundPoint(observation.box)) > this.#along(groundPoint(turning.box))) turning = observation;
    return { ptsMs: turning.ptsMs, ground: groundPoint(turning.box) };
  }

  #match(
    history: TrackHistory,
    since: { readonly ptsMs: PtsMs; readonly ground: Point },
    angleDeg: number,
  ): RuleMatch | null {
    const { minAngleDeg, minDurationMs, minTravelBoxHeights, zone } = this.#config;
    const newest = history.path.at(-1)!;
    const durationMs = newest.ptsMs - since.ptsMs;
    const travelPx = this.#along(since.ground) - this.#along(groundPoint(newest.box));
    const travelHeights = travelPx / Math.max(1, boxHeight(newest.box));
    if (angleDeg < minAngleDeg || durationMs < minDurationMs || travelHeights < minTravelBoxHeights) return null;
    if (unseenShare(history.path, since.ptsMs) > MAX_UNSEEN_SHARE) return null;
    if (this.#straightness(history.path, since.ptsMs) < MIN_STRAIGHTNESS) return null;
    const startPtsMs = Math.round(since.ptsMs);
    const looks = { beforePtsMs: history.path.at(-2)?.ptsMs, ptsMs: newest.ptsMs };
    const triggerPtsMs = Math.round(timeWasFull(startPtsMs, minDurationMs, looks));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'wrong_way',
        ruleVersion: '2',
        geometryHash: this.#geometryHash,
        measurements: [
          {
            name: 'headingDifference',
            value: Math.round(angleDeg),
            unit: '°',
            threshold: minAngleDeg,
            comparison: '>=',
          },
          {
            name: 'duration',
            value: round2(durationMs / 1000),
            unit: 's',
            threshold: minDurationMs / 1000,
            comparison: '>=',
          },
          {
            name: 'travel',
            value: round2(travelHeights),
            unit: 'box heights',
            threshold: minTravelBoxHeights,
            comparison: '>=',
          },
        ],
        facts: { zone, class: history.className },
      },
      startPtsMs,
      triggerPtsMs,
      endPtsMs: triggerPtsMs,
      keyPtsMs: { before: startPtsMs, at: triggerPtsMs, after: Math.round(newest.ptsMs) + AFTER_MS },
      subjects: [toSubject(history, 'offender', [startPtsMs, triggerPtsMs], this.#frameSize)],
    };
  }
}
