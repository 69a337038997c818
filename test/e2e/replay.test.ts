import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Passage } from '../../pipeline/passages/passage.ts';
import { hasShared, needs, ROOT, sharedFile } from '../shared.ts';
import { demoConfig } from './demo-config.ts';

const run = promisify(execFile);
const temporary = (): string => mkdtempSync(join(tmpdir(), 'watchpost-replay-'));
const footage = ['footage', 'motorway-cctv-320x240.avi'] as const;

/** The demo's configuration, its motorway with passages. */
const withPassages = async (): Promise<string> => {
  const file = join(temporary(), 'with-passages.yml');
  const text = readFileSync(await demoConfig('once'), 'utf8');
  writeFileSync(file, text.replace('- id: motorway\n', '- id: motorway\n    passages: { line: near }\n'));
  return file;
};
const watchpost = (...args: string[]): Promise<{ readonly stdout: string }> =>
  run(join(ROOT, 'bin/watchpost'), args, { cwd: ROOT });

describe.skipIf(!hasShared(...footage))(`replay${needs(...footage)}`, () => {
  test('the same clip twice gives byte-identical events, tracks, detections and passages; its tracks alone give the same events', async () => {
    const [first, second, alone] = [temporary(), temporary(), temporary()];
    const camera = ['--config', await withPassages(), '--camera', 'motorway'];
    for (const out of [first, second])
      await watchpost('replay', sharedFile(...footage), ...camera, '--out', out, '--no-cases');
    for (const file of ['events.ndjson', 'tracks.ndjson', 'detections.ndjson', 'passages.ndjson']) {
      const bytes = readFileSync(join(first, file));
      expect(bytes.length).toBeGreaterThan(0);
      expect(readFileSync(join(second, file)).equals(bytes), file).toBe(true);
    }
    await watchpost('replay', '--rules-only', join(first, 'tracks.ndjson'), ...camera, '--out', alone);
    const both = [first, alone].map((out) => join(out, 'events.ndjson'));
    const { stdout: diff } = await watchpost('events', 'diff', ...both, '--json');
    expect(JSON.parse(diff)).toMatchObject({ gone: [], added: [], moved: [] });

    const lines = readFileSync(join(first, 'passages.ndjson'), 'utf8').trim().split('\n');
    const passages = lines.map((line) => JSON.parse(line) as Passage);
    expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length);
    // Nothing was recorded, so no plate could be looked at, and none is invented.
    expect(passages.every(({ plate, unread }) => plate === null && unread === 'recording-gone')).toBe(true);
  });
});
