import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { type Act, crossings, spans } from '../../test/fixtures/traffic/acts.ts';
import type { TrafficPlan } from '../../test/fixtures/traffic/plan.ts';
import { queue, swarm } from '../../test/fixtures/traffic/plans.ts';
import { addScores, f1, p95, score, type Score } from '../../test/fixtures/traffic/score.ts';
import { drawTraffic, type Traffic } from '../../test/fixtures/traffic/traffic.ts';
import { filmTracks, type TrackNoise } from '../../test/fixtures/traffic/track-film.ts';
import { CameraPipeline } from '../camera-pipeline.ts';
import { CameraConfig } from '../config/camera.ts';
import type { RuleKind, WatchEvent } from '../event.ts';
import type { Point } from '../geometry.ts';
import type { SignalReadings } from '../signals/signal.ts';
import type { TrackedFrame } from '../track.ts';
import { toLines, toZones } from '../zone.ts';
import { RuleSet } from './rule-set.ts';

const frameSize = { width: 1280, height: 720 };
const CARS_ONLY = { y: 300, halfWidth: 60 };
const MIXED = { y: 520, halfWidth: 80 };
/** Short reds, so that those who run them are not caught behind those who wait. */
const REDS = [4_000, 16_000, 28_000, 40_000, 52_000].map((fromMs) => [fromMs, fromMs + 5_000] as const);
const band = ({ y, halfWidth }: typeof CARS_ONLY, from = -10, to = 1_290): readonly Point[] => [
  { x: from, y: y - halfWidth },
  { x: to, y: y - halfWidth },
  { x: to, y: y + halfWidth },
  { x: from, y: y + halfWidth },
];
const fractions = (points: readonly Point[]): [number, number][] =>
  points.map(({ x, y }) => [x / frameSize.width, y / frameSize.height]);

/** A street with every kind of act: wrong way, a class where it may not be, stops, red lights that are run. */
const street = (seed: number): TrafficPlan => ({
  seed,
  frameSize,
  durationMs: 60_000,
  lanes: [
    {
      id: 'cars-only',
      from: { x: 0, y: CARS_ONLY.y },
      to: { x: 1279, y: CARS_ONLY.y },
      widthPx: 100,
      arrivalsPerMinute: 24,
      classes: { car: 6, motorcycle: 2 },
      allowed: ['car', 'truck', 'bus'],
      speedPxPerS: [150, 250],
      red: REDS.map(([fromMs, toMs]) => ({ at: 0.6, fromMs, toMs })),
      runsRedShare: 0.35,
    },
    {
      id: 'mixed',
      from: { x: 1279, y: MIXED.y },
      to: { x: 0, y: MIXED.y },
      widthPx: 120,
      arrivalsPerMinute: 16,
      classes: { motorcycle: 5, car: 2 },
      speedPxPerS: [120, 220],
      wrongWayShare: 0.2,
      stopShare: 0.12,
      stopMs: 14_000,
    },
  ],
});
const STOP_X = 0.6 * 1279;
const STOP_MS = 8_000;
const isRed = (ptsMs: number): boolean => REDS.some(([fromMs, toMs]) => ptsMs >= fromMs && ptsMs < toMs);
const signalsAt = (ptsMs: number): SignalReadings => {
  const sincePtsMs = [0, ...REDS.flat()].findLast((at) => at <= ptsMs)!;
  return { main: { state: isRed(ptsMs) ? 'red' : 'green', sincePtsMs, isStartSeen: sincePtsMs > 0 } };
};

