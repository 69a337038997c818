import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasShared, needs, ROOT } from '../shared.ts';
import { demoConfig } from './demo-config.ts';

const run = promisify(execFile);
type Summary = { cases: { id: string; kind: string; cameraId: string; status: string; folder: string }[] };

const watchpost = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  try {
    const { stdout, stderr } = await run(join(ROOT, 'bin/watchpost'), args, { cwd: ROOT, maxBuffer: 2 ** 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
};

describe.skipIf(!hasShared('footage'))(`the whole system on the samples, once${needs('footage')}`, () => {
  let dataDir: string;
  let summary: Summary;
  beforeAll(async () => {
    const config = await demoConfig('once');
    dataDir = mkdtempSync(join(tmpdir(), 'watchpost-once-'));
    const { code, stdout, stderr } = await watchpost('up', '--once', '--json', '--config', config, '--data', dataDir);
    if (code !== 0) throw new Error(`up --once ended with ${code}: ${stderr.slice(-2000)}`);
    summary = JSON.parse(stdout) as Summary;
  }, 600_000);

  test.each(['wrong_way', 'wrong_lane', 'crowding', 'line_count'])('finds a real case of %s', (kind) => {
    expect(summary.cases.map((found) => found.kind)).toContain(kind);
  });

  test.each(['red_light', 'smoke'])('finds the %s that is drawn', (kind) => {
    expect(summary.cases.map((found) => found.kind)).toContain(kind);
  });

  test('makes no two cases of one act', () => {
    const ids = summary.cases.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every case verifies', () => {
    expect(summary.cases.filter(({ status }) => status !== 'intact')).toEqual([]);
  });

  test('every case passes `watchpost verify`, and after one flipped byte in a clip it names the clip and exits 1', async () => {
    const folders = summary.cases.map(({ folder }) => folder);
    expect((await watchpost('verify', ...folders)).code).toBe(0);
    const folder = folders[0]!;
    const clip = join(
      folder,
      readdirSync(folder).find((name) => name === 'clip.mp4')!,
    );
    const bytes = readFileSync(clip);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(clip, bytes);
    const broken = await watchpost('verify', folder);
    expect(broken.code).toBe(1);
    expect(broken.stdout + broken.stderr).toContain('clip.mp4');
  });
});
