import { expect, test } from 'vitest';
import { Danger } from './contract/danger.ts';
import { readJson } from './read-json.ts';

test.each([
  ['what fits', '{"level":4,"source":"duty","at":1}', { level: 4, source: 'duty', at: 1 }],
  ['another shape', '{"level":6,"source":"duty","at":1}', null],
  ['half a text', '{"level":4', null],
  ['nothing', null, null],
])('%s is read, or not known', (_, text, expected) => {
  expect(readJson(Danger, text)).toEqual(expected);
});
