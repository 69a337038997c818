import { expect, test } from 'vitest';
import { type Plane, redactPlane } from './mosaic.ts';

/** Every pixel tells its place, so that what was hidden and what stayed can be counted. */
const picture = (width: number, height: number, channels: number): Plane => ({
  ...{ width, height, channels },
  data: Uint8Array.from({ length: width * height * channels }, (_, index) => (index * 37) % 251),
});
const valuesIn = (plane: Plane, [left, top, right, bottom]: [number, number, number, number]): Set<number> => {
  const values = new Set<number>();
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) values.add(plane.data[(y * plane.width + x) * plane.channels]!);
  return values;
};

test.each([1, 3])(
  'with %i channel(s) a hidden region keeps sixteen values at most, and nothing else changes',
  (channels) => {
    const plane = picture(100, 100, channels);
    const before = plane.data.slice();
    redactPlane(plane, { vehicles: [{ x1: 0.2, y1: 0.2, x2: 0.6, y2: 0.6 }], heads: [], subjects: [] });
    expect(valuesIn(plane, [20, 20, 60, 60]).size).toBeLessThanOrEqual(16);
    for (let y = 0; y < 100; y++)
      for (let x = 0; x < 100; x++)
        if (x < 20 || x >= 60 || y < 20 || y >= 60)
          expect(plane.data[(y * 100 + x) * channels]).toBe(before[(y * 100 + x) * channels]);
  },
);

test('the subject stays to be seen before another vehicle, but no head does', () => {
  const plane = picture(100, 100, 1);
  const before = plane.data.slice();
  redactPlane(plane, {
    vehicles: [{ x1: 0, y1: 0, x2: 1, y2: 1 }],
    subjects: [{ x1: 0.4, y1: 0.4, x2: 0.6, y2: 0.8 }],
    heads: [{ x1: 0.4, y1: 0.4, x2: 0.6, y2: 0.5 }],
  });
  expect(plane.data[70 * 100 + 50]).toBe(before[70 * 100 + 50]);
  expect(valuesIn(plane, [40, 40, 60, 50]).size).toBeLessThanOrEqual(40);
  expect(valuesIn(plane, [0, 0, 25, 25]).size).toBe(1);
});
