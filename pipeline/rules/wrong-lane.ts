import type { RuleMatch } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { crossSection } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import { DaySpans } from './local-time.ts';
import { enteredAt, timeWasFull } from './instants.ts';
import { MAX_UNSEEN_SHARE, unseenShare } from './motion.ts';
import { carryOver, type PerTrack, shareReports } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { PavementRidingConfig, WrongLaneConfig } from './rule-config.ts';
import { round2, toSubject } from './sightings.ts';
import { isRider, type Scene, type TrackHistory } from './track-history.ts';

type Stay = {
  /** When and where it came into the lane, clear of the lane's edges; null outside. */
  readonly entered: { readonly ptsMs: PtsMs; readonly ground: Point } | null;
  readonly lastInsidePtsMs: PtsMs;
  readonly reported: boolean;
};
export type WrongLaneState = PerTrack<Stay>;

const FRESH: Stay = { entered: null, lastInsidePtsMs: -Infinity, reported: false };

/** A shorter way over the marking and back is the same stay. */
const GRACE_MS = 500;
const AFTER_MS = 1_000;

/**
 * A vehicle of a class that may not use a lane, or the pavement, travels in it: inside for a time and over a way, clear
 * of the marking or kerb. One report per vehicle and zone.
 */
export class WrongLaneRule implements Rule<WrongLaneState> {
  readonly id: string;
  readonly #config: WrongLaneConfig | PavementRidingConfig;
  readonly #forbidden: readonly string[];
  readonly #frameSize: Size;
  readonly #corners: readonly Point[];
  readonly #geometryHash: string;
  readonly #hours: DaySpans | null;

  constructor(config: WrongLaneConfig | PavementRidingConfig, zone: Zone, frameSize: Size, timeZone: string) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = toPixelZone(zone, frameSize);
    this.#geometryHash = geometryHash({ zone: zone.corners });
    this.#forbidden = config.kind === 'wrong_lane' ? config.forbidden : config.classes;
    const isTimed = config.kind === 'wrong_lane' && (config.hours ?? config.days) !== undefined;
    this.#hours = isTimed ? new DaySpans(timeZone, config.hours, config.days) : null;
  }

  init(): WrongLaneState {
    return new Map();
  }

  step(
    state: WrongLaneState,
    { histories, ptsMs, capturedAt }: Scene,
  ): { state: WrongLaneState; matches: readonly RuleMatch[] } {
    const states = carryOver(state, histories);
    const isBanned = this.#hours?.has(capturedAt) ?? true;
    const matches: RuleMatch[] = [];
    for (const [id, history] of histories) {
      const before = states.get(id) ?? FRESH;
      if (!history.observed || before.reported) continue;
      const { stay, edgeShare } = this.#follow(history, before, ptsMs, isBanned);
      const isForbidden = this.#forbidden.includes(history.className) && !isRider(history);
      const match =
        stay.entered && edgeShare !== null && history.confirmed && isForbidden
          ? this.#match(history, stay.entered, edgeShare)
          : null;
      const next = match ? { ...stay, reported: true } : stay;
      if (next !== before) states.set(id, next);
      if (match) matches.push(match);
    }
    shareReports(states, histories);
    return { state: states, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #follow(
    history: TrackHistory,
    before: Stay,
    ptsMs: PtsMs,
    isBanned: boolean,
  ): { stay: Stay; edgeShare: number | null } {
    const { lastInsidePtsMs, entered: known } = before;
    const { steady } = history;
    const isBroken = steady.length < history.path.length;
    const entered = known && isBroken && known.ptsMs < steady[0]!.ptsMs ? null : known;
    const ground = groundPoint(history.path.at(-1)!.box);
    const section = isBanned ? crossSection(ground, this.#corners) : null;
    if (section && section.edgeShare >= this.#config.marginFraction)
      return {
        stay: {
          entered: entered ?? { ptsMs: enteredAt(steady, this.#isClear), ground },
          lastInsidePtsMs: ptsMs,
          reported: false,
        },
        edgeShare: section.edgeShare,
      };
    if (known === null) return { stay: before, edgeShare: null };
    const goesOn = entered !== null && isBanned && ptsMs - lastInsidePtsMs <= GRACE_MS;
    return { stay: { entered: goesOn ? entered : null, lastInsidePtsMs, reported: false }, edgeShare: null };
  }

  /** Inside, and clear of the edges. */
  readonly #isClear = (ground: Point): boolean =>
    (crossSection(ground, this.#corners)?.edgeShare ?? 0) >= this.#config.marginFraction;

  #match(
    history: TrackHistory,
    entered: { readonly ptsMs: PtsMs; readonly ground: Point },
    edgeShare: number,
  ): RuleMatch | null {
    const { minDurationMs, minTravelBoxHeights, marginFraction, zone } = this.#config;
    const newest = history.path.at(-1)!;
    const ground = groundPoint(newest.box);
    const durationMs = newest.ptsMs - entered.ptsMs;
    const travelPx = Math.hypot(ground.x - entered.ground.x, ground.y - entered.ground.y);
    const travelHeights = travelPx / Math.max(1, boxHeight(newest.box));
    if (durationMs < minDurationMs || travelHeights < minTravelBoxHeights) return null;
    if (unseenShare(history.path, entered.ptsMs) > MAX_UNSEEN_SHARE) return null;
    const startPtsMs = Math.round(entered.ptsMs);
    const looks = { beforePtsMs: history.path.at(-2)?.ptsMs, ptsMs: newest.ptsMs };
    const triggerPtsMs = Math.round(timeWasFull(startPtsMs, minDurationMs, looks));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: this.#config.kind,
        ruleVersion: '2',
        geometryHash: this.#geometryHash,
        measurements: [
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
          {
            name: 'distanceToMarking',
            value: round2(edgeShare * 100),
            unit: '% of lane width',
            threshold: round2(marginFraction * 100),
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
