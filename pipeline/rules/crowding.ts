import { WatchpostError } from '../errors.ts';
import type { Measurement, RuleMatch, Subject } from '../event.ts';
import { groundPoint, iou, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { EpochMs, PtsMs } from '../time.ts';
import type { Track, TrackedFrame } from '../track.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import { calibrationId } from './calibration.ts';
import { advanceAlarm, type CrowdingPhase, type Judged, type Raised } from './crowd-alarm.ts';
import { keepWindow, type Look, type Sample, timeMedian } from './crowd-looks.ts';
import { densestSpot, groundArea, type GroundArea } from './ground-area.ts';
import { cameInAt, enteredAt } from './instants.ts';
import { LocalDays } from './local-days.ts';
import type { RuleMemory } from './memory.ts';
import type { Rule } from './rule.ts';
import type { CrowdingConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene } from './track-history.ts';
import { addCount, keepUsual, NOTHING_USUAL, restoreUsual, usualCount, type UsualState } from './usual-count.ts';

export type CrowdingState = {
  /** Counts of the last `smoothMs` and the one before, oldest first. */
  readonly samples: readonly Look[];
  /** Smoothed counts once a second since the crowd began to rise. */
  readonly series: readonly Sample[];
  /** Smoothed score of each track that was seen lately. */
  readonly scores: ReadonlyMap<number, { readonly score: number; readonly ptsMs: PtsMs }>;
  readonly phase: CrowdingPhase;
  readonly endedPtsMs: PtsMs;
  readonly usual: UsualState;
};
/** Somebody not seen for this long is no longer counted; shorter gaps are flicker of the detector. */
const FLICKER_MS = 1_000;
const SAME_PLACE_IOU = 0.3;
const SERIES_STEP_MS = 1_000;
const SERIES_LENGTH = 120;
const AFTER_MS = 1_000;

/**
 * More people than the threshold stay in an area. The count is the time-weighted median of the last `smoothMs`; it must
 * stay at or above the threshold for `raiseMs`, and the next alarm waits until it stayed at or below `clearRatio` of that
 * for `clearMs` and `quietMs` have passed [DOMAIN.md §3]. The threshold is `raiseCount`, or what `raiseDensity` on the
 * area's ground or `raiseRatio` against the hour's usual count ask for, whichever is most. A critical density raises at
 * once, also over an alarm that stands. Reported when it is raised, not when it ends.
 */
export class CrowdingRule implements Rule<CrowdingState> {
  readonly id: string;
  readonly whileViewMoves = 'wait';
  readonly memory: RuleMemory<CrowdingState>;
  readonly #config: CrowdingConfig;
  readonly #frameSize: Size;
  readonly #corners: readonly Point[];
  readonly #ground: GroundArea | null;
  readonly #days: LocalDays;
  readonly #geometryHash: string;

  /** @throws WatchpostError CONFIG_INVALID when the calibration fixes no plane, or densities are given without one */
  constructor(config: CrowdingConfig, zone: Zone, frameSize: Size, timeZone: string) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = toPixelZone(zone, frameSize);
    const { calibration, raiseDensity, criticalDensity } = config;
    if (!calibration && (raiseDensity !== undefined || criticalDensity !== undefined))
      throw new WatchpostError(
        'CONFIG_INVALID',
        `rule "${config.id}": persons per m² need \`calibration\`: four points of the ground or more`,
      );
    this.#ground = calibration ? groundArea(config.id, zone, calibration, frameSize) : null;
    this.#days = new LocalDays(timeZone);
    this.#geometryHash = geometryHash({ zone: zone.corners, ...(calibration ? { calibration } : {}) });
    const { classes, minScore } = config;
    this.memory = {
      key: geometryHash({ zone: zone.corners, classes, minScore, timeZone }),
      keep: ({ usual }) => keepUsual(usual),
      restore: (learnt) => {
        const usual = restoreUsual(learnt);
        return usual && { ...this.init(), usual };
      },
    };
  }

  init(): CrowdingState {
    return {
      ...{ samples: [], series: [], scores: new Map(), phase: { name: 'clear' }, endedPtsMs: -Infinity },
      usual: NOTHING_USUAL,
    };
  }

  step(state: CrowdingState, frame: Scene): { state: CrowdingState; matches: readonly RuleMatch[] } {
    const scores = this.#smoothScores(state, frame);
    const inside = this.#inside(frame, scores);
    const samples = keepWindow(this.#withLook(state.samples, frame, inside), this.#config.smoothMs);
    const smoothed = timeMedian(samples, frame.ptsMs - this.#config.smoothMs);
    const judged = this.#judge(state.usual, smoothed, frame.capturedAt);
    const looks = { looks: samples, ptsMs: frame.ptsMs };
    const { phase, raised, endedPtsMs } = advanceAlarm(state, judged, looks, this.#config);
    const series = phase.name === 'clear' ? [] : extend(state.series, { ptsMs: frame.ptsMs, count: smoothed });
    const match = raised === null ? [] : [this.#match(frame, inside, raised, judged, series)];
    const heldMs = frame.ptsMs - (state.samples.at(-1)?.ptsMs ?? frame.ptsMs);
    const usual = addCount(state.usual, smoothed, { at: frame.capturedAt, heldMs, days: this.#days });
    return { state: { samples, series, scores, phase, endedPtsMs, usual }, matches: match };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  /** Exponential mean over `smoothMs` of media time. */
  #smoothScores({ scores }: CrowdingState, frame: TrackedFrame): CrowdingState['scores'] {
    const next = new Map<number, { score: number; ptsMs: PtsMs }>();
    for (const { id, score, observed } of frame.tracks) {
      const known = scores.get(id);
      if (!observed) {
        if (known) next.set(id, known);
        continue;
      }
      const passedMs = known ? frame.ptsMs - known.ptsMs : 0;
      const weight = known ? 1 - Math.exp(-passedMs / Math.max(1, this.#config.smoothMs)) : 1;
      next.set(id, { score: (known?.score ?? 0) * (1 - weight) + score * weight, ptsMs: frame.ptsMs });
    }
    return next;
  }

  #inside(frame: TrackedFrame, scores: CrowdingState['scores']): readonly Track[] {
    const { classes, minScore } = this.#config;
    const people = frame.tracks.filter(
      (track) =>
        track.state !== 'tentative' &&
        frame.ptsMs - track.lastObservedPtsMs <= FLICKER_MS &&
        classes.includes(track.className) &&
        (scores.get(track.id)?.score ?? 0) >= minScore,
    );
    const seen = people.filter((track) => track.observed);
    return people.filter(
      (track) =>
        isInside(groundPoint(track.box), this.#corners) &&
        // Somebody out of sight whose place a visible person takes has only got another id.
        (track.observed || !seen.some((other) => iou(other.box, track.box) > SAME_PLACE_IOU)),
    );
  }

  /**
   * One more look. Whoever is confirmed by it counts from when it was first seen inside, not only from now on: what a
   * tracker waits for must not move the instant at which a crowd came together.
   */
  #withLook(before: readonly Look[], { histories, ptsMs }: Scene, inside: readonly Track[]): readonly Look[] {
    const isIn = (ground: Point): boolean => isInside(ground, this.#corners);
    const looks = [...before, { ptsMs, count: inside.length, ids: inside.map(({ id }) => id), cameAt: [] }];
    const known = new Set(before.at(-1)?.ids);
    for (const { id } of inside) {
      const history = histories.get(id);
      if (!history?.observed || known.has(id) || known.has(history.origin ?? id)) continue;
      const { path } = history;
      let first = path.length - 1;
      while (first > 0 && isIn(groundPoint(path[first - 1]!.box))) first--;
      for (const seen of path.slice(first)) {
        const at = looks.findIndex((look) => look.ptsMs === seen.ptsMs);
        const look = looks[at];
        if (look && !look.ids.includes(id)) looks[at] = { ...look, count: look.count + 1, ids: [...look.ids, id] };
      }
      const at = looks.findIndex((look) => look.ptsMs === path[first]!.ptsMs);
      const lookBefore = looks[at - 1];
      if (!lookBefore) continue;
      const cameAt = first > 0 ? enteredAt(path.slice(0, first + 1), isIn) : cameInAt(path, lookBefore.ptsMs, isIn);
      looks[at] = { ...looks[at]!, cameAt: [...looks[at]!.cameAt, cameAt] };
    }
    return looks;
  }

  #judge(learnt: UsualState, count: number, at: EpochMs): Judged {
    const { raiseCount, raiseDensity, criticalDensity, raiseRatio, usualByHour } = this.#config;
    const usual = usualByHour?.[this.#days.hourOf(at)] ?? usualCount(learnt, at, this.#days);
    const areaM2 = this.#ground?.areaM2 ?? 0;
    return {
      count,
      threshold: Math.max(raiseCount, (raiseDensity ?? 0) * areaM2, (raiseRatio ?? 0) * (usual ?? 0)),
      usual,
      isCritical: criticalDensity !== undefined && areaM2 > 0 && count >= Math.max(1, criticalDensity * areaM2),
    };
  }

  #match(
    frame: TrackedFrame,
    inside: readonly Track[],
    { sincePtsMs, atPtsMs, level }: Raised,
    judged: Judged,
    series: readonly Sample[],
  ): RuleMatch {
    const { raiseCount, raiseMs, zone } = this.#config;
    const startPtsMs = Math.round(sincePtsMs);
    const triggerPtsMs = Math.round(atPtsMs);
    const counted: Measurement = { name: 'count', value: judged.count, unit: 'persons' };
    const lasted: Measurement = { name: 'duration', value: round2((triggerPtsMs - startPtsMs) / 1000), unit: 's' };
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'crowding',
        ruleVersion: '3',
        geometryHash: this.#geometryHash,
        measurements: [
          // Where the count alone would not have raised it, it is no threshold.
          ...(level === 'critical'
            ? [counted, lasted]
            : [
                { ...counted, threshold: raiseCount, comparison: '>=' as const },
                { ...lasted, threshold: raiseMs / 1000, comparison: '>=' as const },
              ]),
          { name: 'peakCount', value: Math.max(judged.count, ...series.map(({ count }) => count)), unit: 'persons' },
          ...this.#densities(judged, inside, level),
          ...this.#againstUsual(judged),
        ],
        facts: {
          zone,
          level,
          ongoing: 'yes',
          ...(this.#config.calibration ? { calibration: calibrationId(this.#config.calibration) } : {}),
          // Seconds since the start and smoothed count, as `0:6 1:7`.
          series: series
            .map(({ ptsMs, count }) => `${String(Math.round((ptsMs - sincePtsMs) / 1000))}:${String(count)}`)
            .join(' '),
        },
      },
      startPtsMs,
      triggerPtsMs,
      endPtsMs: null,
      keyPtsMs: { before: startPtsMs, at: triggerPtsMs, after: Math.round(frame.ptsMs) + AFTER_MS },
      subjects: inside.map((track) => this.#subject(track, frame.ptsMs)),
    };
  }

  #densities({ count }: Judged, inside: readonly Track[], level: Raised['level']): readonly Measurement[] {
    const ground = this.#ground;
    if (!ground) return [];
    const { raiseDensity, criticalDensity } = this.#config;
    const threshold = level === 'critical' ? criticalDensity : raiseDensity;
    const spots = inside.map(({ box }) => ground.toMetres(groundPoint(box)));
    return [
      {
        ...{ name: 'density', value: round2(count / ground.areaM2), unit: 'persons/m²' },
        ...(threshold === undefined ? {} : { threshold, comparison: '>=' as const }),
      },
      { name: 'densestSpot', value: round2(densestSpot(spots)), unit: 'persons/m²' },
      { name: 'area', value: round2(ground.areaM2), unit: 'm²' },
    ];
  }

  #againstUsual({ count, usual }: Judged): readonly Measurement[] {
    const { raiseRatio } = this.#config;
    if (usual === null) return [];
    const ratio: readonly Measurement[] =
      usual > 0
        ? [
            {
              ...{ name: 'timesUsual', value: round2(count / usual), unit: '' },
              ...(raiseRatio === undefined ? {} : { threshold: raiseRatio, comparison: '>=' as const }),
            },
          ]
        : [];
    return [{ name: 'usualCount', value: round2(usual), unit: 'persons' }, ...ratio];
  }

  #subject(track: Track, ptsMs: PtsMs): Subject {
    return {
      trackId: track.id,
      className: track.className,
      role: 'member',
      score: round4(track.score),
      sightings: [toSighting(ptsMs, track.box, this.#frameSize)],
    };
  }
}

const extend = (series: readonly Sample[], sample: Sample): readonly Sample[] => {
  const last = series.at(-1);
  if (last && sample.ptsMs - last.ptsMs < SERIES_STEP_MS) return series;
  return [...series, sample].slice(-SERIES_LENGTH);
};