const STREET_CAMERA = Value.Default(CameraConfig, {
  id: 'c',
  source: { url: 'x' },
  zones: {
    cars: fractions(band(CARS_ONLY)),
    mixed: fractions(band(MIXED)),
    junction: fractions(band(CARS_ONLY, STOP_X + 40)),
  },
  lines: {
    stop: fractions([
      { x: STOP_X, y: CARS_ONLY.y - 80 },
      { x: STOP_X, y: CARS_ONLY.y + 80 },
    ]),
    count: fractions([
      { x: 640, y: MIXED.y - 90 },
      { x: 640, y: MIXED.y + 90 },
    ]),
  },
  rules: [
    { id: 'way', kind: 'wrong_way', zone: 'mixed', heading: [-1, 0] },
    { id: 'lane', kind: 'wrong_lane', zone: 'cars', forbidden: ['motorcycle', 'bicycle'] },
    { id: 'stop', kind: 'illegal_stop', zone: 'mixed', minStopMs: STOP_MS },
    { id: 'count', kind: 'line_count', line: 'count' },
    { id: 'red', kind: 'red_light', line: 'stop', direction: 'out', signal: 'main', zone: 'junction' },
  ],
}) as CameraConfig;

/** What else a street may be watched for; all that is judged from tracks. */
const FURTHER_RULES = [
  { id: 'helmets', kind: 'no_helmet' },
  { id: 'riders', kind: 'too_many_riders' },
  { id: 'line', kind: 'stop_line', line: 'stop', direction: 'out', signal: 'main', zone: 'junction' },
  { id: 'pavement', kind: 'pavement_riding', zone: 'junction' },
  { id: 'crowd', kind: 'crowding', zone: 'mixed', raiseCount: 100 },
  { id: 'loiter', kind: 'loitering', zone: 'cars' },
  {
    ...{ id: 'speed', kind: 'speed', limitKmh: 50 },
    calibration: [
      { at: [0, 0], ground: [0, 0] },
      { at: [1, 0], ground: [50, 0] },
      { at: [1, 1], ground: [50, 28] },
      { at: [0, 1], ground: [0, 28] },
    ],
  },
];

const withoutSignal = (camera: CameraConfig): CameraConfig =>
  Value.Default(CameraConfig, {
    ...camera,
    rules: [{ id: 'stop', kind: 'illegal_stop', zone: 'approach', minStopMs: STOP_MS }],
  }) as CameraConfig;

const judge = (frames: readonly TrackedFrame[], camera = STREET_CAMERA): readonly WatchEvent[] => {
  const pipeline = new CameraPipeline({
    camera,
    clock: { sessionId: 's', anchorAt: 0, source: 'given', uncertaintyMs: 0 },
    frameSize,
    provenance: { softwareVersion: '0', configHash: '', models: [] },
    timeZone: 'UTC',
  });
  const events = frames.flatMap((frame) => pipeline.pushTracks(frame, frame.tracks).events);
  return [...events, ...pipeline.finish(frames.at(-1)!.ptsMs)];
};

/** Every act of the street, exactly, by rule. */
const truthOf = (traffic: Traffic): Readonly<Partial<Record<RuleKind, readonly Act[]>>> => {
  const stop = { x: STOP_X, y: 0 };
  const below = { x: STOP_X, y: 720 };
  const count = [
    { x: 640, y: 0 },
    { x: 640, y: 720 },
  ] as const;
  const of = (kind: string): readonly Act[] =>
    traffic.violations
      .filter((violation) => violation.kind === kind)
      .map(({ vehicleId, fromMs, toMs }) => {
        // Whoever has hardly come when the film ends cannot be judged.
        const vehicle = traffic.vehicles[vehicleId - 1]!;
        return { vehicle, fromMs, toMs, optional: toMs - fromMs < 3_500 };
      });
  const inLane = (id: string) => (act: Act) => act.vehicle.laneId === id;
  return {
    wrong_way: of('wrong-way'),
    wrong_lane: of('wrong-lane'),
    illegal_stop: spans(traffic, band(MIXED), { leastMs: STOP_MS, slackMs: 1_200, holds: 'standing' }),
    line_count: crossings(traffic, ...count)
      .filter(inLane('mixed'))
      .map((act) => ({ ...act, optional: act.atMs! > traffic.durationMs - 700 })),
    red_light: crossings(traffic, stop, below)
      .filter(inLane('cars-only'))
      // Half a second after the change is let pass, and whoever passes at its end goes on under green.
      .filter(({ atMs }) => isRed(atMs!) && isRed(atMs! - 300))
      .map((act) => ({ ...act, optional: !isRed(act.atMs! - 700) || !isRed(act.atMs! + 1_500) })),
  };
};

