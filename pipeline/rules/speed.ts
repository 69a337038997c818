import { WatchpostError } from '../errors.ts';
import type { RuleMatch } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { TrackSpeed } from '../live.ts';
import { interpolate, isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelPoint } from '../zone.ts';
import { type Calibration, calibrate, calibrationId } from './calibration.ts';
import { MAX_UNSEEN_SHARE } from './motion.ts';
import { carryOver, type PerTrack, shareReports } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { SpeedConfig } from './rule-config.ts';
import { boxAt, round2, toSighting } from './sightings.ts';
import { estimateSpeed, type Fix, type SpeedEstimate } from './speed-estimate.ts';
import { isRider, type Observation, type Scene, type TrackHistory } from './track-history.ts';

/** Sightings with the newest in front: one more is no copy of all, and what is older is shared with the state before. */
type Chain = { readonly fix: Fix; readonly before: Chain | null; readonly length: number };
type Passage = {
  /** Sightings inside the calibrated area; null while there is none. */
  readonly fixes: Chain | null;
  /** How long it was out of sight between them. */
  readonly unseenMs: number;
  /** The history as it was when it was last seen inside: the report is made after that. */
  readonly history: TrackHistory | null;
  readonly reported: boolean;
  /** What the overlay shows of it, and when it was last measured for that. */
  readonly triedPtsMs: PtsMs;
  readonly shown: (TrackSpeed & { readonly atPtsMs: PtsMs }) | null;
};
export type SpeedState = PerTrack<Passage>;

const FRESH: Passage = {
  ...{ fixes: null, unseenMs: 0, history: null, reported: false },
  ...{ shown: null, triedPtsMs: -Infinity },
};

/** A passage is over when its vehicle was not seen inside for so long. */
const OVER_MS = 1_000;
/** More sightings are thinned to every other one: a queue that crawls through must not grow without end. */
const MOST_FIXES = 80;
const AFTER_MS = 500;
const KMH = 3.6;
/** The overlay's figure is measured again so often, and forgotten so long after the vehicle has left. */
const SHOW_EVERY_MS = 1_000;
/** Measuring costs more than all other rules of a frame: a full street is measured in turns. */
const MOST_SHOWN_A_FRAME = 1;
/** Fewer sightings are no measurement. */
const LEAST_SHOWN = 5;
type Budget = { left: number };
const SHOW_FOR_MS = 5_000;
/** Faster than anything on a street: an id that jumped, or a wrong calibration. */
const FASTEST_KMH = 250;
/** A wider interval, as a share of the speed, is no measurement: the way was not one even motion. */
const WIDEST_SHARE = 0.15;

/**
 * Mean speed of vehicles over a calibrated piece of road, reported when even the lower end of its 95 % interval is above
 * the limit. Always indicative: a camera is no certified instrument, and every event says so [DOMAIN.md §2.2].
 */
export class SpeedRule implements Rule<SpeedState> {
  readonly id: string;
  readonly #config: SpeedConfig;
  readonly #frameSize: Size;
  readonly #calibration: Calibration;
  readonly #geometryHash: string;
  readonly #calibrationId: string;

  /** @throws WatchpostError CONFIG_INVALID when the calibration's points do not fix the road's plane */
  constructor(config: SpeedConfig, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    const pairs = config.calibration.map(({ at, ground }) => ({
      picture: toPixelPoint({ x: at[0], y: at[1] }, frameSize),
      ground: { x: ground[0], y: ground[1] },
    }));
    const calibration = calibrate(pairs, config.pointErrorPx);
    if (!calibration)
      throw new WatchpostError(
        'CONFIG_INVALID',
        `rule "${config.id}": the calibration's points lie on one line; give the four corners of an area of the road`,
      );
    this.#calibration = calibration;
    this.#geometryHash = geometryHash({ calibration: config.calibration });
    this.#calibrationId = calibrationId(config.calibration);
  }

  init(): SpeedState {
    return new Map();
  }

