import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { CameraPipeline } from '../camera-pipeline.ts';
import { CameraConfig } from '../config/camera.ts';
import type { Detection } from '../detection.ts';
import type { WatchEvent } from '../event.ts';
import { explain } from '../explanation.ts';
import type { LearntPlace } from './learnt.ts';

const POSES = 36;
const DWELL_MS = 16_000;
const FRAME_MS = 2_000;
const frameSize = { width: 1280, height: 720 };

const tower = (exclusionsAt: Readonly<Record<string, readonly string[]>> = {}): CameraConfig =>
  Value.Default(CameraConfig, {
    id: 'tower',
    source: { url: 'rtsp://tower' },
    tracker: { highScore: 0.15, newTrackScore: 0.15, memoryMs: 120_000, confirmMs: 0 },
    sweep: {
      poses: Array.from({ length: POSES }, (_, index) => ({
        id: `p${String(index)}`,
        azimuthDeg: 10 * index,
        fieldOfViewDeg: 20,
        dwellMs: DWELL_MS,
        exclusions: exclusionsAt[`p${String(index)}`] ?? [],
      })),
    },
    zones: {
      kiln: [
        [0.4, 0.5],
        [0.6, 0.5],
        [0.6, 0.7],
        [0.4, 0.7],
      ],
    },
    rules: [{ id: 'smoke', kind: 'smoke', cadenceMs: 4_000 }],
  }) as CameraConfig;

/** In the middle of the picture, growing; seen at these poses. */
const plumeAt =
  (...poses: readonly string[]) =>
  (poseId: string, ptsMs: number): readonly Detection[] =>
    poses.includes(poseId)
      ? [{ className: 'smoke', score: 0.5, box: { x1: 620, y1: 380 - ptsMs / 20_000, x2: 660, y2: 430 } }]
      : [];

/** @param seen of a pose at a media time */
const sweep = (
  camera: CameraConfig,
  seen: (poseId: string, ptsMs: number) => readonly Detection[],
  rounds: number,
  learnt: readonly LearntPlace[] = [],
): { readonly events: readonly WatchEvent[]; readonly looked: number } => {
  const pipeline = new CameraPipeline({
    camera,
    clock: { sessionId: 's', anchorAt: 0, source: 'given', uncertaintyMs: 40 },
    frameSize,
    provenance: { softwareVersion: '1.0.0', configHash: 'c', models: [] },
    timeZone: 'Asia/Ho_Chi_Minh',
    learnt: () => learnt,
  });
  const events: WatchEvent[] = [];
  let looked = 0;
  for (let ptsMs = 0; ptsMs < rounds * POSES * DWELL_MS; ptsMs += FRAME_MS) {
    const poseId = pipeline.look({ ptsMs, capturedAt: ptsMs });
    if (typeof poseId !== 'string') continue;
    looked++;
    events.push(...pipeline.push({ ptsMs, capturedAt: ptsMs, poseId }, seen(poseId, ptsMs)).events);
  }
  return { events, looked };
};
const azimuthOf = ({ decision }: WatchEvent): number =>
  decision.measurements.find(({ name }) => name === 'azimuth')!.value;

describe('a sweep of 36 poses, 16 s each', () => {
  test('a plume is found at its pose and has the bearing of that pose', () => {
    const { events, looked } = sweep(tower(), plumeAt('p12'), 2);
    expect(events).toHaveLength(1);
    expect(events[0]!.decision.facts).toMatchObject({ pose: 'p12' });
    expect(azimuthOf(events[0]!)).toBeCloseTo(120, 1);
    // One frame of eight shows the camera settling.
    expect(looked).toBe((2 * POSES * DWELL_MS * 7) / FRAME_MS / 8);
  });

  test('it stays one event however many rounds it is seen in', () => {
    expect(sweep(tower(), plumeAt('p12'), 5).events).toHaveLength(1);
  });

  test('what stands at the same place of two poses is two plumes, each with its own evidence', () => {
    const { events } = sweep(tower(), plumeAt('p12', 'p30'), 2);
    expect(events.map(({ decision }) => decision.facts['pose'])).toEqual(['p12', 'p30']);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  test('sightings at different poses never add up', () => {
    // Each pose shows it once only, which is not enough for any of them.
    const once = (poseId: string, ptsMs: number): readonly Detection[] =>
      ptsMs % DWELL_MS === FRAME_MS && ptsMs < POSES * DWELL_MS ? plumeAt(poseId)(poseId, ptsMs) : [];
    expect(sweep(tower(), once, 2).events).toEqual([]);
  });

  test('where people dismissed smoke of one pose, that pose asks for more and says why, others do not', () => {
    const learnt = ['c1', 'c2'].map((caseId) => ({
      ...{ caseId, poseId: 'p12', at: -86_400_000, wasFire: false },
      box: { x1: 0.48, y1: 0.5, x2: 0.52, y2: 0.6 },
    }));
    const seen = plumeAt('p12', 'p30');
    const fresh = sweep(tower(), seen, 3).events;
    const taught = sweep(tower(), seen, 3, learnt).events;
    const of = (events: readonly WatchEvent[], pose: string): WatchEvent =>
      events.find(({ decision }) => decision.facts['pose'] === pose)!;
    expect(of(taught, 'p30')).toEqual(of(fresh, 'p30'));
    expect(of(taught, 'p12').triggerPtsMs).toBeGreaterThan(of(fresh, 'p12').triggerPtsMs);
    const { measurements, facts } = of(taught, 'p12').decision;
    expect(measurements.find(({ name }) => name === 'learnt')!.value).toBeGreaterThan(0.8);
    expect(facts['learntFrom']).toBe('c1 c2');
    expect(explain(of(taught, 'p12')).en).toMatch(
      /Smoke was dismissed here before, so \d[.,]\d+ more was asked for\.$/,
    );
  });

  test('a kiln that one pose shows is passed over there and nowhere else', () => {
    const { events } = sweep(tower({ p12: ['kiln'] }), plumeAt('p12', 'p30'), 2);
    expect(events.map(({ decision }) => decision.facts['pose'])).toEqual(['p30']);
  });
});
