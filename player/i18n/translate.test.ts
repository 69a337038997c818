import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { RULE_KINDS } from '../../pipeline/event.ts';
import { EXEMPT_REASONS, REJECT_REASONS, VERDICTS } from '../../pipeline/review.ts';
import { RuleConfig } from '../../pipeline/rules/rule-config.ts';
import type { Schema } from '../pages/setup/schema.ts';
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

  test('every key and word of a rule has a name, so that no form shows the file’s own words', () => {
    const rules = (RuleConfig as unknown as Schema).anyOf ?? [];
    const named = rules.flatMap(({ properties = {} }) =>
      Object.entries(properties)
        .filter(([key]) => key !== 'kind')
        .flatMap(([key, member]) => {
          const items = Array.isArray(member.items) ? undefined : (member.items as Schema | undefined);
          const words = [...(member.anyOf ?? []), ...(items?.anyOf ?? [])].map((branch) => branch.const);
          return [
            `ruleKey.${key}`,
            ...words.filter((word) => typeof word === 'string').map((word) => `ruleWord.${word}`),
          ];
        }),
    );
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter((key) => !(key in vi))).toEqual([]);
  });

  test('every number and unit that a rule writes into a case has a name', async () => {
    const folder = new URL('../../pipeline/rules/', import.meta.url);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.includes('.test.'));
    const code = (await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))).join('\n');
    const found = (pattern: RegExp): string[] => [...new Set([...code.matchAll(pattern)].map((match) => match[1]!))];
    const measures = found(/name: '(\w+)',\s+value/g).map((name) => `measure.${name}`);
    const units = found(/unit: '([^']*)'/g)
      .filter((unit) => !['', '°', '%', 'm', 'm²', 'km/h'].includes(unit))
      .map((unit) => `unit.${unit}`);
    expect(measures.length).toBeGreaterThan(20);
    expect([...measures, ...units].filter((key) => !(key in vi))).toEqual([]);
  });

  test('every refusal that the server may send is told in words', async () => {
    const code = await readFile(new URL('../../api/plugins/problems.ts', import.meta.url), 'utf8');
    const codes = [...code.matchAll(/^ {2}([A-Z_]+): \d{3},$/gm)].map(([, name]) => `error.${name!}`);
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((key) => !(key in vi))).toEqual([]);
  });

  test('a name without a text is shown as it is', () => {
    expect(translateName('vi', 'class', 'tuk_tuk')).toBe('tuk tuk');
  });
});
