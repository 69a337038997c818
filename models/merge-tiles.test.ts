import { describe, expect, test } from 'vitest';
import type { Box } from '../pipeline/geometry.ts';
import { mergeTiles, type TileDetection } from './merge-tiles.ts';

const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 });
/** Two tiles of 100 × 100 that share the columns 80 to 100. */
const LEFT = box(0, 0, 100, 100);
const RIGHT = box(80, 0, 180, 100);
const whole = { crop: box(0, 0, 180, 100), source: { width: 180, height: 100 }, toleranceX: 2, toleranceY: 2 };
const seen = (tile: Box, at: Box, score = 0.8, className = 'car'): TileDetection => ({
  tile,
  detection: { box: at, score, className },
});

describe('merging tiles', () => {
  test('a thing in the overlap that both tiles see is one thing', () => {
    const merged = mergeTiles([seen(LEFT, box(82, 10, 96, 30), 0.7), seen(RIGHT, box(83, 10, 97, 30), 0.9)], whole);
    expect(merged).toEqual([{ box: box(83, 10, 97, 30), score: 0.9, className: 'car' }]);
  });

  test('a piece cut by a border gives way to the whole, whatever the scores', () => {
    const merged = mergeTiles([seen(LEFT, box(85, 10, 100, 30), 0.9), seen(RIGHT, box(85, 10, 130, 30), 0.5)], whole);
    expect(merged).toEqual([{ box: box(85, 10, 130, 30), score: 0.5, className: 'car' }]);
  });

  test('two halves that no tile sees whole become one box', () => {
    const merged = mergeTiles([seen(LEFT, box(40, 20, 100, 60)), seen(RIGHT, box(80, 22, 150, 60))], whole);
    expect(merged.map((each) => each.box)).toEqual([box(40, 20, 150, 60)]);
  });

  test('halves of different things on both sides of a border stay two', () => {
    const merged = mergeTiles([seen(LEFT, box(60, 0, 100, 20)), seen(RIGHT, box(80, 15, 120, 60))], whole);
    expect(merged).toHaveLength(2);
  });

  test('a person in front of a cut car stays', () => {
    const merged = mergeTiles(
      [seen(LEFT, box(85, 10, 100, 30)), seen(RIGHT, box(85, 10, 130, 30), 0.5, 'person')],
      whole,
    );
    expect(merged.map((each) => each.className).sort()).toEqual(['car', 'person']);
  });

  test('the edge of the picture is no tile border', () => {
    const merged = mergeTiles([seen(LEFT, box(0, 10, 30, 30), 0.5), seen(LEFT, box(0, 10, 60, 60), 0.9)], whole);
    expect(merged).toHaveLength(2);
  });

  test('the best come first', () => {
    const merged = mergeTiles([seen(LEFT, box(0, 0, 9, 9), 0.2), seen(RIGHT, box(150, 50, 170, 70), 0.6)], whole);
    expect(merged.map((each) => each.score)).toEqual([0.6, 0.2]);
  });
});
