import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { CameraPipeline } from './camera-pipeline.ts';
import { CameraConfig } from './config/camera.ts';
import type { Detection } from './detection.ts';
import { toEventLine } from './event-line.ts';
import type { WatchEvent } from './event.ts';
import type { LiveFrame } from './live.ts';

const FRAME_MS = 200;
const anchorAt = Date.UTC(2026, 10, 21, 1);
const frameSize = { width: 1000, height: 1000 };

const camera = (rules: readonly unknown[]): CameraConfig =>
  Value.Default(CameraConfig, {
    id: 'gate',
    source: { url: 'street.mp4' },
    zones: {
      lane: [
        [0.4, 0],
        [0.6, 0],
        [0.6, 1],
        [0.4, 1],
      ],
      square: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    },
    lines: {
      stop: [
        [0.2, 0.5],
        [0.8, 0.5],
      ],
    },
    rules,
  }) as CameraConfig;

const wrongWay = { id: 'wrong', kind: 'wrong_way', zone: 'lane', heading: [0, -1] };
const counting = { id: 'flow', kind: 'line_count', line: 'stop' };
const crowd = { id: 'crowd', kind: 'crowding', zone: 'square', raiseCount: 3, raiseMs: 2_000, smoothMs: 1_000 };

const box = (className: string, x: number, y: number, width = 60, height = 100): Detection => ({
  className,
  score: 0.8,
  box: { x1: x - width / 2, y1: y - height, x2: x + width / 2, y2: y },
});
/** A motorcycle that comes down the lane at 100 px a second. */
const ghost = (ptsMs: number): readonly Detection[] => [box('motorcycle', 500, 150 + ptsMs / 10)];

const run = (rules: readonly unknown[], scene: (ptsMs: number) => readonly Detection[], untilMs: number) => {
  const pipeline = new CameraPipeline({
    camera: camera(rules),
    clock: { sessionId: 's1', anchorAt, source: 'given', uncertaintyMs: 40 },
    frameSize,
    provenance: { softwareVersion: '1.0.0', configHash: 'c', models: [{ id: 'm', sha256: 'h' }] },
    timeZone: 'Asia/Ho_Chi_Minh',
  });
  const live: LiveFrame[] = [];
  const events: { readonly event: WatchEvent; readonly seenPtsMs: number }[] = [];
  let ptsMs = 0;
  for (; ptsMs <= untilMs; ptsMs += FRAME_MS) {
    const analysed = pipeline.push({ ptsMs, capturedAt: anchorAt + ptsMs }, scene(ptsMs));
    live.push(analysed.live);
    events.push(...analysed.events.map((event) => ({ event, seenPtsMs: ptsMs })));
  }
  const atEnd = pipeline.finish(ptsMs - FRAME_MS);
  return { live, events, atEnd };
};

/** The first frame that shows what came true then. */
const frameAt = (ptsMs: number): number => Math.ceil(ptsMs / FRAME_MS) * FRAME_MS;

describe('camera pipeline', () => {
  test('a wrong-way ride becomes one event a second after its trigger, with the subject at three instants', () => {
    const { events } = run([wrongWay], ghost, 6_000);
    expect(events).toHaveLength(1);
    const { event, seenPtsMs } = events[0]!;
    expect(seenPtsMs).toBe(event.keyPtsMs.after);
    expect(event.keyPtsMs.after - frameAt(event.triggerPtsMs)).toBe(1_000);
    expect(event).toMatchObject({ kind: 'wrong_way', disposition: 'case', cameraId: 'gate', sessionId: 's1' });
    expect(event.triggerAt).toBe(anchorAt + event.triggerPtsMs);
    expect(event.subjects[0]!.sightings.map((sighting) => sighting.ptsMs)).toEqual([
      event.keyPtsMs.before,
      event.keyPtsMs.at,
      event.keyPtsMs.after,
    ]);
  });

  test('what waits for its last key instant is reported when the stream ends', () => {
    const trigger = frameAt(run([wrongWay], ghost, 6_000).events[0]!.event.triggerPtsMs);
    const { events, atEnd } = run([wrongWay], ghost, trigger + FRAME_MS);
    expect(events).toEqual([]);
    expect(atEnd).toHaveLength(1);
    expect(atEnd[0]!.keyPtsMs.after).toBe(trigger + FRAME_MS);
  });

  test('the same detections give the same bytes, and ids that differ between acts', () => {
    const two = (ptsMs: number): readonly Detection[] => [
      ...ghost(ptsMs),
      ...(ptsMs >= 3_000 ? [box('motorcycle', 560, (ptsMs - 3_000) / 10)] : []),
    ];
    const lines = () => run([wrongWay, counting], two, 9_000).events.map(({ event }) => toEventLine(event));
    const first = lines();
    expect(first.join('')).toBe(lines().join(''));
    const ids = first.map((line) => (JSON.parse(line) as WatchEvent).id);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^[0-9a-f]{26}$/);
  });

  test('a crowd is a case while it is still there, and only one', () => {
    const three = (): readonly Detection[] => [200, 500, 800].map((x) => box('person', x, 600, 40, 100));
    const { events, atEnd } = run([crowd], three, 20_000);
    expect(events).toHaveLength(1);
    expect(events[0]!.event).toMatchObject({
      kind: 'crowding',
      subjects: [{ trackId: 1 }, { trackId: 2 }, { trackId: 3 }],
    });
    expect(events[0]!.seenPtsMs).toBeLessThan(5_000);
    expect(atEnd).toEqual([]);
  });

  test('counts are reported at once and marked as statistics', () => {
    const { events } = run([counting], ghost, 6_000);
    expect(events.map(({ event }) => [event.disposition, event.decision.facts['direction']])).toEqual([
      ['statistic', 'in'],
    ]);
  });

  test('the overlay shows confirmed tracks only, in fractions, and marks the offender for a while', () => {
    const { live, events } = run(
      [wrongWay],
      (ptsMs) => (ptsMs < 4_000 ? ghost(ptsMs) : [box('motorcycle', 500, 550)]),
      12_000,
    );
    expect(live[0]!.tracks).toEqual([]);
    const marked = live.filter(({ tracks }) => tracks.some(({ alerts }) => alerts.includes('wrong_way')));
    const trigger = frameAt(events[0]!.event.triggerPtsMs);
    expect(marked[0]!.ptsMs).toBe(trigger);
    expect(marked.at(-1)!.ptsMs).toBe(trigger + 5_000);
    const [x1, , x2] = marked[0]!.tracks[0]!.box;
    expect(x1).toBeCloseTo(0.47, 2);
    expect(x2).toBeCloseTo(0.53, 2);
  });
});
