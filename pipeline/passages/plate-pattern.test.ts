import { describe, expect, test } from 'vitest';
import {
  fitsPattern,
  parsePattern,
  plateSymbols,
  prefixesOf,
  similarPatterns,
  spellings,
  toLike,
} from './plate-pattern.ts';

const PLATES = [
  '30A-123.45',
  '29B1-2345',
  '29-AA 123.45',
  '29MĐ1-123.45',
  '80-123-NG-45',
  'TM-12-34',
  '51R-012.34',
  '11C-9876',
].map(plateSymbols);

/** Whether the lookup that the pattern leads to would come upon the plate. */
const isReached = (typed: string, symbols: string): boolean => {
  const prefixes = prefixesOf(parsePattern(typed));
  const spelt = spellings(symbols);
  return (
    prefixes === null ||
    prefixes.some(({ column, prefix, like }) => spelt[column].startsWith(prefix) && isLike(spelt[column], like))
  );
};

/** SQL's `like`. */
const isLike = (text: string, like: string): boolean =>
  fitsPattern({ text: like.replaceAll('_', '?').replaceAll('%', '*'), isWhole: false }, text);

describe('plate patterns', () => {
  test.each([
    ['30a–123.45', '30A12345', true],
    ['30A ?23.45', '30A?2345', false],
    ['*2345', '*2345', false],
    ['123', '*123*', false],
    ['tm 12 34', 'TM1234', true],
    ['29mÐ1 12345', '29MĐ112345', true],
  ])('%s is looked for as %s', (typed, text, isWhole) => {
    expect(parsePattern(typed)).toEqual({ text, isWhole });
  });

  test.each(['', '*', '3*', '30A%', '3_', '🚗🚗', '1'.repeat(17)])('%j is refused', (typed) => {
    expect(() => parsePattern(typed)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }) as Error);
  });

  test('every pattern that fits a plate leads to it', () => {
    for (const symbols of PLATES) {
      const each = Array.from(symbols);
      const patterns = [symbols, ...each.map((_, at) => each.with(at, '?').join(''))];
      for (let from = 0; from < each.length; from++)
        for (let to = from + 3; to <= each.length; to++) patterns.push(`*${each.slice(from, to).join('')}*`);
      for (let at = 1; at < each.length; at++)
        patterns.push(
          `${each.slice(0, at).join('')}*`,
          `*${each.slice(at).join('')}`,
          `${each[0]!}*${each.slice(at).join('')}`,
        );
      for (const typed of patterns.filter((text) => text.replace(/[?*]/g, '').length >= 2)) {
        expect(fitsPattern(parsePattern(typed), symbols), `${typed} fits ${symbols}`).toBe(true);
        expect(isReached(typed, symbols), `${typed} leads to ${symbols}`).toBe(true);
      }
    }
  });

  test('one wildcard leaves at least three known symbols and at most forty lookups', () => {
    for (const typed of [
      '?0A12345',
      '3?A12345',
      '30?12345',
      '30A?2345',
      '30A1?345',
      '30A12?45',
      '30A123?5',
      '30A1234?',
      '30A*',
      '*345',
    ]) {
      const prefixes = prefixesOf(parsePattern(typed))!;
      expect(prefixes.length, typed).toBeLessThanOrEqual(40);
      for (const { prefix } of prefixes) expect(Array.from(prefix).length, typed).toBeGreaterThanOrEqual(3);
    }
  });

  test('two known symbols are looked up at an end of the plate, and come upon by time elsewhere', () => {
    expect(prefixesOf(parsePattern('30*'))).toEqual([{ column: 'symbols', prefix: '30', like: '30%' }]);
    expect(prefixesOf(parsePattern('*30*'))).toBeNull();
  });

  test('known at both ends, a plate is looked up by its digits: a province is a fifth of all plates', () => {
    expect(prefixesOf(parsePattern('30*45'))).toEqual([{ column: 'reversed', prefix: '54', like: '54%03' }]);
  });

  test.each(['*A1?34*', '*1*2*3*'])('%s, which nothing can look up, is refused with what would help', (typed) => {
    expect(() => parsePattern(typed)).toThrow('three known symbols in a row');
  });

  test('for the database a pattern is a like', () => {
    expect(toLike(parsePattern('30A?2*5'))).toBe('30A_2%5');
  });

  test('likely confusions come after the plate itself, nearest first', () => {
    const similar = similarPatterns(parsePattern('30A12845'));
    expect(similar[0]).toEqual({ pattern: { text: '30A12845', isWhole: true }, differing: 0 });
    expect(similar.find(({ pattern }) => pattern.text === '30A12345')?.differing).toBe(1);
    expect(similar.find(({ pattern }) => pattern.text === '30A72345')?.differing).toBe(2);
    expect(similar.map(({ differing }) => differing)).toEqual(similar.map(({ differing }) => differing).sort());
  });
});
