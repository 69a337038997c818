import { expect, test } from 'vitest';
import { casesByKind, casesByPlace, crowdCurves, flowByHour, speedBelow, speedsByBand } from './sums.ts';

const zone = 'Asia/Ho_Chi_Minh';
const at = (time: string): number => Date.parse(`2026-11-21T${time}:00+07:00`);
const crossing = (className: string, time: string, count: number) => ({
  ...{ cameraId: 'gate', ruleId: 'count', direction: 'in' },
  className,
  quarterAt: at(time),
  count,
});
const cases = (cameraId: string, kind: string, time: string, counts: { cases: number; confirmed?: number }) => ({
  ...{ cameraId, cameraName: cameraId, place: '', kind, quarterAt: at(time), open: 0, rejected: 0, confirmed: 0 },
  ...counts,
});

test('quarters of an hour are added up by class, and an hour in which nothing passed is a zero', () => {
  const rows = [crossing('car', '07:00', 2), crossing('car', '07:45', 3), crossing('motorcycle', '09:15', 40)];
  expect(flowByHour(rows, { after: at('07:10'), before: at('10:00') }, zone)).toEqual({
    hours: [at('07:00'), at('08:00'), at('09:00')],
    classes: ['motorcycle', 'car'],
    counts: [
      [0, 0, 40],
      [5, 0, 0],
    ],
  });
});

test('cases of several days fall into the hours of the site’s day, the busiest place first', () => {
  const rows = [cases('bridge', 'speed', '23:30', { cases: 1 }), cases('gate', 'speed', '00:15', { cases: 4 })];
  const found = casesByPlace(rows, zone);
  expect(found.map(({ cameraId, total }) => [cameraId, total])).toEqual([
    ['gate', 4],
    ['bridge', 1],
  ]);
  expect([found[0]?.hours[0], found[1]?.hours[23]]).toEqual([4, 1]);
});

test('kinds are added up over cameras', () => {
  const rows = [
    cases('gate', 'speed', '07:00', { cases: 1 }),
    cases('gate', 'wrong_way', '07:00', { cases: 2, confirmed: 1 }),
    cases('bridge', 'wrong_way', '08:00', { cases: 3, confirmed: 2 }),
  ];
  expect(casesByKind(rows)[0]).toEqual({ kind: 'wrong_way', cases: 5, open: 0, confirmed: 3, rejected: 0 });
});

test('speeds are added up by band and class, without a hole', () => {
  const rows = [
    { cameraId: 'gate', className: 'car', fromKmh: 40, count: 2 },
    { cameraId: 'bridge', className: 'car', fromKmh: 40, count: 1 },
    { cameraId: 'gate', className: 'motorcycle', fromKmh: 30, count: 5 },
  ];
  const { fromKmh, classes, counts } = speedsByBand(rows);
  expect(fromKmh).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
  expect(classes).toEqual(['motorcycle', 'car']);
  expect(counts[1]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 3]);
});

test('the median and the speed that 85 of 100 stay below lie in their bands', () => {
  const bands = [
    { fromKmh: 45, count: 20 },
    { fromKmh: 30, count: 50 },
    { fromKmh: 40, count: 30 },
  ];
  expect(speedBelow(bands, 0.5)).toBe(35);
  expect(speedBelow(bands, 0.65)).toBe(42.5);
  expect(speedBelow(bands, 0.85)).toBe(46.25);
});

test('a quarter hour in which nobody looked is a hole in the curve, not nobody', () => {
  const quarter = 900_000;
  const row = (index: number, most: number) => ({
    ...{ cameraId: 'gate', ruleId: 'square', quarterAt: index * quarter, most },
    mean: most / 2,
  });
  const { quarters, areas } = crowdCurves([row(0, 4), row(2, 12)], { after: 0, before: 3 * quarter });
  expect(quarters).toHaveLength(3);
  expect(areas).toEqual([
    { cameraId: 'gate', ruleId: 'square', most: [4, null, 12], peak: 12, peakAt: 2 * quarter, mean: 4 },
  ]);
});