  step(state: SpeedState, { histories, ptsMs }: Scene): { state: SpeedState; matches: readonly RuleMatch[] } {
    const states = carryOver(state, histories);
    const matches: RuleMatch[] = [];
    const isOver = ({ fixes, reported }: Passage): boolean =>
      !reported && fixes !== null && ptsMs - fixes.fix.ptsMs >= OVER_MS;
    const report = (passage: Passage, exit: Fix | null): Passage => {
      const match = this.#match(passage, exit);
      if (match) matches.push(match);
      return { ...FRESH, reported: match !== null, shown: passage.shown, triedPtsMs: passage.triedPtsMs };
    };
    // A track that nobody goes on with takes its passage with it: it is over.
    const goOn = new Set([...histories.values()].map(({ origin }) => origin));
    for (const [id, passage] of state) if (!goOn.has(id)) report(passage, null);
    const budget: Budget = { left: MOST_SHOWN_A_FRAME };
    for (const [id, history] of histories) {
      const before = states.get(id) ?? FRESH;
      if (!history.observed) {
        if (isOver(before)) states.set(id, report(before, null));
        continue;
      }
      const { passage, exit } = this.#follow(before, history, budget);
      states.set(id, exit || isOver(passage) ? report(passage, exit) : passage);
    }
    shareReports(states, histories);
    return { state: states, matches };
  }

  speeds(state: SpeedState, atPtsMs: PtsMs): ReadonlyMap<number, TrackSpeed> {
    const found = new Map<number, TrackSpeed>();
    for (const [id, { shown }] of state)
      if (shown && atPtsMs - shown.atPtsMs <= SHOW_FOR_MS)
        found.set(id, { kmh: shown.kmh, marginKmh: shown.marginKmh });
    return found;
  }

  finish(state: SpeedState): readonly RuleMatch[] {
    return [...state.values()].flatMap((passage) => this.#match(passage, null) ?? []);
  }

  #follow(before: Passage, history: TrackHistory, budget: Budget): { passage: Passage; exit: Fix | null } {
    const { path, steady } = history;
    const newest = path.at(-1)!;
    const isBroken = steady.length < path.length && (before.fixes?.fix.ptsMs ?? 0) < steady[0]!.ptsMs;
    const known = isBroken
      ? { ...FRESH, reported: before.reported, shown: before.shown, triedPtsMs: before.triedPtsMs }
      : before;
    const here = toFix(newest);
    if (this.#isInside(here.point)) {
      const fixes = thinned(linked(known.fixes, here));
      const unseenMs = known.unseenMs + (known.fixes ? newest.unseenMs : 0);
      return { passage: this.#withShown({ ...known, fixes, unseenMs, history }, budget), exit: null };
    }
    return { passage: known, exit: known.fixes ? here : null };
  }

  #isInside(point: Point): boolean {
    return isInside(point, this.#calibration.area);
  }

  /**
   * The speed over what was seen of a passage until now; null while that is no measurement.
   * @param aboveKmh of what is not faster nobody asks
   */
  #measure({ fixes: chain, unseenMs, history }: Passage, aboveKmh: number): SpeedEstimate | null {
    const { minTravelM, classes, noisePx } = this.#config;
    if (!history?.confirmed || !chain) return null;
    if (!classes.includes(history.className) || isRider(history)) return null;
    const fixes = oldestFirst(chain);
    if (unseenMs > MAX_UNSEEN_SHARE * (fixes.at(-1)!.ptsMs - fixes[0]!.ptsMs)) return null;
    const speed = estimateSpeed(fixes, this.#calibration, noisePx, aboveKmh / KMH);
    if (!speed || speed.distanceM < minTravelM || speed.metresPerSecond * KMH > FASTEST_KMH) return null;
    return speed.halfWidth > WIDEST_SHARE * speed.metresPerSecond ? null : speed;
  }

  /** @param exit the first sighting outside, where there is one: the passage ends on the way there */
  #match(passage: Passage, exit: Fix | null): RuleMatch | null {
    const { fixes: chain, history, reported } = passage;
    const speed = reported ? null : this.#measure(passage, this.#config.limitKmh);
    if (!history || !chain || !speed || (speed.metresPerSecond - speed.halfWidth) * KMH <= this.#config.limitKmh)
      return null;
    const last = chain.fix;
    return this.#toMatch(history, speed, oldestFirst(chain)[0]!, last, exit ? this.#edge(last, exit) : last.ptsMs);
  }

  #withShown(passage: Passage & { readonly fixes: Chain }, budget: Budget): Passage {
    const { fixes, triedPtsMs } = passage;
    const atPtsMs = fixes.fix.ptsMs;
    if (budget.left === 0 || atPtsMs - triedPtsMs < SHOW_EVERY_MS || fixes.length < LEAST_SHOWN) return passage;
    budget.left--;
    const tried = { ...passage, triedPtsMs: atPtsMs };
    const speed = this.#measure(passage, 0);
    if (!speed) return tried;
    const [kmh, marginKmh] = [speed.metresPerSecond * KMH, speed.halfWidth * KMH].map(Math.round) as [number, number];
    return { ...tried, shown: { kmh, marginKmh, atPtsMs } };
  }

