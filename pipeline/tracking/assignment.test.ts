import { expect, test } from 'vitest';
import { assign, FORBIDDEN } from './assignment.ts';

const solve = (matrix: number[][]): number[] => [
  ...assign(Float64Array.from(matrix.flat()), matrix.length, matrix[0]?.length ?? 0),
];

/** Cheapest total over all assignments, by trying every one. */
const bruteForce = (matrix: number[][]): number => {
  const search = (row: number, used: Set<number>): number => {
    if (row === matrix.length) return 0;
    let best = matrix.length > matrix[0]!.length ? search(row + 1, used) + 1e3 : Number.POSITIVE_INFINITY;
    for (let column = 0; column < matrix[0]!.length; column++)
      if (!used.has(column)) best = Math.min(best, matrix[row]![column]! + search(row + 1, new Set([...used, column])));
    return best;
  };
  return search(0, new Set());
};

test('takes the cheapest total, not the cheapest pair first', () => {
  expect(
    solve([
      [1, 2],
      [1, 9],
    ]),
  ).toEqual([1, 0]);
});

test('a forbidden pair is left alone even when nothing else is free', () => {
  expect(solve([[FORBIDDEN]])).toEqual([-1]);
});

test('more rows than columns leaves the dearest rows alone', () => {
  expect(solve([[5], [1], [9]])).toEqual([-1, 0, -1]);
});

test('no rows and no columns are fine', () => {
  expect([...assign(new Float64Array(0), 0, 3)]).toEqual([]);
  expect([...assign(new Float64Array(0), 2, 0)]).toEqual([-1, -1]);
});

test('equals the best of all assignments on 300 random matrices', () => {
  let seed = 5;
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  for (let round = 0; round < 300; round++) {
    const [rows, columns] = [1 + Math.floor(random() * 5), 1 + Math.floor(random() * 5)];
    const matrix = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random()));
    const total = solve(matrix).reduce((sum, column, row) => sum + (column < 0 ? 1e3 : matrix[row]![column]!), 0);
    expect(total).toBeCloseTo(bruteForce(matrix), 9);
  }
});
