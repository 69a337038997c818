import { expect, test } from 'vitest';
import { parseDateText, toDateText } from './date-text.ts';

test.each([
  ['21/11/2026', '2026-11-21'],
  ['1/2/2026', '2026-02-01'],
  [' 21.11.26 ', '2026-11-21'],
  ['21-11-2026', '2026-11-21'],
  ['21 11 2026', '2026-11-21'],
  ['21112026', '2026-11-21'],
  ['2026-11-21', '2026-11-21'],
  ['29/02/2028', '2028-02-29'],
])('%s is a day, its day before its month', (text, day) => {
  expect(parseDateText(text, false)).toBe(day);
});

test.each(['', '30/02/2026', '29/02/2026', '11/21/2026', '21/11', '0/11/2026', 'hôm nay', '21/11/2026 07:42'])(
  '“%s” is no day',
  (text) => {
    expect(parseDateText(text, false)).toBeNull();
  },
);

test.each([
  ['21/11/2026 07:42:09', '2026-11-21T07:42:09'],
  ['21/11/2026 7:42', '2026-11-21T07:42:00'],
  ['21/11/2026, 7h42', '2026-11-21T07:42:00'],
  ['2026-11-21T07:42:09', '2026-11-21T07:42:09'],
  ['21 11 2026 07:42', '2026-11-21T07:42:00'],
  ['21/11/2026', '2026-11-21T00:00:00'],
])('%s is a time of a day', (text, value) => {
  expect(parseDateText(text, true)).toBe(value);
});

test.each(['07:42', '21/11/2026 24:00', '21/11/2026 7:60', '21/11/2026 7', '31/11/2026 07:42'])(
  '“%s” is no time of a day',
  (text) => {
    expect(parseDateText(text, true)).toBeNull();
  },
);

test('what is shown is read back as it was', () => {
  expect(toDateText('2026-11-21')).toBe('21/11/2026');
  expect(toDateText('2026-11-21T07:42:09')).toBe('21/11/2026 07:42:09');
  expect(parseDateText(toDateText('2026-11-21T07:42:09'), true)).toBe('2026-11-21T07:42:09');
  expect(toDateText('')).toBe('');
});
