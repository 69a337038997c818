import { expect, test } from 'vitest';
import { RuleConfig } from '../../../pipeline/rules/rule-config.ts';
import { HINTS_VI } from './hints-vi.ts';
import type { Schema } from './schema.ts';

const rules = (RuleConfig as unknown as Schema).anyOf ?? [];
const shown = new Set(
  rules
    .flatMap((rule) => [rule, ...Object.values(rule.properties ?? {})])
    .flatMap(({ description }) => description ?? []),
);

test('every hint of a rule’s form is told in Vietnamese too', () => {
  expect(shown.size).toBeGreaterThan(90);
  expect([...shown].filter((text) => !HINTS_VI[text])).toEqual([]);
});

test('no Vietnamese hint is left over from one that the schema no longer has', () => {
  expect(Object.keys(HINTS_VI).filter((text) => !shown.has(text))).toEqual([]);
});

test('no hint shows the file’s own words', () => {
  expect(Object.values(HINTS_VI).filter((text) => text.includes('`'))).toEqual([]);
});
