import { expect, test } from 'vitest';
import { DecoderCheck } from './decoder-check.ts';

const check = (fps = 5): DecoderCheck => new DecoderCheck({ stallMs: 10_000, fps });

test('a decoder that gives pictures, if rarely, is well', () => {
  const rare = check(0.1);
  for (let ms = 0; ms <= 60_000; ms += 1_000) {
    rare.recorded(ms);
    if (ms % 10_000 === 0) rare.decoded(ms);
  }
  rare.checkEnd('');
});

test('one that gives nothing while the source is recorded is found out after the stall time', () => {
  const dead = check();
  dead.recorded(5_000);
  dead.recorded(14_999);
  expect(() => dead.recorded(15_000)).toThrow('the hardware decoder gives no pictures');
});

test('one that dies later, too', () => {
  const dying = check();
  dying.decoded(60_000);
  expect(() => dying.recorded(70_000)).toThrow(expect.objectContaining({ code: 'HARDWARE_DECODE' }));
});

test('a session without any picture says what ffmpeg said last', () => {
  expect(() => check().checkEnd(' (ffmpeg: No device available)')).toThrow(
    'gave no picture (ffmpeg: No device available)',
  );
});
