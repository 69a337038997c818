import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../pipeline/config.ts';
import { problemInVietnamese } from './problem-words.ts';

const camera = (more: string): string => `version: 1
detectors: { road: { model: any } }
cameras:
  - id: gate
    source: { url: "rtsp://127.0.0.1/1" }
    analysis: { detector: road }
    zones: { lane: [[0, 0], [1, 0], [1, 1]] }
    lines: { stop: [[0, 0], [1, 1]] }
${more}`;

/** What the check says, as the page is told it. */
const faultsOf = (text: string): string[] => {
  try {
    parseConfig(text);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => /^[^:]*:\d+: [^:]+: (.*)$/.exec(line)?.[1] ?? line);
  }
};

test.each([
  ['    rules: [{ id: a, kind: wrong_way, zone: lan, heading: [0, 90] }]', 'không có vùng "lan"; có phải là "lane"?'],
  ['    rules: [{ id: a, kind: wrongway }]', 'không có loại quy tắc "wrongway"; có phải là "wrong_way"?'],
  ['    rules: [{ id: a }]', 'chưa chọn loại quy tắc; hiện có: '],
  ['    rules: [{ id: a, kind: line_count }]', 'chưa điền; cần chữ'],
  ['    rules: [{ id: a, kind: line_count, line: stop, colour: 1 }]', 'không có khóa này'],
  [
    '    rules: [{ id: a, kind: line_count, line: stop }, { id: a, kind: line_count, line: stop }]',
    '"a" trùng với quy tắc khác',
  ],
  ['    rules: [{ id: a, kind: loitering, zone: lane, minScore: 3, dwellMs: x }]', ''],
  ['    enabled: 3', 'cần có hoặc không, đang là 3'],
])('%s', (more, expected) => {
  const faults = faultsOf(camera(more));
  expect(faults.length).toBeGreaterThan(0);
  const said = faults.map(problemInVietnamese);
  expect(said).not.toContain(null);
  expect(said.join('\n')).toContain(expected);
  expect(said.join('\n')).not.toMatch(/\b(expected|found|missing|unknown|known|did you mean)\b/);
});

test('every fault of a camera that the check can name is told in Vietnamese', async () => {
  const files = ['../../../pipeline/config.ts', '../../../pipeline/fire/sweep-faults.ts'];
  const code = (await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), 'utf8')))).join('\n');
  const ofCameras = code.slice(code.indexOf('config.cameras.forEach'));
  const texts = [...ofCameras.matchAll(/(?:message:|\?|:)\s+(?:'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g)]
    .map(([, plain, template]) => (plain ?? template ?? '').replaceAll('\\`', '`').replace(/\$\{[^}]*\}/g, '7'))
    .filter((text) => text.includes(' ') && !/^(known|none is|did you)/.test(text));
  expect(texts.length).toBeGreaterThan(15);
  expect(texts.filter((text) => problemInVietnamese(text) === null)).toEqual([]);
});
