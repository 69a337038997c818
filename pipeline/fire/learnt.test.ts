import { describe, expect, test } from 'vitest';
import type { Box } from '../geometry.ts';
import { learntCost, type LearntPlace, MOST_COST } from './learnt.ts';

const SIZE = { width: 1000, height: 500 };
const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 10);
const KILN: Box = { x1: 400, y1: 200, x2: 440, y2: 240 };
const dismissed = (caseId: string, at: number, wasFire = false): LearntPlace => ({
  caseId,
  poseId: null,
  box: { x1: 0.4, y1: 0.4, x2: 0.44, y2: 0.48 },
  at,
  wasFire,
});
const cost = (...places: readonly LearntPlace[]): number => learntCost(places, KILN, SIZE, NOW).cost;

describe('what verdicts cost a candidate at their place', () => {
  test('one fresh verdict asks for half the most, two for three quarters, and none for more than the most', () => {
    expect(cost(dismissed('a', NOW))).toBeCloseTo(MOST_COST / 2, 6);
    expect(cost(dismissed('a', NOW), dismissed('b', NOW))).toBeCloseTo((3 * MOST_COST) / 4, 6);
    expect(cost(...Array.from({ length: 50 }, (_, i) => dismissed(String(i), NOW)))).toBeLessThanOrEqual(MOST_COST);
  });

  test('it fades: a verdict of a month ago counts half as much', () => {
    expect(cost(dismissed('a', NOW - 30 * DAY))).toBeCloseTo(MOST_COST * (1 - 2 ** -0.5), 6);
    expect(cost(dismissed('a', NOW - 179 * DAY))).toBeLessThan(0.02);
  });

  test('glare and fog have their hours: a verdict of another time of day counts half, over midnight too', () => {
    const half = MOST_COST * (1 - 2 ** (-0.5 * 2 ** (-1 / 60)));
    expect(cost(dismissed('a', NOW - 12 * HOUR))).toBeCloseTo(half, 6);
    const night = Date.UTC(2026, 10, 21, 0, 30);
    const evening = learntCost([dismissed('a', night - HOUR)], KILN, SIZE, night).cost;
    expect(evening).toBeCloseTo(MOST_COST / 2, 2);
  });

  test('smoke elsewhere on the picture, and verdicts that were given later, cost nothing', () => {
    const far = { x1: 700, y1: 200, x2: 740, y2: 240 };
    expect(learntCost([dismissed('a', NOW)], far, SIZE, NOW)).toEqual({ cost: 0, caseIds: [] });
    expect(cost(dismissed('a', NOW + 1))).toBe(0);
  });

  test('a fire that was confirmed there takes a verdict back', () => {
    expect(cost(dismissed('a', NOW), dismissed('b', NOW, true))).toBe(0);
  });

  test('the cases that it was learnt from are named', () => {
    const places = [dismissed('a', NOW), dismissed('b', NOW - DAY), dismissed('c', NOW - 60 * DAY, true)];
    expect(learntCost(places, KILN, SIZE, NOW).caseIds).toEqual(['a', 'b']);
  });
});
