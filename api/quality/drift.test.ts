import { describe, expect, test } from 'vitest';
import { type Dated, driftOf } from './drift.ts';

const DAY_MS = 86_400_000;
const UNTIL = 100 * DAY_MS;

/** 40 cases in the week that began so many weeks before the last one. */
const week = (
  weeksAgo: number,
  rejected: number,
  score = (index: number): number => 0.6 + 0.005 * (index % 10),
): Dated[] =>
  Array.from({ length: 40 }, (_, index) => ({
    at: UNTIL - weeksAgo * 7 * DAY_MS - (index + 1) * 3_600_000,
    isRight: index >= rejected,
    score: score(index),
  }));

describe('drift by week', () => {
  test('every week has its share of rejects and its mean score with an interval', () => {
    const { weeks } = driftOf([...week(0, 10), ...week(2, 4)], UNTIL, 3);
    expect(weeks.map(({ decided, rejected }) => [decided, rejected])).toEqual([
      [40, 4],
      [0, 0],
      [40, 10],
    ]);
    expect(weeks[2]!.meanScore).toBeCloseTo(0.6225, 6);
    // Ten values of equal weight: sd 0.01454, n 40.
    expect(weeks[2]!.scoreHalfWidth).toBeCloseTo(0.0045, 3);
    expect(weeks[1]).toMatchObject({ meanScore: null, scoreHalfWidth: null });
  });

  test('a week like those before is no change', () => {
    expect(driftOf([...week(0, 6), ...week(1, 4), ...week(2, 5)], UNTIL, 4).changes).toEqual([]);
  });

  test('a week with many more rejects is called so', () => {
    expect(driftOf([...week(0, 20), ...week(1, 4), ...week(2, 5)], UNTIL, 4).changes).toEqual(['more-rejected']);
  });

  test('scores that fall are seen before people reject', () => {
    const low = (index: number): number => 0.5 + 0.005 * (index % 10);
    expect(driftOf([...week(0, 5, low), ...week(1, 5), ...week(2, 5)], UNTIL, 4).changes).toEqual(['lower-score']);
  });

  test('a handful of cases is no change, whatever they say', () => {
    const few = week(0, 14).slice(0, 14);
    expect(driftOf([...few, ...week(1, 0)], UNTIL, 2).changes).toEqual([]);
  });

  test('what lies outside of the weeks is left out', () => {
    expect(driftOf([...week(9, 3), { at: UNTIL + 1, isRight: true, score: 1 }], UNTIL, 2).weeks).toMatchObject([
      { decided: 0 },
      { decided: 0 },
    ]);
  });
});
