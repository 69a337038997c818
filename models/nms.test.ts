import { describe, expect, test } from 'vitest';
import { Candidates } from './candidates.ts';
import { nms } from './nms.ts';

type Drawn = readonly [x1: number, y1: number, x2: number, y2: number, score: number, classId: number];
const candidates = (...boxes: readonly Drawn[]): Candidates => {
  const all = new Candidates(1);
  for (const box of boxes) all.push(...box);
  return all;
};

describe('suppression', () => {
  test('of two boxes on one thing the better one stays', () => {
    expect(nms(candidates([0, 0, 10, 10, 0.6, 0], [1, 0, 11, 10, 0.9, 0]), 0.5)).toEqual([1]);
  });

  test('a rider and the motorcycle under him are two things however much they overlap', () => {
    expect(nms(candidates([0, 0, 10, 10, 0.9, 0], [0, 0, 10, 10, 0.8, 3]), 0.5)).toEqual([0, 1]);
  });

  test('an overlap of exactly the limit stays', () => {
    // 10 × 10 and 10 × 5 inside it: 50 / 100.
    const boxes = candidates([0, 0, 10, 10, 0.9, 0], [0, 0, 10, 5, 0.8, 0]);
    expect(nms(boxes, 0.5)).toEqual([0, 1]);
    expect(nms(boxes, 0.49)).toEqual([0]);
  });

  test('a suppressed box suppresses nothing itself', () => {
    const row = candidates([0, 0, 10, 10, 0.9, 0], [4, 0, 14, 10, 0.8, 0], [8, 0, 18, 10, 0.7, 0]);
    expect(nms(row, 0.4)).toEqual([0, 2]);
  });

  test('equal scores keep their order, so that replays are exact', () => {
    expect(nms(candidates([0, 0, 1, 1, 0.5, 0], [5, 0, 6, 1, 0.5, 0], [9, 0, 10, 1, 0.5, 0]), 0.5)).toEqual([0, 1, 2]);
  });

  test('without a limit everything stays, best first', () => {
    expect(nms(candidates([0, 0, 10, 10, 0.1, 0], [0, 0, 10, 10, 0.9, 0]), null)).toEqual([1, 0]);
  });

  test('boxes without area neither break nor suppress', () => {
    expect(nms(candidates([5, 5, 5, 5, 0.9, 0], [5, 5, 5, 5, 0.8, 0]), 0.5)).toEqual([0, 1]);
  });
});
