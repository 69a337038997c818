import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { type SealedMinute, verifyMinutes } from '../../pipeline/minute-chain.ts';
import { readMinuteLines } from '../../workers/read-minutes.ts';
import { record } from '../../workers/record.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { readIndex, sessionFolders } from '../fixtures/recorder-run.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'watchpost-record-minutes-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test('what the recording process recorded is sealed by the minute, segment for segment, over two runs', async () => {
  await makeCounterClip({ file: join(dataDir, 'street.mp4'), frames: 200, rate: '25' });
  const config = parseConfig(`version: 1
cameras: [{ id: gate, source: { url: street.mp4, loop: false, realtime: false } }]
`);
  const run = (): Promise<void> =>
    record(
      {
        ...{
          config,
          configDir: dataDir,
          configFile: join(dataDir, 'config.yml'),
          dataDir,
          redisUrl: join(dataDir, 'no-redis.sock'),
        },
        ...{
          log: pino({ level: 'silent' }),
          signal: new AbortController().signal,
          onReload: () => undefined,
          worker: '',
          capacity: null,
        },
      },
      { letterbox: () => null },
    );
  await run();
  await run();
  const recorded = (await Promise.all((await sessionFolders(dataDir)).map((session) => readIndex(session)))).flat();
  expect(recorded.length).toBeGreaterThanOrEqual(6);
  const lines = await readMinuteLines(join(dataDir, 'minutes', 'gate'));
  expect(verifyMinutes(lines).problems).toEqual([]);
  const sealed = lines.flatMap(({ text }) => (JSON.parse(text) as SealedMinute).record.segments);
  expect(sealed.map(({ sha256 }) => sha256).sort()).toEqual(recorded.map(({ sha256 }) => sha256).sort());
});