  /** When it passed the edge of the area between two sightings, by bisection. */
  #edge(inside: Fix, outside: Fix): PtsMs {
    let [low, high] = [0, 1];
    for (let step = 0; step < 12; step++) {
      const middle = (low + high) / 2;
      if (this.#isInside(interpolate(inside.point, outside.point, middle))) low = middle;
      else high = middle;
    }
    return inside.ptsMs + low * (outside.ptsMs - inside.ptsMs);
  }

  #toMatch(history: TrackHistory, speed: SpeedEstimate, first: Fix, last: Fix, leftPtsMs: PtsMs): RuleMatch {
    const { limitKmh, minTravelM } = this.#config;
    const { residualM } = this.#calibration;
    const start = Math.round(first.ptsMs);
    const trigger = Math.round(leftPtsMs);
    const kmh = (metresPerSecond: number): number => Math.round(metresPerSecond * KMH * 10) / 10;
    const { path, trackId, className } = history;
    const times = [...new Set([Math.max(start, path[0]!.ptsMs), path.at(-1)!.ptsMs])];
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'speed',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [
          { name: 'speed', value: kmh(speed.metresPerSecond), unit: 'km/h', threshold: limitKmh, comparison: '>' },
          { name: 'speedLow', value: kmh(speed.metresPerSecond - speed.halfWidth), unit: 'km/h' },
          { name: 'speedHigh', value: kmh(speed.metresPerSecond + speed.halfWidth), unit: 'km/h' },
          { name: 'distance', value: round2(speed.distanceM), unit: 'm', threshold: minTravelM, comparison: '>=' },
          { name: 'duration', value: round2((last.ptsMs - first.ptsMs) / 1000), unit: 's' },
          ...(residualM === null ? [] : [{ name: 'calibrationResidual', value: round2(residualM), unit: 'm' }]),
        ],
        facts: { class: className, indicative: 'yes', confidence: '95 %', calibration: this.#calibrationId },
      },
      startPtsMs: start,
      triggerPtsMs: trigger,
      endPtsMs: trigger,
      keyPtsMs: { before: start, at: trigger, after: trigger + AFTER_MS },
      subjects: [
        {
          trackId,
          className,
          role: 'offender',
          score: Math.round(path.at(-1)!.score * 10_000) / 10_000,
          sightings: times.map((time) => toSighting(time, boxAt(path, time), this.#frameSize)),
        },
      ],
    };
  }
}

const toFix = ({ ptsMs, box }: Observation): Fix => ({ ptsMs, point: groundPoint(box), heightPx: boxHeight(box) });

const linked = (before: Chain | null, fix: Fix): Chain => ({ fix, before, length: (before?.length ?? 0) + 1 });

const oldestFirst = (newest: Chain): readonly Fix[] => {
  const fixes = new Array<Fix>(newest.length);
  for (let at: Chain | null = newest; at; at = at.before) fixes[at.length - 1] = at.fix;
  return fixes;
};

const thinned = (fixes: Chain): Chain =>
  fixes.length <= MOST_FIXES
    ? fixes
    : oldestFirst(fixes)
        .filter((_, index) => index % 2 === 0 || index === fixes.length - 1)
        .reduce<Chain | null>(linked, null)!;
