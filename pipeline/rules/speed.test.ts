import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { car, filmed, FRAME, random, replay } from '../../test/drawn-tracks.ts';
import {
  type Car,
  type DetectorNoise,
  filmCar,
  normal,
  project,
  type RoadCamera,
} from '../../test/fixtures/rendered-road.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { TrackerConfig } from '../config/analysis.ts';
import type { RuleMatch } from '../event.ts';
import { explain } from '../explanation.ts';
import type { TrackedFrame } from '../track.ts';
import { ByteTracker } from '../tracking/bytetrack.ts';
import { SpeedRule } from './speed.ts';
import { type Histories, toScene } from './track-history.ts';

type Pair = { readonly at: readonly [number, number]; readonly ground: readonly [number, number] };
const measured = (match: RuleMatch, name: string): number =>
  match.decision.measurements.find((measurement) => measurement.name === name)!.value;

/** Seen from straight above, 20 px a metre: 50 m × 50 m. */
const FROM_ABOVE: readonly Pair[] = [
  { at: [0.1, 0.1], ground: [0, 0] },
  { at: [0.9, 0.1], ground: [40, 0] },
  { at: [0.9, 0.9], ground: [40, 40] },
  { at: [0.1, 0.9], ground: [0, 40] },
];
const above = (more: Record<string, unknown> = {}): SpeedRule =>
  new SpeedRule(ruleConfig({ kind: 'speed', calibration: FROM_ABOVE, limitKmh: 50, ...more }), FRAME);
/** Crosses the picture, 50 m, in that time. */
const crossing = (ms: number, id = 1) => car(id).at(0, 0, 500).at(ms, 1_000, 500);
const drive = (rule: SpeedRule, thing = crossing(2_250), fps = 10) =>
  replay(rule, filmed([thing], { fps, untilMs: 8_000 }));

describe('speed, seen from above', () => {
  test('a car at 80 km/h where 50 are allowed is reported with its interval', () => {
    const [match, ...more] = drive(above());
    expect(more).toEqual([]);
    expect(measured(match!, 'speed')).toBeCloseTo(80, 0);
    expect(measured(match!, 'speedLow')).toBeGreaterThan(70);
    expect(measured(match!, 'speedHigh')).toBeLessThan(90);
    expect(match!.decision.facts['indicative']).toBe('yes');
  });

  test('a car whose interval reaches the limit is not', () => {
    expect(drive(above({ limitKmh: 79.8 }))).toEqual([]);
    expect(drive(above(), crossing(3_600))).toEqual([]);
  });

  test.each([5, 10, 25])('at %i frames a second the same passage gives the same speed and moment', (fps) => {
    const [match] = drive(above(), crossing(2_250), fps);
    expect(measured(match!, 'speed')).toBeCloseTo(80, 0);
    // It leaves the calibrated 40 m at 90 % of its way.
    expect(Math.abs(match!.triggerPtsMs - 2_025)).toBeLessThanOrEqual(5);
  });

  test('a limit of 0 measures everybody', () => {
    expect(measured(drive(above({ limitKmh: 0 }), crossing(6_000))[0]!, 'speed')).toBeCloseTo(30, 0);
  });

  test('a car that vanishes inside is measured up to there; a short glimpse is not', () => {
    const stops = car(1).at(0, 0, 500).at(1_500, 667, 500);
    expect(measured(drive(above(), stops)[0]!, 'speed')).toBeCloseTo(80, 0);
    expect(drive(above(), car(1).at(0, 500, 500).at(300, 633, 500))).toEqual([]);
  });

  test('one number for two cars is no speed: 1,500 km/h is not reported', () => {
    const jumps = car(1).at(0, 150, 500).at(400, 200, 500).at(500, 850, 500).at(1_000, 880, 500);
    expect(drive(above({ limitKmh: 0 }), jumps).filter((match) => measured(match, 'speed') > 100)).toEqual([]);
  });

  test('calibration points on one line are refused', () => {
    const line = [0.1, 0.2, 0.3, 0.4].map((x) => ({ at: [x, 0.5], ground: [x * 50, 0] }));
    expect(() => above({ calibration: line })).toThrow(/one line/);
  });

  test('the sentences say that it is indicative', () => {
    const { vi, en } = explain(drive(above())[0]!);
    expect(vi).toMatch(/ô tô ước tính (79|80)(,\d)? km\/h .*giới hạn 50 km\/h.*Chỉ có giá trị tham khảo/);
    expect(en).toMatch(/Indicative only/);
  });
});

