import { expect, test } from 'vitest';
import type { LiveFrame, LiveTrack } from './live.ts';
import { type CrowdArea, MinuteTally } from './tally.ts';

const track = (id: number, extra: Partial<LiveTrack> = {}): LiveTrack => ({
  ...{ id, className: 'car', score: 0.9, box: [0.4, 0.4, 0.5, 0.5], velocity: [0, 0], alerts: [] },
  ...extra,
});
const frame = (seconds: number, tracks: readonly LiveTrack[], sessionId = 's1'): LiveFrame => ({
  ...{ cameraId: 'gate', sessionId, ptsMs: seconds * 1000, capturedAt: 1_000_000 + seconds * 1000, tracks },
});
const speed = (kmh: number) => ({ speed: { kmh, marginKmh: 3 } });
const square: CrowdArea = {
  ...{ ruleId: 'square', classes: ['person'] },
  corners: [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 0.6 },
    { x: 0, y: 0.6 },
  ],
};

test('a vehicle counts once, when it has left, with the last that was known of its speed', () => {
  const tally = new MinuteTally([]);
  for (const [seconds, kmh] of [
    [1, 40],
    [2, 44],
    [3, 45],
  ] as const)
    expect(tally.push(frame(seconds, [track(7, speed(kmh))]))).toBeNull();
  // Seen without an estimate: still there.
  tally.push(frame(7, [track(7)]));
  tally.push(frame(20, []));
  expect(tally.push(frame(61, []))).toEqual({
    ...{ id: 'gate/s1/1000', cameraId: 'gate', at: 1_020_000 },
    ...{ speeds: [{ className: 'car', kmh: 45 }], crowds: [] },
  });
  expect(tally.finish()).toBeNull();
});

test('who is still there when a session ends counts in it, and not in the next', () => {
  const tally = new MinuteTally([]);
  tally.push(frame(59, [track(7, speed(30))]));
  expect(tally.push(frame(0, [track(7, speed(50))], 's2'))?.speeds).toEqual([{ className: 'car', kmh: 30 }]);
  expect(tally.finish()).toMatchObject({ id: 'gate/s2/0', speeds: [{ className: 'car', kmh: 50 }] });
});

test('people are counted where they stand: the most at once and the mean', () => {
  const tally = new MinuteTally([square]);
  const person = (id: number, y2: number) => track(id, { className: 'person', box: [0.4, 0.1, 0.5, y2] });
  tally.push(frame(1, [person(1, 0.5), person(2, 0.55), person(3, 0.9), track(4)]));
  tally.push(frame(2, [person(1, 0.5)]));
  tally.push(frame(3, []));
  expect(tally.finish()?.crowds).toEqual([{ ruleId: 'square', most: 2, mean: 1 }]);
});

test('an empty area is told of, for nobody is a number, too', () => {
  const tally = new MinuteTally([square]);
  tally.push(frame(1, []));
  expect(tally.push(frame(60, []))?.crowds).toEqual([{ ruleId: 'square', most: 0, mean: 0 }]);
});
