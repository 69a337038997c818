import { expect, test } from 'vitest';
import { CASE_STATUSES, hasProcedure, NEXT_STATUSES, nextDue, statusAfterVerdict } from './procedure.ts';

const DAY = 24 * 3_600_000;

test('the clock that runs out first is the one shown', () => {
  const times = { actAt: 0, detectedAt: 2 * DAY, statusAt: 9 * DAY };
  expect(nextDue('detected', times)).toEqual({ name: 'notice', at: 12 * DAY });
  expect(nextDue('notified', times)).toEqual({ name: 'publication', at: 29 * DAY });
  expect(nextDue('published', times)).toEqual({ name: 'limitation', at: 365 * DAY });
  // Found late, the year since the act ends before the ten days.
  expect(nextDue('verified', { ...times, detectedAt: 360 * DAY })).toEqual({ name: 'limitation', at: 365 * DAY });
  expect(nextDue('settled', times)).toBeNull();
  expect(nextDue('cancelled', times)).toBeNull();
});

test('every status is reached, and every path ends settled or cancelled', () => {
  const ends = new Set<string>();
  const seen = new Set<string>(['detected']);
  const walk = (status: keyof typeof NEXT_STATUSES): void => {
    seen.add(status);
    if (NEXT_STATUSES[status].length === 0) ends.add(status);
    for (const next of NEXT_STATUSES[status]) walk(next);
  };
  walk(statusAfterVerdict('confirmed'));
  walk(statusAfterVerdict('rejected'));
  expect([...seen].sort()).toEqual([...CASE_STATUSES].sort());
  expect([...ends].sort()).toEqual(['cancelled', 'settled']);
});

test('a verdict of unsure leaves the case where it is', () => {
  expect(statusAfterVerdict('unsure')).toBe('detected');
  expect(statusAfterVerdict('exempt')).toBe('cancelled');
});

test('fines have a procedure, alerts have none', () => {
  expect([hasProcedure('red_light'), hasProcedure('smoke'), hasProcedure('line_count')]).toEqual([true, false, false]);
});
