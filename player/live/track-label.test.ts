import { expect, test } from 'vitest';
import { translate, translateName } from '../i18n/translate.ts';
import { PlateBook } from './plate-book.ts';
import { trackLabel } from './track-label.ts';

const inWords = (language: 'vi' | 'en') =>
  ({
    t: (key, values) => translate(language, key, values),
    name: (prefix, name) => translateName(language, prefix, name),
  }) satisfies Parameters<typeof trackLabel>[2];
const car = { id: 12, className: 'car' };
const measured = { ...car, speed: { kmh: 62, marginKmh: 4 } };

test('a box says what it is, its plate and its speed, and that the speed is indicative', () => {
  expect(trackLabel(car, null, inWords('en'), false)).toBe('car 12');
  expect(trackLabel(measured, '30A-123.45', inWords('en'), false)).toBe(
    'car 12 · 30A-123.45 · ≈ 62 ± 4 km/h, indicative',
  );
  expect(trackLabel(measured, null, inWords('vi'), false)).toBe('ô tô con 12 · ≈ 62 ± 4 km/h, tham khảo');
});

test('a small tile has room for plate and speed alone', () => {
  expect(trackLabel(car, null, inWords('en'), true)).toBe('');
  expect(trackLabel(car, '30A-123.45', inWords('en'), true)).toBe('30A-123.45');
});

test('a plate is that of its track in its own session of its own camera', () => {
  const book = new PlateBook();
  const track = { cameraId: 'gate', sessionId: 's1', trackId: 12 };
  book.add({ ...track, text: '30A-123.45' });
  expect(book.of(track)).toBe('30A-123.45');
  expect(book.of({ ...track, sessionId: 's2' })).toBeNull();
  expect(book.of({ ...track, cameraId: 'bridge' })).toBeNull();
});

test('a book forgets the oldest', () => {
  const book = new PlateBook();
  for (let trackId = 1; trackId <= 2_001; trackId++)
    book.add({ cameraId: 'gate', sessionId: 's1', trackId, text: String(trackId) });
  expect(book.of({ cameraId: 'gate', sessionId: 's1', trackId: 1 })).toBeNull();
  expect(book.of({ cameraId: 'gate', sessionId: 's1', trackId: 2 })).toBe('2');
});
