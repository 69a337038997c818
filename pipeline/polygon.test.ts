import { describe, expect, test } from 'vitest';
import { alongLine, crossSection, isInside, signedDistance } from './polygon.ts';

const lShape = [
  { x: 0, y: 0 },
  { x: 10, y: 0 },
  { x: 10, y: 4 },
  { x: 4, y: 4 },
  { x: 4, y: 10 },
  { x: 0, y: 10 },
];
const slantedLane = [
  { x: 40, y: 0 },
  { x: 60, y: 0 },
  { x: 30, y: 100 },
  { x: 0, y: 100 },
];

describe('polygons and lines', () => {
  test('a point in the notch of an L is outside', () => {
    expect(isInside({ x: 2, y: 8 }, lShape)).toBe(true);
    expect(isInside({ x: 8, y: 8 }, lShape)).toBe(false);
  });

  test('the order of the corners does not matter', () => {
    expect(isInside({ x: 2, y: 8 }, [...lShape].reverse())).toBe(true);
  });

  test('the right of a line is what the eye sees on its right', () => {
    // From left to right on the picture, the right hand points down.
    expect(signedDistance({ x: 5, y: 3 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(3);
    expect(signedDistance({ x: 5, y: 3 }, { x: 10, y: 0 }, { x: 0, y: 0 })).toBe(-3);
  });

  test('the place along a line is beyond 0 and 1 outside its ends', () => {
    const [a, b] = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ];
    expect(alongLine({ x: 5, y: 3 }, a, b)).toBe(0.5);
    expect(alongLine({ x: -5, y: 3 }, a, b)).toBe(-0.5);
  });

  test('the width of a slanted lane is taken across it, even near the end of the polygon', () => {
    const middle = crossSection({ x: 32.5, y: 50 }, slantedLane)!;
    expect(middle.edgeShare).toBeGreaterThan(0.45);
    expect(middle.width).toBeGreaterThan(20);
    expect(middle.width).toBeLessThan(25);
    expect(crossSection({ x: 21, y: 94 }, slantedLane)!.edgeShare).toBeGreaterThan(0.2);
    expect(crossSection({ x: 90, y: 50 }, slantedLane)).toBeNull();
  });
});
