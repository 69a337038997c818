import { describe, expect, test } from 'vitest';
import { firstThatFits, smsShape, toGsm } from './sms-text.ts';

describe('length of an SMS', () => {
  test.each([
    ['', 'gsm-7', 0, 1],
    ['KHOI 14:32', 'gsm-7', 10, 1],
    ['x'.repeat(160), 'gsm-7', 160, 1],
    ['x'.repeat(161), 'gsm-7', 161, 2],
    ['x'.repeat(306), 'gsm-7', 306, 2],
    ['x'.repeat(307), 'gsm-7', 307, 3],
    ['Cháy', 'ucs-2', 4, 1],
    ['á'.repeat(70), 'ucs-2', 70, 1],
    ['á'.repeat(71), 'ucs-2', 71, 2],
    ['á'.repeat(135), 'ucs-2', 135, 3],
    // Five that are in GSM-7, though they are no English letters.
    ['èéùìò', 'gsm-7', 5, 1],
    // An escape and a sign each.
    ['[€]', 'gsm-7', 6, 1],
    [`${'x'.repeat(159)}~`, 'gsm-7', 161, 2],
    ['🔥', 'ucs-2', 2, 1],
    ['`', 'ucs-2', 1, 1],
  ] as const)('"%s" travels as %s, %i units in %i parts', (text, encoding, units, parts) => {
    expect(smsShape(text)).toEqual({ encoding, units, parts });
  });

  test('a sign of two units is never split between two parts', () => {
    expect(smsShape(`${'x'.repeat(152)}€${'x'.repeat(151)}`)).toEqual({ encoding: 'gsm-7', units: 305, parts: 2 });
    expect(smsShape(`${'x'.repeat(152)}€${'x'.repeat(152)}`)).toEqual({ encoding: 'gsm-7', units: 306, parts: 3 });
  });
});

describe('text for an SMS', () => {
  test('loses its diacritics and whatever GSM-7 does not have', () => {
    expect(toGsm('Khói ở Đồng Hới `A` – 51F-123.45')).toBe('Khoi o Dong Hoi ?A? - 51F-123.45');
    expect(smsShape(toGsm('Khói ở Đồng Hới `A` – 🔥')).encoding).toBe('gsm-7');
  });

  test('is the first that fits one message', () => {
    expect(firstThatFits(['x'.repeat(161), 'y'.repeat(160), 'z'])).toBe('y'.repeat(160));
  });

  test('is cut when none fits, also where signs take two', () => {
    expect(firstThatFits(['x'.repeat(500)])).toBe('x'.repeat(160));
    expect(firstThatFits(['~'.repeat(500)])).toBe('~'.repeat(80));
  });
});
