import { expect, test } from 'vitest';
import { PictureClock } from './picture-clock.ts';

test('a picture inside a segment is dated from the segment’s own date', () => {
  const clock = new PictureClock();
  clock.add({ startS: 10, durationS: 2, programDateTime: 1_700_000_000_000 });
  expect(clock.capturedAt(10.48)).toBeCloseTo(1_700_000_000_480, 3);
});

test('after a reconnect the new segment’s date counts, not the running media time', () => {
  const clock = new PictureClock();
  clock.add({ startS: 0, durationS: 2, programDateTime: 1000 });
  clock.add({ startS: 2, durationS: 2, programDateTime: 60_000 });
  expect(clock.capturedAt(1.9)).toBeCloseTo(2900, 6);
  expect(clock.capturedAt(2.1)).toBeCloseTo(60_100, 6);
});

test('the first frame of a segment belongs to it although the one before reaches up to it', () => {
  const clock = new PictureClock();
  clock.add({ startS: 0, durationS: 2, programDateTime: 1000 });
  clock.add({ startS: 2, durationS: 2, programDateTime: 60_000 });
  expect(clock.capturedAt(2)).toBe(60_000);
});

test('a picture outside of what was buffered has no date', () => {
  const clock = new PictureClock();
  clock.add({ startS: 10, durationS: 2, programDateTime: 1000 });
  expect(clock.capturedAt(9)).toBeNull();
  expect(clock.capturedAt(13)).toBeNull();
});

test('a segment loaded again after a seek counts at its new place', () => {
  const clock = new PictureClock();
  clock.add({ startS: 10, durationS: 2, programDateTime: 1000 });
  clock.add({ startS: 4, durationS: 2, programDateTime: 1000 });
  expect(clock.capturedAt(4.5)).toBe(1500);
  expect(clock.capturedAt(10.5)).toBeNull();
});

test('an instant is found again on the media time line', () => {
  const clock = new PictureClock();
  clock.add({ startS: 10, durationS: 2, programDateTime: 1000 });
  expect(clock.mediaTimeS(1500)).toBe(10.5);
  expect(clock.mediaTimeS(5000)).toBeNull();
});
