import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { TrackerConfig } from '../config/analysis.ts';
import type { Detection } from '../detection.ts';
import { assign } from './assignment.ts';
import { ByteTracker } from './bytetrack.ts';

const CONFIG = { ...Value.Create(TrackerConfig), memoryMs: 1_500 };
const car = (x: number, more: Partial<Detection> = {}): Detection => ({
  className: 'car',
  score: 0.9,
  box: { x1: x, y1: 100, x2: x + 120, y2: 180 },
  ...more,
});
const followed = (untilMs: number): ByteTracker => {
  const tracker = new ByteTracker(CONFIG);
  for (let ptsMs = 0; ptsMs <= untilMs; ptsMs += 100) tracker.update([car(50)], ptsMs);
  return tracker;
};

test('a cost that is no number is a pair that is not made', () => {
  expect([...assign(Float64Array.of(Number.NaN), 1, 1)]).toEqual([-1]);
  expect([...assign(Float64Array.of(Number.NaN, 0.4, 0.3, Number.NaN), 2, 2)]).toEqual([1, 0]);
});

describe('times', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'a time of %f counts as the same instant and spoils nothing after it',
    (ptsMs) => {
      const tracker = followed(1_000);
      expect(tracker.update([car(50)], ptsMs)).toMatchObject([{ id: 1, lastObservedPtsMs: 1_000 }]);
      expect(tracker.update([car(50)], 1_100)).toMatchObject([{ id: 1, lastObservedPtsMs: 1_100 }]);
    },
  );

  test('a first time that is no number does no harm', () => {
    const tracker = new ByteTracker(CONFIG);
    tracker.update([car(50)], Number.NaN);
    expect(tracker.update([car(50)], 100)).toMatchObject([{ id: 1, firstPtsMs: 0, lastObservedPtsMs: 100 }]);
  });

  test('after a stall that is longer than the memory a car at the same place is another one', () => {
    expect(followed(1_000).update([car(50)], 61_000)).toMatchObject([{ id: 2, state: 'tentative' }]);
  });

  test('one frame a second is slow, but no stall, however short the memory', () => {
    const tracker = new ByteTracker({ ...CONFIG, memoryMs: 0 });
    for (let ptsMs = 0; ptsMs <= 5_000; ptsMs += 1_000) tracker.update([car(50)], ptsMs);
    expect(tracker.update([car(50)], 6_000)).toMatchObject([{ id: 1, state: 'confirmed' }]);
  });
});

describe('boxes', () => {
  const box = { x1: 50, y1: 100, x2: 170, y2: 180 };
  test.each([
    ['has an edge that is no number', { box: { ...box, x1: Number.NaN } }],
    ['has an edge at infinity', { box: { ...box, y2: Number.POSITIVE_INFINITY } }],
    ['is turned inside out', { box: { x1: 170, y1: 180, x2: 50, y2: 100 } }],
    ['has no width', { box: { ...box, x2: 50 } }],
    ['has a score that is no number', { score: Number.NaN }],
  ])('a box that %s is no detection', (_, fault) => {
    const tracker = followed(1_000);
    expect(tracker.update([car(50, fault), car(50)], 1_100)).toMatchObject([{ id: 1, observed: true }]);
    expect(new ByteTracker(CONFIG).update([car(50, fault)], 0)).toEqual([]);
  });
});

test('a detector gone wild cannot hold up the camera: the best scored hundreds are followed, the rest let go', () => {
  const next = random(7);
  const everywhere = (): Detection[] =>
    Array.from({ length: 5_000 }, () => car(next() * 1_800, { score: 0.3 + next() * 0.6 }));
  const tracker = new ByteTracker(CONFIG);
  const startedAt = performance.now();
  for (let ptsMs = 0; ptsMs <= 300; ptsMs += 100) tracker.update(everywhere(), ptsMs);
  expect(tracker.update([...everywhere(), car(50, { score: 0.99 })], 400).length).toBeGreaterThan(300);
  // Without the limit one frame takes minutes; the bound only has to tell those apart.
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