const KINDS = ['wrong_way', 'wrong_lane', 'illegal_stop', 'line_count', 'red_light'] as const;

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const streets = new Map(SEEDS.map((seed) => [seed, drawTraffic(street(seed))]));

const scores = (noise: Omit<TrackNoise, 'seed'>): Readonly<Record<string, Score>> => {
  const found = [...streets].map(([seed, traffic]) => {
    const events = judge(filmTracks(traffic, { seed: seed + 100, signalsAt, ...noise }));
    const truth = truthOf(traffic);
    return KINDS.map((kind) =>
      score(
        truth[kind] ?? [],
        events.filter((event) => event.kind === kind),
        traffic.frameSize,
      ),
    );
  });
  return Object.fromEntries(KINDS.map((kind, index) => [kind, addScores(found.map((own) => own[index]!))]));
};

const NOISE = {
  missed: 0.08,
  switchedPerSecond: 0.03,
  jitterPx: 3,
  timeJitter: 0.3,
  dropped: 0.03,
  repeatedTimes: 0.01,
  clockSteps: [
    [20_000, 3_000],
    [40_000, -5_000],
  ],
} as const;

describe('generated traffic with exact truth', { timeout: 120_000 }, () => {
  test.each([5, 10, 25])('exact tracks at %i frames a second: every act once, nothing else', (fps) => {
    const found = scores({ fps });
    for (const kind of KINDS) {
      const { right, missed, wrong, twice, errorsMs } = found[kind]!;
      expect({ kind, missed, wrong, twice }).toEqual({ kind, missed: 0, wrong: 0, twice: 0 });
      expect(right, kind).toBeGreaterThan(5);
      expect(p95(errorsMs), kind).toBeLessThanOrEqual(50);
    }
  });

  test('noisy tracks at 3, 5, 10 and 15 frames a second: F1 0.95 at least for every rule', () => {
    const runs = [3, 5, 10, 15].map((fps) => scores({ fps, ...NOISE }));
    for (const kind of KINDS) {
      const all = addScores(runs.map((found) => found[kind]!));
      for (const found of runs) {
        expect(f1(found[kind]!), kind).toBeGreaterThanOrEqual(0.9);
        expect(p95(found[kind]!.errorsMs), kind).toBeLessThanOrEqual(150);
      }
      expect(f1(all), kind).toBeGreaterThanOrEqual(0.95);
      expect(all.twice, kind).toBeLessThanOrEqual(0.02 * all.right);
    }
  });

  test('who waits in a queue, at red and until it moves, is not reported; without signal and lane they all stand', () => {
    const whole = band({ y: 365, halfWidth: 140 });
    const camera = Value.Default(CameraConfig, {
      ...{ id: 'c', source: { url: 'x' }, zones: { approach: fractions(whole) } },
      rules: [
        { id: 'stop', kind: 'illegal_stop', zone: 'approach', minStopMs: STOP_MS, signal: 'main', lane: 'approach' },
      ],
    }) as CameraConfig;
    const red = { fromMs: 6_000, toMs: 24_000 };
    const at = (ptsMs: number): SignalReadings => {
      const isRedThen = ptsMs >= red.fromMs && ptsMs < red.toMs;
      return {
        main: { state: isRedThen ? 'red' : 'green', sincePtsMs: isRedThen ? red.fromMs : 0, isStartSeen: true },
      };
    };
    for (const seed of [1, 2, 3, 4]) {
      const waits = drawTraffic(queue(seed));
      for (const noise of [{ fps: 5 }, { fps: 25 }, { fps: 10, ...NOISE }])
        expect(judge(filmTracks(waits, { seed, signalsAt: at, ...noise }), camera)).toEqual([]);
      // The same without a signal: they do stand.
      expect(judge(filmTracks(waits, { seed, fps: 5 }), withoutSignal(camera)).length).toBeGreaterThan(0);
    }
  });

  test('a wall clock that jumps changes nothing that is measured', () => {
    const traffic = streets.get(1)!;
    const steady = judge(filmTracks(traffic, { seed: 5, fps: 10, signalsAt }));
    const jumping = judge(filmTracks(traffic, { seed: 5, fps: 10, signalsAt, clockSteps: NOISE.clockSteps }));
    expect(jumping).toEqual(steady);
  });

  test('a swarm of motorbikes, forty in view, is counted within 2 %', { timeout: 60_000 }, () => {
    const traffic = drawTraffic(swarm(4, 20_000));
    const line = { a: { x: 0, y: 400 }, b: { x: 1280, y: 400 } };
    const truth = crossings(traffic, line.a, line.b).filter(({ atMs }) => atMs! < 19_300).length;
    const counting = Value.Default(CameraConfig, {
      ...STREET_CAMERA,
      lines: { count: fractions([line.a, line.b]) },
      rules: [{ id: 'count', kind: 'line_count', line: 'count' }],
    }) as CameraConfig;
    const counted = (noise: Omit<TrackNoise, 'seed'>): number =>
      judge(filmTracks(traffic, { seed: 9, ...noise }), counting).filter(({ triggerPtsMs }) => triggerPtsMs < 19_300)
        .length;
    expect(counted({ fps: 10 })).toBe(truth);
    expect(
      Math.abs(counted({ fps: 10, missed: 0.08, switchedPerSecond: 0.03, jitterPx: 3 }) - truth),
    ).toBeLessThanOrEqual(Math.ceil(0.02 * truth));
  });

  test('twelve rules take less than a millisecond a frame on 60 tracks', { timeout: 60_000 }, () => {
    const plan = swarm(7, 24_000);
    const crowded = { ...plan, lanes: plan.lanes.map((lane) => ({ ...lane, arrivalsPerMinute: 420 })) };
    const frames = filmTracks(drawTraffic(crowded), { seed: 1, fps: 10, jitterPx: 2, signalsAt })
      .slice(100)
      .map((frame) => ({ ...frame, tracks: frame.tracks.slice(0, 60) }));
    const camera = Value.Default(CameraConfig, {
      ...STREET_CAMERA,
      rules: [...STREET_CAMERA.rules, ...FURTHER_RULES],
    }) as CameraConfig;
    const round = (): readonly number[] => {
      const rules = new RuleSet(camera.rules, {
        zones: toZones(STREET_CAMERA.zones),
        lines: toLines(STREET_CAMERA.lines),
        frameSize,
        timeZone: 'UTC',
      });
      return frames.map((frame) => {
        const startedAt = performance.now();
        rules.step(frame);
        return performance.now() - startedAt;
      });
    };
    // The least of several rounds is what the rules take; the rest is what else the machine does.
    const rounds = Array.from({ length: 6 }, round);
    const times = frames.map((_, index) => Math.min(...rounds.map((times) => times[index]!)));
    const tracks = frames.reduce((sum, frame) => sum + frame.tracks.length, 0) / frames.length;
    console.log(
      `rules: p95 ${p95(times).toFixed(2)} ms a frame, ${tracks.toFixed(0)} tracks, ${camera.rules.length} rules`,
    );
    // The goal is 1 ms on an idle core; a loaded machine that is ten times slower shall not fail.
    expect(p95(times)).toBeLessThanOrEqual(10);
  });
});
