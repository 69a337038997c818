import { expect, test } from 'vitest';
import { legsOf, type Stop } from './travel.ts';

const HANOI = { latitude: 21.0285, longitude: 105.8542 };
const HAI_PHONG = { latitude: 20.8449, longitude: 106.6881 };
const MINUTE_MS = 60_000;
const stop = (cameraId: string, at: number, location: Stop['location']): Stop => ({ cameraId, at, location });

test('Hà Nội to Hải Phòng in an hour and a half is a drive, in twenty minutes two vehicles', () => {
  const way = (minutes: number) => legsOf([stop('a', 0, HANOI), stop('b', minutes * MINUTE_MS, HAI_PHONG)])[0]!;
  expect(way(90)).toMatchObject({ plausible: true, speedKmh: 59 });
  expect(way(20)).toMatchObject({ plausible: false });
  expect(way(0)).toMatchObject({ plausible: false, speedKmh: null });
});

test('two cameras that look at one crossroad may see a vehicle at the same instant', () => {
  const near = { ...HANOI, longitude: HANOI.longitude + 0.001 };
  expect(legsOf([stop('a', 0, HANOI), stop('b', 0, near)])[0]?.plausible).toBe(true);
});

test('the same camera again is always possible, and an unknown place cannot be judged', () => {
  expect(legsOf([stop('a', 0, HANOI), stop('a', 500, HANOI)])[0]?.plausible).toBe(true);
  expect(legsOf([stop('a', 0, HANOI), stop('b', 500, null)])[0]).toMatchObject({ plausible: null, distanceM: null });
});
