import { expect, test } from 'vitest';
import { diskReport, WriteRate } from './disk-room.ts';

const recording = { keepHours: 24, minFreePercent: 10, stopFreePercent: 2 };
const now = 1_000 * 3_600_000;
const facts = { shortened: false, oldestAt: now - 6 * 3_600_000, perHour: 1e9, now };

test('the order is: roomy, then shorter recordings, then none', () => {
  const stage = (freeShare: number, shortened: boolean): string =>
    diskReport({ freeShare, bytes: 100e9 }, recording, { ...facts, shortened }).stage;
  expect([stage(0.5, false), stage(0.09, true), stage(0.019, true)]).toEqual(['roomy', 'shortened', 'paused']);
});

test('the forecast is what is there and what still fits above the watermark, and never more than is kept', () => {
  const reach = (freeShare: number): number | null =>
    diskReport({ freeShare, bytes: 100e9 }, recording, facts).reachHours;
  expect(reach(0.15)).toBeCloseTo(6 + 5, 6);
  expect(reach(0.05)).toBeCloseTo(6, 6);
  expect(reach(0.9)).toBe(24);
});

test('the rate is that of the last ten minutes', () => {
  const rate = new WriteRate(0);
  expect(rate.perHour(30_000)).toBeNull();
  for (let at = 0; at < 60 * 60_000; at += 10_000) rate.add(at < 50 * 60_000 ? 999_999 : 1_000, at);
  expect(rate.perHour(60 * 60_000)).toBeCloseTo(360_000, -4);
});
