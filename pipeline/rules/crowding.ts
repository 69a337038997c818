import type { RuleMatch, Subject } from '../event.ts';
import { groundPoint, iou, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import type { Track, TrackedFrame } from '../track.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import type { Rule } from './rule.ts';
import type { CrowdingConfig } from './rule-config.ts';
import { round4, toSighting } from './sightings.ts';
import type { Scene } from './track-history.ts';

type Sample = { readonly ptsMs: PtsMs; readonly count: number };

type CrowdingPhase =
  | { readonly name: 'clear' }
  | { readonly name: 'rising'; readonly sincePtsMs: PtsMs }
  | { readonly name: 'raised'; readonly clearingSincePtsMs: PtsMs | null };

export type CrowdingState = {
  /** Counts of the last `smoothMs` and the one before, oldest first. */
  readonly samples: readonly Sample[];
  /** Smoothed counts once a second since the crowd began to rise. */
  readonly series: readonly Sample[];
  /** Smoothed score of each track that was seen lately. */
  readonly scores: ReadonlyMap<number, { readonly score: number; readonly ptsMs: PtsMs }>;
  readonly phase: CrowdingPhase;
  readonly endedPtsMs: PtsMs;
};

/** Somebody not seen for this long is no longer counted; shorter gaps are flicker of the detector. */
const FLICKER_MS = 1_000;
const SAME_PLACE_IOU = 0.3;
const SERIES_STEP_MS = 1_000;
const SERIES_LENGTH = 120;
const AFTER_MS = 1_000;

/**
 * More people than the threshold stay in an area. The count is the time-weighted median of the last `smoothMs`; it must
 * stay at or above `raiseCount` for `raiseMs`, and the next alarm waits until it stayed at or below `clearRatio` of that
 * for `clearMs` and `quietMs` have passed [DOMAIN.md §3]. Reported when it is raised, not when it ends.
 */
export class CrowdingRule implements Rule<CrowdingState> {
  readonly id: string;
  readonly #config: CrowdingConfig;
  readonly #frameSize: Size;
  readonly #corners: readonly Point[];
  readonly #geometryHash: string;

  constructor(config: CrowdingConfig, zone: Zone, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = toPixelZone(zone, frameSize);
    this.#geometryHash = geometryHash({ zone: zone.corners });
  }

  init(): CrowdingState {
    return { samples: [], series: [], scores: new Map(), phase: { name: 'clear' }, endedPtsMs: -Infinity };
  }

  step(state: CrowdingState, frame: Scene): { state: CrowdingState; matches: readonly RuleMatch[] } {
    const scores = this.#smoothScores(state, frame);
    const inside = this.#inside(frame, scores);
    const samples = keepWindow([...state.samples, { ptsMs: frame.ptsMs, count: inside.length }], this.#config.smoothMs);
    const smoothed = timeMedian(samples, frame.ptsMs - this.#config.smoothMs);
    const { phase, raised, endedPtsMs } = this.#advance(state, smoothed, frame.ptsMs);
    const series = phase.name === 'clear' ? [] : extend(state.series, { ptsMs: frame.ptsMs, count: smoothed });
    const match = raised === null ? [] : [this.#match(frame, inside, raised, smoothed, series)];
    return { state: { samples, series, scores, phase, endedPtsMs }, matches: match };
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

  /** `raised` is the time since when the crowd has been there, in the one step in which the alarm is raised. */
  #advance(
    { phase, endedPtsMs }: CrowdingState,
    count: number,
    ptsMs: PtsMs,
  ): { phase: CrowdingPhase; raised: PtsMs | null; endedPtsMs: PtsMs } {
    const { raiseCount, raiseMs, clearRatio, clearMs, quietMs } = this.#config;
    if (phase.name === 'raised') {
      if (count > raiseCount * clearRatio)
        return { phase: { name: 'raised', clearingSincePtsMs: null }, raised: null, endedPtsMs };
      const since = phase.clearingSincePtsMs ?? ptsMs;
      return ptsMs - since >= clearMs
        ? { phase: { name: 'clear' }, raised: null, endedPtsMs: ptsMs }
        : { phase: { name: 'raised', clearingSincePtsMs: since }, raised: null, endedPtsMs };
    }
    if (count < raiseCount) return { phase: { name: 'clear' }, raised: null, endedPtsMs };
    const sincePtsMs = phase.name === 'rising' ? phase.sincePtsMs : ptsMs;
    const isQuiet = ptsMs - endedPtsMs < quietMs;
    if (isQuiet || ptsMs - sincePtsMs < raiseMs)
      return { phase: { name: 'rising', sincePtsMs }, raised: null, endedPtsMs };
    return { phase: { name: 'raised', clearingSincePtsMs: null }, raised: sincePtsMs, endedPtsMs };
  }

  #match(
    frame: TrackedFrame,
    inside: readonly Track[],
    sincePtsMs: PtsMs,
    smoothed: number,
    series: readonly Sample[],
  ): RuleMatch {
    const { raiseCount, raiseMs, zone } = this.#config;
    const startPtsMs = Math.round(sincePtsMs);
    const triggerPtsMs = Math.round(frame.ptsMs);
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'crowding',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [
          { name: 'count', value: smoothed, unit: 'persons', threshold: raiseCount, comparison: '>=' },
          {
            name: 'duration',
            value: (triggerPtsMs - startPtsMs) / 1000,
            unit: 's',
            threshold: raiseMs / 1000,
            comparison: '>=',
          },
          { name: 'peakCount', value: Math.max(smoothed, ...series.map((sample) => sample.count)), unit: 'persons' },
        ],
        facts: {
          zone,
          ongoing: 'yes',
          // Seconds since the start and smoothed count, as `0:6 1:7`.
          series: series
            .map(({ ptsMs, count }) => `${String(Math.round((ptsMs - sincePtsMs) / 1000))}:${String(count)}`)
            .join(' '),
        },
      },
      startPtsMs,
      triggerPtsMs,
      endPtsMs: null,
      keyPtsMs: { before: startPtsMs, at: triggerPtsMs, after: triggerPtsMs + AFTER_MS },
      subjects: inside.map((track) => this.#subject(track, triggerPtsMs)),
    };
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

/** Keeps one sample older than the window: its count held until the first one inside. */
const keepWindow = (samples: readonly Sample[], windowMs: number): readonly Sample[] => {
  const from = samples.at(-1)!.ptsMs - windowMs;
  const firstInside = samples.findIndex((sample) => sample.ptsMs > from);
  return samples.slice(Math.max(0, firstInside - 1));
};

/** Median of a step function over time: every count weighs as long as it held. Uneven frame rates do not bend it. */
const timeMedian = (samples: readonly Sample[], fromPtsMs: PtsMs): number => {
  const newest = samples.at(-1)!;
  const weighed = samples.slice(0, -1).map(({ ptsMs, count }, index) => ({
    count,
    heldMs: samples[index + 1]!.ptsMs - Math.max(ptsMs, fromPtsMs),
  }));
  if (weighed.length === 0) return newest.count;
  weighed.sort((a, b) => a.count - b.count);
  let rest = weighed.reduce((sum, { heldMs }) => sum + heldMs, 0) / 2;
  for (const { count, heldMs } of weighed) {
    rest -= heldMs;
    if (rest <= 0) return count;
  }
  return newest.count;
};

const extend = (series: readonly Sample[], sample: Sample): readonly Sample[] => {
  const last = series.at(-1);
  if (last && sample.ptsMs - last.ptsMs < SERIES_STEP_MS) return series;
  return [...series, sample].slice(-SERIES_LENGTH);
};
