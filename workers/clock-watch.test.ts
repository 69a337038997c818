import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../pipeline/clock.ts';
import { watchClock } from './clock-watch.ts';

let wall = 1_000_000;
let mono = 0;
const clock = { ...systemClock, now: () => wall, mono: () => mono };
/** A second passes; the wall clock may jump besides. */
const second = (jumpMs = 0): void => {
  mono += 1_000;
  wall += 1_000 + jumpMs;
  vi.advanceTimersByTime(1_000);
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a clock that is set back or ahead is told once, with sign and size', () => {
  const steps: number[] = [];
  const watch = watchClock(clock, (stepMs) => steps.push(stepMs));
  second();
  second(-3_600_000);
  second();
  second(2_000);
  second();
  watch.close();
  expect(steps).toEqual([-3_600_000, 2_000]);
});

test('the slow correction of NTP is no step', () => {
  const steps: number[] = [];
  const watch = watchClock(clock, (stepMs) => steps.push(stepMs));
  for (let i = 0; i < 600; i++) second(0.5);
  watch.close();
  expect(steps).toEqual([]);
});
