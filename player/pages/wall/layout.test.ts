import { expect, test } from 'vitest';
import { arrange, moved } from './layout.ts';

const cameras = ['a', 'b', 'c', 'd'].map((id) => ({ id }));

test('cameras stand as arranged, new ones behind them, gone ones leave no hole', () => {
  expect(arrange(cameras, ['c', 'gone', 'a']).map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd']);
});

test('a tile takes the place of the one it is put on, in both directions', () => {
  expect(moved(['a', 'b', 'c', 'd'], 'a', 'c')).toEqual(['b', 'c', 'a', 'd']);
  expect(moved(['a', 'b', 'c', 'd'], 'd', 'b')).toEqual(['a', 'd', 'b', 'c']);
});

test('what is not there is not moved', () => {
  expect(moved(['a', 'b'], 'x', 'a')).toEqual(['a', 'b']);
});
