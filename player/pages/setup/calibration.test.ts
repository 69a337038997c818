import { describe, expect, test } from 'vitest';
import { toGround } from '../../../pipeline/homography.ts';
import { apart, distancesOf, fitOf, gridOf, placeByDistances, withPoint } from './calibration.ts';
import type { Pair } from './draft.ts';

/** A camera over a road: lines 3.5 m apart and 20 m long run towards a vanishing point in the upper middle. */
const road = (ground: Pair): Pair => {
  const depth = 1 + ground[1] / 20;
  return [0.5 + (ground[0] - 1.75) / 7 / depth, 0.2 + 0.6 / depth];
};
const surveyed = (ground: readonly Pair[]) => ground.map((one) => ({ at: road(one), ground: one }));
const corners: readonly Pair[] = [
  [0, 0],
  [3.5, 0],
  [3.5, 20],
  [0, 20],
];

describe('calibration', () => {
  test('four points are placed by their four sides and a diagonal', () => {
    const placed = placeByDistances(distancesOf(corners));
    // Distances are given in centimetres, and a centimetre of the diagonal moves a far corner by more.
    for (const [index, [x, y]] of (placed as readonly Pair[]).entries())
      expect(Math.hypot(x - corners[index]![0], y - corners[index]![1])).toBeLessThan(0.05);
  });

  test('a quadrangle without right angles keeps its distances', () => {
    const given = { '1–2': 4, '2–3': 6, '3–4': 5, '4–1': 7, '1–3': 8 };
    const placed = placeByDistances(given) as readonly Pair[];
    expect(distancesOf(placed)).toEqual(given);
    expect(apart(placed[1]!, placed[3]!)).toBeGreaterThan(7);
  });

  test('distances that make no triangle are named', () => {
    expect(placeByDistances({ '1–2': 3.5, '2–3': 20, '3–4': 3.5, '4–1': 20, '1–3': 40 })).toEqual({
      noTriangle: ['1–2', '2–3', '1–3'],
    });
    expect(placeByDistances({ '1–2': 3.5, '2–3': 20, '3–4': 3.5, '4–1': 2, '1–3': 20.3 })).toEqual({
      noTriangle: ['3–4', '4–1', '1–3'],
    });
  });

  test('four points always fit, so nothing is said of how well', () => {
    expect(fitOf(surveyed(corners), 16 / 9)?.residualM).toBeNull();
  });

  test('a fifth point measured a metre off shows in the residual', () => {
    const right = surveyed([...corners, [1.75, 8]]);
    expect(fitOf(right, 16 / 9)?.residualM).toBeCloseTo(0, 6);
    const wrong = [...right.slice(0, 4), { ...right[4]!, ground: [1.75, 9] as const }];
    const fit = fitOf(wrong, 16 / 9)!;
    expect(fit.residualM).toBeGreaterThan(0.1);
    expect(Math.min(...fit.errorsM)).toBeGreaterThan(0);
  });

  test('points on one line fix no plane', () => {
    const line: readonly Pair[] = [
      [0, 0],
      [0, 5],
      [0, 10],
      [0, 20],
    ];
    expect(fitOf(surveyed(line), 16 / 9)).toBeNull();
  });

  test('a new point begins where the fit says that it lies', () => {
    const points = withPoint(surveyed(corners), road([1, 12]));
    expect(points[4]?.ground).toEqual([1, 12]);
  });

  test('the grid lies on the ground in whole metres and stays on this side of the horizon', () => {
    const points = surveyed(corners);
    const fit = fitOf(points, 16 / 9)!;
    const { spacingM, lines } = gridOf(points, fit);
    expect(spacingM).toBe(5);
    for (const line of lines)
      for (const [x, y] of line) {
        expect(y).toBeGreaterThan(0.2);
        const ground = toGround(fit.toGround, { x, y });
        const off = [ground.x, ground.y].map((metres) => Math.abs(metres / spacingM - Math.round(metres / spacingM)));
        expect(Math.min(...off)).toBeLessThan(1e-6);
      }
    expect(lines.length).toBeGreaterThanOrEqual(6);
  });

  test('a grid that would reach beyond the horizon ends before it', () => {
    // The far edge is so close to the vanishing point that a quarter more lies behind it.
    const far: readonly Pair[] = corners.map(([x, y]) => [x, y * 2 - 18] as const);
    const points = surveyed(far);
    const { lines } = gridOf(points, fitOf(points, 1)!);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) for (const [x, y] of line) expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
  });
});
