import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hasShared, needs, ROOT, sharedFile } from '../shared.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'watchpost-commands-'));

const watchpost = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  try {
    const { stdout, stderr } = await run(join(ROOT, 'bin/watchpost'), args, { cwd: folder });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
};

describe('the command line', () => {
  test('the example configuration is right', async () => {
    expect(await watchpost('config', 'check', join(ROOT, 'config.example.yml'))).toMatchObject({ code: 0 });
  });

  test('a wrong configuration is one readable line with file, line and key, exit 2, no stack', async () => {
    const file = join(folder, 'wrong.yml');
    writeFileSync(file, 'version: 1\ncamras: []\n');
    const { code, err } = await watchpost('config', 'check', file);
    expect(code).toBe(2);
    expect(err.trim()).toBe(`CONFIG_INVALID: ${file}:2: camras: unknown key; did you mean "cameras"?`);
  });

  test('a configuration that is not there says what to do', async () => {
    const { code, err } = await watchpost('up', '--config', 'nowhere.yml');
    expect(code).toBe(2);
    expect(err).toContain('copy config.example.yml');
  });

  test('the schema is JSON with every top-level key', async () => {
    const { out } = await watchpost('config', 'schema');
    expect(Object.keys((JSON.parse(out) as { properties: object }).properties)).toContain('cameras');
  });

  test('doctor names the parts of this machine and ends with 0 where nothing needed is missing', async () => {
    const { code, out } = await watchpost('doctor', '--data', folder);
    expect(out).toContain('ffmpeg');
    expect(code).toBe(0);
  });

  test('an unknown model is answered with the nearest one', async () => {
    const { code, err } = await watchpost('detect', 'yolox-nano-461', 'x.jpg', '--out', 'x.json');
    expect(code).toBe(2);
    expect(err).toContain('did you mean "yolox-nano-416"?');
  });

  test('a process that comes before Redis ends with 1, to be started again; one that cannot run ends with 2', async () => {
    const file = join(folder, 'one-camera.yml');
    writeFileSync(file, 'version: 1\ncameras: [{ id: gate, source: { url: rtsp://127.0.0.1:9/x }, rules: [] }]\n');
    const start = (config: string) =>
      watchpost('process', 'evidence', '--config', config, '--data', folder, '--redis', join(folder, 'no-redis.sock'));
    const early = await start(file);
    expect(early.code).toBe(1);
    expect(early.out + early.err).toContain('QUEUE_UNAVAILABLE');
    expect((await start(join(folder, 'wrong.yml'))).code).toBe(2);
  });

  test('a case that is not there is unreadable: exit 2', async () => {
    expect((await watchpost('verify', join(folder, 'nothing'))).code).toBe(2);
  });

  test.skipIf(!hasShared('mot'))(`tracks a MOT sequence and scores it${needs('mot')}`, async () => {
    const sequence = (...parts: string[]): string => sharedFile('mot', 'mot15', 'TUD-Stadtmitte', ...parts);
    const out = join(folder, 'tracks.txt');
    const { code } = await watchpost('track', sequence('det', 'det.sort-frcnn.txt'), '--out', out, '--fps', '25');
    expect(code).toBe(0);
    expect(readFileSync(out, 'utf8').split('\n')[0]?.split(',')).toHaveLength(10);
    const scores = JSON.parse((await watchpost('eval', 'mot', sequence('gt', 'gt.txt'), out)).out) as { hota: number };
    expect(scores.hota).toBeGreaterThanOrEqual(0.547);
  });

  test.skipIf(!hasShared('mot', 'conformance'))(
    `scores the reference output as the reference does${needs('mot', 'conformance')}`,
    async () => {
      const file = (name: string): string => sharedFile('mot', 'conformance', 'TUD-Campus', name);
      const scores = JSON.parse((await watchpost('eval', 'mot', file('gt.txt'), file('test.txt'))).out) as {
        mota: number;
        idf1: number;
      };
      expect(scores.mota).toBeCloseTo(0.526, 3);
      expect(scores.idf1).toBeCloseTo(0.558, 3);
    },
  );
});
