import { expect, test } from 'vitest';
import { nextDay, toDay, toInstant } from './site-time.ts';

test('a day of the site starts at its own midnight, wherever the browser stands', () => {
  expect(toInstant('2026-11-21', 'Asia/Ho_Chi_Minh')).toBe(Date.parse('2026-11-21T00:00:00+07:00'));
  expect(toInstant('2026-11-21', 'America/New_York')).toBe(Date.parse('2026-11-21T00:00:00-05:00'));
});

test('a time of the site keeps its seconds', () => {
  expect(toInstant('2026-11-21T07:42:09', 'Asia/Ho_Chi_Minh')).toBe(Date.parse('2026-11-21T07:42:09+07:00'));
});

test('a morning after the change to summer time has the new offset', () => {
  expect(toInstant('2026-03-29T03:30', 'Europe/Berlin')).toBe(Date.parse('2026-03-29T03:30:00+02:00'));
});

test('what is no date has no instant', () => {
  expect(toInstant('', 'Asia/Ho_Chi_Minh')).toBeNull();
});

test('the day of an instant is the site’s, and the next day is the next date', () => {
  expect(toDay(Date.parse('2026-11-20T18:00:00Z'), 'Asia/Ho_Chi_Minh')).toBe('2026-11-21');
  expect(nextDay('2026-12-31')).toBe('2027-01-01');
});
