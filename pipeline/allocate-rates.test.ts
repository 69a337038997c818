import { describe, expect, test } from 'vitest';
import { allocateRates } from './allocate-rates.ts';

const wish = (cameraId: string, priority: number, fps = 5, cost = 1) => ({ cameraId, priority, fps, cost });
const rates = (wishes: Parameters<typeof allocateRates>[0], capacity: number) =>
  Object.fromEntries(allocateRates(wishes, capacity));

describe('rates of cameras that share a detector', () => {
  test('are what was asked for when there is enough', () => {
    expect(rates([wish('a', 1), wish('b', 3)], 10)).toEqual({ a: 5, b: 5 });
  });

  test('are cut where the priority is lowest, down to one a second', () => {
    expect(rates([wish('count', 1), wish('helmet', 3)], 7)).toEqual({ count: 2, helmet: 5 });
    expect(rates([wish('count', 1), wish('helmet', 3)], 6)).toEqual({ count: 1, helmet: 5 });
  });

  test('are cut alike among equals', () => {
    expect(rates([wish('a', 2), wish('b', 2), wish('c', 3)], 11)).toEqual({ a: 3, b: 3, c: 5 });
  });

  test('count what a frame costs: a camera in four tiles pays for four', () => {
    expect(rates([wish('tiles', 2, 5, 4), wish('plain', 2, 5, 1)], 15)).toEqual({ tiles: 3, plain: 3 });
  });

  test('give a camera that asks for less than one a second no more than it asked for', () => {
    expect(rates([wish('tower', 1, 0.2), wish('street', 3)], 3)).toEqual({ tower: 0.2, street: 2.8 });
  });

  test('are cut alike below one a second when not even that is possible', () => {
    expect(rates([wish('a', 1), wish('b', 3)], 1)).toEqual({ a: 0.5, b: 0.5 });
  });

  test('never ask for more than there is', () => {
    for (let capacity = 0.5; capacity < 40; capacity += 0.5) {
      const wishes = [wish('a', 1, 5, 2), wish('b', 2, 10), wish('c', 3, 0.5), wish('d', 3, 8, 1)];
      const given = allocateRates(wishes, capacity);
      const used = wishes.reduce((sum, { cameraId, cost }) => sum + given.get(cameraId)! * cost, 0);
      expect(used).toBeLessThanOrEqual(capacity + 1e-9);
    }
  });
});
