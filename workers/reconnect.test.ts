import { expect, test } from 'vitest';
import { LONGEST_STALL_RETRY_MS, retryDelayMs } from './reconnect.ts';

test('the first retry comes in under a second, whatever the jitter', () => {
  expect(retryDelayMs(1, 1)).toBeLessThan(1_000);
});

test('delays double and stay below 60 s and its jitter', () => {
  expect([1, 2, 3, 4].map((failures) => retryDelayMs(failures, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(retryDelayMs(1_000, 0.5)).toBe(60_000);
  expect(retryDelayMs(1_000, 1)).toBeCloseTo(72_000, 6);
});

test('cameras that fail together do not come back together', () => {
  const delays = Array.from({ length: 250 }, (_, camera) => retryDelayMs(5, camera / 249));
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(3_000);
});

test('a try that waited in vain is repeated after 2 s at most', () => {
  expect(retryDelayMs(1_000, 0.5, LONGEST_STALL_RETRY_MS)).toBe(2_000);
});
