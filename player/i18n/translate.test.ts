import { describe, expect, test } from 'vitest';
import { RULE_KINDS } from '../../pipeline/event.ts';
import { EXEMPT_REASONS, REJECT_REASONS, VERDICTS } from '../../pipeline/review.ts';
import { en } from './en.ts';
import { translate, translateName } from './translate.ts';
import { type MessageKey, vi } from './vi.ts';

const keys = Object.keys(vi) as MessageKey[];
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

describe('texts', () => {
  test('both languages have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
  });

  test('no text is empty', () => {
    expect(keys.filter((key) => vi[key].trim() === '' || en[key].trim() === '')).toEqual([]);
  });

  test('both languages fill in the same values', () => {
    expect(keys.filter((key) => placeholders(vi[key]).join() !== placeholders(en[key]).join())).toEqual([]);
  });

  test('values are filled in', () => {
    expect(translate('en', 'review.open', { count: 3 })).toBe('3 open');
    expect(translate('vi', 'review.open', { count: 3 })).toBe('3 đang chờ');
  });

  test('every rule, verdict and reason that the server may send has a name', () => {
    const named = [
      ...RULE_KINDS.map((kind) => `kind.${kind}`),
      ...VERDICTS.map((verdict) => `caseState.${verdict}`),
      ...[...REJECT_REASONS, ...EXEMPT_REASONS].map((reason) => `reason.${reason}`),
    ];
    expect(named.filter((key) => !(key in vi))).toEqual([]);
  });

  test('a name without a text is shown as it is', () => {
    expect(translateName('vi', 'class', 'tuk_tuk')).toBe('tuk tuk');
  });
});
