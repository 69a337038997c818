import { expect, test } from 'vitest';
import type { CaseSummary } from '../../../api/contract/cases.ts';
import { applyFilter, choicesOf, EVERYTHING } from './queue-filter.ts';

const one = (id: string, triggerAt: number, extra: Partial<CaseSummary> = {}): CaseSummary =>
  ({ id, triggerAt, kind: 'wrong_way', cameraId: 'gate', dueAt: null, ...extra }) as CaseSummary;
const queue = [
  one('b', 20, { kind: 'red_light', dueAt: 500 }),
  one('a', 10, { dueAt: 900 }),
  one('c', 30, { cameraId: 'bridge' }),
];
const ids = (cases: readonly CaseSummary[]): string => cases.map(({ id }) => id).join('');

test('the queue is ordered by age, from either end, or by deadline with alerts last', () => {
  expect(ids(applyFilter(queue, EVERYTHING))).toBe('abc');
  expect(ids(applyFilter(queue, { ...EVERYTHING, order: 'newest' }))).toBe('cba');
  expect(ids(applyFilter(queue, { ...EVERYTHING, order: 'due' }))).toBe('bac');
});

test('rule and place narrow it together', () => {
  expect(ids(applyFilter(queue, { ...EVERYTHING, kind: 'wrong_way' }))).toBe('ac');
  expect(ids(applyFilter(queue, { ...EVERYTHING, kind: 'wrong_way', cameraId: 'bridge' }))).toBe('c');
});

test('what can be chosen is told with how many there are, most first', () => {
  expect(choicesOf(queue, ({ kind }) => ({ value: kind, text: kind }))).toEqual([
    { value: 'wrong_way', text: 'wrong_way', count: 2 },
    { value: 'red_light', text: 'red_light', count: 1 },
  ]);
});
