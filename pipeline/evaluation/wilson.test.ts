import { expect, test } from 'vitest';
import { wilson } from './wilson.ts';

test('the interval is that of the tables', () => {
  // 81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  const found = wilson(81, 263)!;
  expect(found.low).toBeCloseTo(0.2553, 4);
  expect(found.high).toBeCloseTo(0.3662, 4);
});

test('none of few is not surely none', () => {
  // 0 of 20, same table.
  expect(wilson(0, 20)).toMatchObject({ share: 0, low: 0 });
  expect(wilson(0, 20)!.high).toBeCloseTo(0.1611, 4);
});

test('nothing counted says nothing', () => {
  expect(wilson(0, 0)).toBeNull();
});
