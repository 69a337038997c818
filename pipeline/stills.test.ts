import { expect, test } from 'vitest';
import { instantOfName, isStills, isWholeJpeg, stillsFolder, toStillName } from './stills.ts';

test('the address names the folder, or none where stills are posted', () => {
  expect(isStills('stills:///srv/tower')).toBe(true);
  expect(isStills('rtsp://tower')).toBe(false);
  expect([stillsFolder('stills:///srv/tower'), stillsFolder('stills://tower'), stillsFolder('stills://')]).toEqual([
    ...['/srv/tower', 'tower', null],
  ]);
});

test('an instant goes into a name and back', () => {
  const at = Date.UTC(2026, 10, 21, 7, 15, 30, 123);
  expect(toStillName(at)).toBe('20261121T071530123Z.jpg');
  expect(instantOfName(toStillName(at))).toBe(at);
});

test('stamps in UTC and epoch milliseconds are instants; local times and counters are not', () => {
  const at = Date.UTC(2026, 10, 21, 7, 15, 30);
  expect(instantOfName('east_2026-11-21T07-15-30Z.jpg')).toBe(at);
  expect(instantOfName(`pose3-${String(at)}.jpg`)).toBe(at);
  expect(instantOfName('20261121_071530.jpg')).toBeNull();
  expect(instantOfName('IMG_000123.jpg')).toBeNull();
});

test('a JPEG that is still being written, or something else, is not whole', () => {
  const whole = Uint8Array.of(0xff, 0xd8, 0, 0, 0xff, 0xd9);
  expect(isWholeJpeg(whole)).toBe(true);
  expect(isWholeJpeg(whole.subarray(0, 5))).toBe(false);
  expect(isWholeJpeg(new TextEncoder().encode('<html></html>'))).toBe(false);
});
