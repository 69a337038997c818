import { expect, test } from 'vitest';
import { clustersOf, drawnAt, nearestRecorded, SPANS_MS, ticksOf, windowAround } from './time-scale.ts';

const ZONE = 'Asia/Ho_Chi_Minh';
const at = (time: string): number => Date.parse(`2026-11-21T${time}+07:00`);

test('a window holds the wanted instant in its middle, and never reaches past now', () => {
  expect(windowAround(1_000, 200, 5_000)).toEqual({ from: 900, to: 1_100 });
  expect(windowAround(4_950, 200, 5_000)).toEqual({ from: 4_800, to: 5_000 });
});

test('marks stand at round local times', () => {
  expect(ticksOf({ from: at('07:42:10'), to: at('08:42:10') }, ZONE)).toEqual(
    ['07:50:00', '08:00:00', '08:10:00', '08:20:00', '08:30:00'].map(at),
  );
  const day = ticksOf({ from: at('01:00:00'), to: at('01:00:00') + 24 * 3_600_000 }, ZONE);
  expect(day.slice(0, 3)).toEqual(['04:00:00', '08:00:00', '12:00:00'].map(at));
});

test.each(SPANS_MS)('a window of %i ms has marks, and no more than can be read', (span) => {
  const { length } = ticksOf({ from: at('07:42:10'), to: at('07:42:10') + span }, ZONE);
  expect(length).toBeGreaterThanOrEqual(4);
  expect(length).toBeLessThanOrEqual(8);
});

test('cases that lie close together stand as one mark', () => {
  const cases = [50, 10, 11, 12].map((triggerAt) => ({ triggerAt }));
  expect(clustersOf(cases, { from: 0, to: 100 }, 0.05).map((one) => one.map(({ triggerAt }) => triggerAt))).toEqual([
    [10, 11, 12],
    [50],
  ]);
});

test('a stretch shorter than a pixel is found where it is drawn, and never hides the next', () => {
  const stretches = [
    { fromAt: 10_000, toAt: 10_200 },
    { fromAt: 11_000, toAt: 50_000 },
  ];
  expect(drawnAt(stretches, 10_900, 5_000)).toBe(stretches[0]);
  expect(drawnAt(stretches, 12_000, 5_000)).toBe(stretches[1]);
  expect(drawnAt(stretches, 9_000, 5_000)).toBeNull();
  expect(drawnAt(stretches, 50_000, 5_000)).toBeNull();
});

test('who points into a gap comes to the next recording, behind the last one to its end', () => {
  const stretches = [
    { fromAt: 10_000, toAt: 20_000 },
    { fromAt: 40_000, toAt: 50_000 },
  ];
  expect(nearestRecorded(stretches, 15_000)).toBe(15_000);
  expect(nearestRecorded(stretches, 25_000)).toBe(40_000);
  expect(nearestRecorded(stretches, 70_000)).toBe(49_000);
  expect(nearestRecorded([], 70_000)).toBeNull();
});
