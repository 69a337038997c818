import type { Measurement, RuleMatch } from '../event.ts';
import { boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { SignalReading } from '../signals/signal.ts';
import type { PtsMs } from '../time.ts';
import { type Line, toPixelZone, type Zone } from '../zone.ts';
import { type Crossing, FRESH_PASSAGE, LineCrossing, type Passage } from './line-crossing.ts';
import { carryOver, type PerTrack, shareReports } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { RedLightConfig, StopLineConfig } from './rule-config.ts';
import { boxAt, round2, round4, toSighting } from './sightings.ts';
import { extendTimeline, readingAt, redAt, type SignalTimeline } from './signal-timeline.ts';
import { isRider, type Scene, type TrackHistory } from './track-history.ts';

/** A vehicle that passed the stop line on red and has not yet shown what it makes of it. */
type OverLine = {
  readonly crossing: Crossing;
  readonly red: SignalReading;
  /** Zones of the arrows that were green then, or could not be read. */
  readonly openTurns: readonly (readonly Point[])[];
};

type Approach = { readonly passage: Passage; readonly over: OverLine | null; readonly reported: boolean };

export type SignalLineState = {
  readonly timeline: SignalTimeline;
  readonly arrows: readonly SignalTimeline[];
  readonly tracks: PerTrack<Approach>;
  /** Start of the red that is being judged, how many vehicles passed the line in it, and whether it is believed. */
  readonly red: { readonly sincePtsMs: PtsMs; readonly passed: number; readonly isMisread: boolean } | null;
  /** Whether it was told that the signal is misread; again only after a whole red that was not. */
  readonly isFaultTold: boolean;
};

const FRESH: Approach = { passage: FRESH_PASSAGE, over: null, reported: false };
const BEFORE_MS = 1_000;
/** Whoever must look after a signal is shown so much of the red before. */
const FAULT_BEFORE_MS = 5_000;
/** When so many passed in one red and they are more than this share of the traffic, the signal is misread. */
const MISREAD_COUNT = 4;
const MISREAD_SHARE = 0.3;

type Geometry = {
  readonly line: Line;
  readonly junction: Zone;
  readonly arrows: readonly { readonly signal: string; readonly zone: Zone }[];
  readonly frameSize: Size;
};

/**
 * A stop line under a signal [DOMAIN.md §2.2]. A vehicle whose wheels pass it while the signal has been red for
 * `minRedMs`, read alike in the frames before and after that instant, has either gone on into the junction on red
 * (`red_light`) or stands between line and junction (`stop_line`); each kind is a rule of its own. A vehicle that takes
 * a turn whose arrow is green, or that leaves neither trace, is not reported. A red on which a third of the traffic passes
 * is not believed: nobody is reported any more, and `red_light` tells once that the signal needs somebody to look at it.
 */
export class SignalLineRule implements Rule<SignalLineState> {
  readonly id: string;
  readonly #config: RedLightConfig | StopLineConfig;
  readonly #frameSize: Size;
  readonly #crossing: LineCrossing;
  readonly #junction: readonly Point[];
  readonly #arrows: readonly { readonly signal: string; readonly corners: readonly Point[] }[];
  readonly #geometryHash: string;

  constructor(config: RedLightConfig | StopLineConfig, { line, junction, arrows, frameSize }: Geometry) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#crossing = new LineCrossing(line, 'ground', frameSize);
    this.#junction = toPixelZone(junction, frameSize);
    this.#arrows = arrows.map(({ signal, zone }) => ({ signal, corners: toPixelZone(zone, frameSize) }));
    this.#geometryHash = geometryHash({
      a: line.a,
      b: line.b,
      junction: junction.corners,
      arrows: arrows.map(({ signal, zone }) => ({ signal, zone: zone.corners })),
    });
  }

  init(): SignalLineState {
    return { timeline: [], arrows: this.#arrows.map(() => []), tracks: new Map(), red: null, isFaultTold: false };
  }

  step(state: SignalLineState, scene: Scene): { state: SignalLineState; matches: readonly RuleMatch[] } {
    const { ptsMs, histories, signals } = scene;
    const reading = signals?.[this.#config.signal];
    const timeline = extendTimeline(state.timeline, ptsMs, reading);
    const arrows = this.#arrows.map(({ signal }, index) =>
      extendTimeline(state.arrows[index] ?? [], ptsMs, signals?.[signal]),
    );
    const tracks = carryOver(state.tracks, histories);
    const matches: RuleMatch[] = [];
    const known = state.red && reading?.sincePtsMs === state.red.sincePtsMs ? state.red : null;
    let passed = known?.passed ?? 0;
    let waiting: number | null = null;
    const isDoubtful = (): boolean => {
      if (passed < MISREAD_COUNT) return false;
      waiting ??= this.#waiting(tracks, histories);
      return passed > MISREAD_SHARE * (passed + waiting);
    };
    for (const [id, history] of histories) {
      if (!history.observed) continue;
      const approach = this.#follow(history, tracks.get(id) ?? FRESH, timeline, arrows);
      if (approach.over && !tracks.get(id)?.over) passed++;
      const verdict = approach.over && !approach.reported ? this.#judge(history, approach.over, timeline) : null;
      const match = verdict && history.confirmed && !isDoubtful() ? verdict : null;
      const next = match ? { ...approach, reported: true } : approach;
      if (next !== FRESH) tracks.set(id, next);
      if (match) matches.push(match);
    }
    shareReports(tracks, histories);
    const isRed = reading?.state === 'red';
    const isMisread = isRed && (known?.isMisread === true || isDoubtful());
    const wasTold = state.isFaultTold && (state.red === null || known !== null || state.red.isMisread);
    if (isMisread && !wasTold && this.#config.kind === 'red_light')
      matches.push(this.#fault(reading.sincePtsMs, ptsMs, passed, this.#waiting(tracks, histories)));
    const red = isRed ? { sincePtsMs: reading.sincePtsMs, passed, isMisread } : null;
    return { state: { timeline, arrows, tracks, red, isFaultTold: wasTold || isMisread }, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #follow(
    history: TrackHistory,
    before: Approach,
    timeline: SignalTimeline,
    arrows: readonly SignalTimeline[],
  ): Approach {
    const passage = this.#crossing.follow(history, before.passage);
    const { waiting } = passage;
    const over = this.#stillOver(history, before.over);
    if (!waiting) return passage === before.passage && over === before.over ? before : { ...before, passage, over };
    const taken = { ...passage, waiting: null };
    const isMeant = this.#config.classes.includes(history.className) && !isRider(history);
    const red =
      waiting.direction === this.#config.direction && isMeant
        ? redAt(timeline, waiting.crossing.ptsMs, this.#config.minRedMs)
        : null;
    if (!red) return { ...before, passage: taken, over: null };
    const openTurns = this.#arrows.flatMap(({ corners }, index) => {
      const arrow = readingAt(arrows[index] ?? [], waiting.crossing.ptsMs);
      const isShut = arrow !== null && arrow.state !== 'green' && arrow.state !== 'unknown';
      return isShut ? [] : [corners];
    });
    return { ...before, passage: taken, over: { crossing: waiting.crossing, red, openTurns } };
  }

  /** Forgets a crossing when the track may have become another vehicle, or when it took a turn that was open. */
  #stillOver({ path, steady }: TrackHistory, over: OverLine | null): OverLine | null {
    if (!over) return null;
    const isBroken = steady.length < path.length && steady[0]!.ptsMs > over.crossing.ptsMs;
    const ground = groundPoint(path.at(-1)!.box);
    return isBroken || over.openTurns.some((corners) => isInside(ground, corners)) ? null : over;
  }

  #waiting(tracks: PerTrack<Approach>, histories: Scene['histories']): number {
    const before = this.#config.direction === 'in' ? -1 : 1;
    let waiting = 0;
    for (const [id, { passage }] of tracks) {
      const history = histories.get(id);
      const isMeant = history && this.#config.classes.includes(history.className);
      if (isMeant && history.observed && passage.settled === before) waiting++;
    }
    return waiting;
  }

  #judge(history: TrackHistory, over: OverLine, timeline: SignalTimeline): RuleMatch | null {
    const newest = history.path.at(-1)!;
    const stillRed = redAt(timeline, newest.ptsMs, 0);
    if (stillRed?.sincePtsMs !== over.red.sincePtsMs) return null;
    const isInJunction = isInside(groundPoint(newest.box), this.#junction);
    if (this.#config.kind === 'red_light') {
      if (!isInJunction || newest.ptsMs - over.crossing.ptsMs > this.#config.followMs) return null;
      return this.#match(history, over, []);
    }
    return isInJunction ? null : this.#judgeStanding(history, over, this.#config);
  }

  #judgeStanding(history: TrackHistory, over: OverLine, config: StopLineConfig): RuleMatch | null {
    const newest = history.path.at(-1)!;
    const from = newest.ptsMs - config.minStandMs;
    const stretch = history.path.filter(({ ptsMs }) => ptsMs >= from && ptsMs > over.crossing.ptsMs);
    const oldest = stretch[0];
    // One step of the frame rate may be missing at the start of the stretch.
    if (!oldest || from < over.crossing.ptsMs || oldest.ptsMs - from > config.minStandMs / 4) return null;
    const [a, b] = [groundPoint(oldest.box), groundPoint(newest.box)];
    const drift = Math.hypot(b.x - a.x, b.y - a.y) / Math.max(1, boxHeight(newest.box));
    if (drift > config.maxDriftBoxHeights) return null;
    return this.#match(history, over, [
      {
        name: 'standing',
        value: round2((newest.ptsMs - oldest.ptsMs) / 1000),
        unit: 's',
        threshold: config.minStandMs / 1000,
        comparison: '>=',
      },
    ]);
  }

  #fault(redPtsMs: PtsMs, ptsMs: PtsMs, passed: number, waiting: number): RuleMatch {
    const { line, signal } = this.#config;
    const [start, at] = [Math.round(Math.max(redPtsMs, ptsMs - FAULT_BEFORE_MS)), Math.round(ptsMs)];
    const share = Math.round((100 * passed) / (passed + waiting));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'camera_health',
        ruleVersion: '2',
        geometryHash: this.#geometryHash,
        measurements: [
          { name: 'passedOnRed', value: share, unit: '%', threshold: 100 * MISREAD_SHARE, comparison: '>' },
          { name: 'passed', value: passed, unit: 'vehicles', threshold: MISREAD_COUNT, comparison: '>=' },
        ],
        facts: { fault: 'signal', line, signal },
      },
      startPtsMs: start,
      triggerPtsMs: at,
      endPtsMs: at,
      keyPtsMs: { before: start, at, after: at },
      subjects: [],
    };
  }

  #match(history: TrackHistory, { crossing, red }: OverLine, more: readonly Measurement[]): RuleMatch {
    const { kind, line, signal, minRedMs } = this.#config;
    const { path, trackId, className } = history;
    const newest = path.at(-1)!;
    const at = Math.round(crossing.ptsMs);
    // The first still must show the vehicle before the line with the lamp already red.
    const before = Math.round(Math.max(crossing.ptsMs - BEFORE_MS, red.sincePtsMs, Math.min(path[0]!.ptsMs, at)));
    const after = Math.max(Math.round(newest.ptsMs), at);
    const sightings = [toSighting(at, crossing.box, this.#frameSize)];
    if (before < at) sightings.unshift(toSighting(before, boxAt(path, before), this.#frameSize));
    if (after > at) sightings.push(toSighting(after, newest.box, this.#frameSize));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: kind,
        ruleVersion: '2',
        geometryHash: this.#geometryHash,
        measurements: [
          {
            name: 'redAge',
            value: round2((crossing.ptsMs - red.sincePtsMs) / 1000),
            unit: 's',
            threshold: minRedMs / 1000,
            comparison: '>=',
          },
          { name: 'afterLine', value: round2((after - at) / 1000), unit: 's' },
          ...more,
        ],
        facts: {
          line,
          signal,
          class: className,
          redStartSeen: red.isStartSeen ? 'yes' : 'no',
          ...(red.isTold ? { signalFrom: 'controller' } : {}),
        },
      },
      startPtsMs: at,
      triggerPtsMs: at,
      endPtsMs: after,
      keyPtsMs: { before: Math.min(before, at), at, after },
      subjects: [{ trackId, className, role: 'offender', score: round4(newest.score), sightings }],
    };
  }
}
