import { expect, test } from 'vitest';
import { percentile, slope } from './statistics.ts';

test('the 95th percentile of 1…100 is 95', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, 0.95)).toBe(95);
});

test('the slope of a straight line is its gradient', () => {
  expect(slope([0, 1, 2, 3].map((x) => ({ x, y: 5 - 2 * x })))).toBeCloseTo(-2, 12);
});
