import { expect, test } from 'vitest';
import { frameAround, project } from './map-frame.ts';
import { tilesOf } from './map-tiles.ts';

const SIZE = { width: 720, height: 520 };
const frame = frameAround(
  [
    { latitude: 10.2, longitude: 103.9 },
    { latitude: 10.35, longitude: 104.05 },
  ],
  SIZE,
)!;

test('tiles cover the frame without gap, each about as large as its pixels', () => {
  const laid = tilesOf(frame, 17).map(({ northWest, southEast, path }) => {
    const [from, to] = [project(northWest, frame), project(southEast, frame)];
    return { path, left: from.x, top: from.y, right: to.x, bottom: to.y };
  });
  expect(Math.min(...laid.map(({ left }) => left))).toBeLessThanOrEqual(0);
  expect(Math.min(...laid.map(({ top }) => top))).toBeLessThanOrEqual(0);
  expect(Math.max(...laid.map(({ right }) => right))).toBeGreaterThanOrEqual(SIZE.width);
  expect(Math.max(...laid.map(({ bottom }) => bottom))).toBeGreaterThanOrEqual(SIZE.height);
  for (const { left, right } of laid) expect(right - left).toBeGreaterThan(175);
  for (const { left, right } of laid) expect(right - left).toBeLessThan(370);
  const covered = laid.reduce((sum, { left, right, top, bottom }) => sum + (right - left) * (bottom - top), 0);
  const [columns, rows] = [laid.map(({ left }) => left), laid.map(({ top }) => top)].map(
    (edges) => new Set(edges.map(Math.round)).size,
  );
  expect(columns! * rows!).toBe(laid.length);
  expect(covered).toBeGreaterThan(SIZE.width * SIZE.height);
});

test('a place lies on the tile that the world’s numbering gives it', () => {
  // Dương Đông on Phú Quốc; tile by the formula of the OpenStreetMap wiki.
  const place = { latitude: 10.2167, longitude: 103.9589 };
  const around = frameAround([place], SIZE)!;
  const holds = tilesOf(around, 12).find(
    ({ northWest, southEast }) =>
      northWest.latitude >= place.latitude &&
      southEast.latitude < place.latitude &&
      northWest.longitude <= place.longitude &&
      southEast.longitude > place.longitude,
  );
  expect(holds?.path).toBe('12/3230/1931');
});

test('a map that ends at a zoom is drawn larger, not asked for more', () => {
  const close = frameAround([{ latitude: 10.2, longitude: 103.9 }], SIZE)!;
  expect(tilesOf(close, 5).map(({ path }) => path.split('/')[0])).toEqual(['5']);
});
