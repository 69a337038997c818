import { expect, test } from 'vitest';
import { casesByKind, casesByPlace, flowByHour } from './sums.ts';

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