test('the overlay is told the speed while it is measured, and for some seconds after', () => {
  const rule = above({ limitKmh: 200 });
  const seen = new Map<number, number>();
  let [state, histories]: [ReturnType<typeof rule.init>, Histories] = [rule.init(), new Map()];
  for (const frame of filmed([car(1).at(0, 0, 500).at(2_250, 1_000, 500).at(9_000, 1_000, 500)], {
    fps: 10,
    untilMs: 9_000,
  })) {
    const scene = toScene(histories, frame);
    ({ histories } = scene);
    ({ state } = rule.step(state, scene));
    const speed = rule.speeds(state, frame.ptsMs).get(1);
    if (speed) seen.set(frame.ptsMs, speed.kmh);
  }
  const times = [...seen.keys()];
  expect(times[0]).toBeGreaterThan(300);
  expect(times.at(-1)).toBeLessThan(7_500);
  for (const kmh of seen.values()) expect(Math.abs(kmh - 80)).toBeLessThanOrEqual(2);
});

describe('speed on a rendered road', () => {
  const camera: RoadCamera = { frameSize: { width: 1920, height: 1080 }, heightM: 8, tiltDeg: 14, focalPx: 1_500 };
  const CLICK_PX = 1.5;
  /** Eight points on both sides of 30 m of road, picked on the picture with an error. */
  const survey = (next: () => number): readonly Pair[] =>
    [22, 32, 42, 52].flatMap((y) =>
      [-4, 4].map((x): Pair => {
        const point = project(camera, { x, y, z: 0 });
        const at = [(point.x + normal(next) * CLICK_PX) / 1920, (point.y + normal(next) * CLICK_PX) / 1080] as const;
        return { at, ground: [x, y] };
      }),
    );

  const passages = ({ jitterPx, fps, seed }: { jitterPx: number; fps: number; seed: number }) => {
    const found: { truth: number; speed: number; low: number; high: number }[] = [];
    let missed = 0;
    for (let scene = 0; scene < 40; scene++) {
      const next = random(seed * 1_000 + scene);
      const rule = new SpeedRule(
        ruleConfig({ kind: 'speed', calibration: survey(next), limitKmh: 0, pointErrorPx: CLICK_PX }),
        camera.frameSize,
      );
      for (let passage = 0; passage < 5; passage++) {
        const kmh = 30 + next() * 60;
        const towards = next() < 0.5;
        const size = { width: 1.8, length: 4.2, height: 1.5 };
        const driven: Car = {
          x: towards ? -2 : 2,
          y: towards ? 70 : 15,
          metresPerSecond: ((towards ? -1 : 1) * kmh) / 3.6,
          size,
        };
        const noise: DetectorNoise = { seed: scene * 100 + passage, jitterPx, missed: 0.08 };
        const matches = replay(rule, tracked(filmCar(camera, driven, { fps, untilMs: 9_000, noise })));
        if (matches.length !== 1) missed++;
        for (const match of matches.slice(0, 1)) {
          const [speed, low, high] = ['speed', 'speedLow', 'speedHigh'].map((name) => measured(match, name));
          found.push({ truth: kmh, speed: speed!, low: low!, high: high! });
        }
      }
    }
    return { found, missed };
  };

  const tracked = (film: ReturnType<typeof filmCar>): readonly TrackedFrame[] => {
    const tracker = new ByteTracker(Value.Create(TrackerConfig));
    return film.map(({ ptsMs, detections }) => ({
      cameraId: 'c',
      sessionId: 's',
      ptsMs,
      capturedAt: ptsMs,
      frameSize: camera.frameSize,
      tracks: tracker.update(detections, ptsMs),
    }));
  };

  test.each([
    { jitterPx: 1, fps: 10, seed: 1 },
    { jitterPx: 2, fps: 10, seed: 2 },
    { jitterPx: 1, fps: 5, seed: 3 },
    { jitterPx: 2, fps: 25, seed: 4 },
  ])(
    'of 200 passages ($jitterPx px, $fps frames a second) the error is 2 % at most, and the interval holds',
    (given) => {
      const { found, missed } = passages(given);
      const errors = found.map(({ truth, speed }) => Math.abs(speed - truth) / truth).sort((a, b) => a - b);
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const covered = found.filter(({ truth, low, high }) => low <= truth && truth <= high).length / found.length;
      const widths = found.map(({ truth, low, high }) => (high - low) / 2 / truth).sort((a, b) => a - b);
      expect(missed).toBeLessThanOrEqual(4);
      expect(mean).toBeLessThanOrEqual(0.02);
      expect(covered).toBeGreaterThanOrEqual(0.93);
      // An interval that holds everything says nothing.
      expect(widths[widths.length >> 1]).toBeLessThanOrEqual(0.06);
    },
  );
});
