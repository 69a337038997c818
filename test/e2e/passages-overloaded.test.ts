import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { type Passage, passageId, PASSAGES_STREAM, type VehiclePass } from '../../pipeline/passages/passage.ts';
import { openQueues } from '../../workers/queue.ts';
import { startRedis } from './api-harness.ts';
import { startPassages } from './passages-process.ts';

/** As many may wait, by docs/plates.md. */
const LONGEST_QUEUE = 2_000;
const TOO_MANY = 8;

const config = parseConfig(`
version: 1
detectors: { road: { model: none } }
cameras: [{ id: gate, source: { url: x }, analysis: {}, passages: {} }]
`);

let folder: string;
let redis: Awaited<ReturnType<typeof startRedis>>;
let reader: ChildProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-overloaded-'));
  redis = await startRedis(folder);
});
afterAll(async () => {
  const gone = new Promise((resolve) => reader.once('close', resolve));
  reader.kill('SIGKILL');
  await gone;
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

test('when more vehicles wait than can be read, those in front are kept without a plate, and say why', async () => {
  const queues = await openQueues(redis.url);
  const passes = Array.from({ length: LONGEST_QUEUE + 1 + TOO_MANY }, (_, index): VehiclePass => {
    const of = { cameraId: 'gate', sessionId: 's1', trackId: index + 1, firstPtsMs: index };
    return {
      ...{ id: passageId(of), ...of, className: 'car', at: 1_763_700_000_000 + index, ptsMs: index },
      ...{ lastPtsMs: index, lane: null, direction: 'in' },
    };
  });
  await queues.passages.addBulk(passes.map((pass) => ({ name: 'read', data: pass, opts: { jobId: pass.id } })));
  await queues.close();
  reader = startPassages(config, folder, redis.url);
  const client = new Redis(redis.url);
  const told = async (): Promise<readonly Passage[]> =>
    (await client.xrange(PASSAGES_STREAM, '-', '+')).map(([, fields]) => JSON.parse(fields[1]!) as Passage);
  const overloaded = async () => (await told()).filter(({ unread }) => unread === 'overloaded');
  await expect.poll(async () => (await overloaded()).length, { timeout: 60_000, interval: 100 }).toBe(TOO_MANY);
  // Once few enough wait, vehicles are looked at again: this recording was never made.
  await expect
    .poll(async () => (await told()).some(({ unread }) => unread !== 'overloaded'), { timeout: 60_000, interval: 100 })
    .toBe(true);
  const kept = await overloaded();
  client.disconnect();
  expect(kept).toHaveLength(TOO_MANY);
  const first = passes.slice(0, TOO_MANY);
  expect(kept.map(({ id, at, className, direction }) => ({ id, at, className, direction }))).toEqual(
    first.map(({ id, at, className, direction }) => ({ id, at, className, direction })),
  );
  expect(kept.every(({ plate, vehicleCrop }) => plate === null && vehicleCrop === null)).toBe(true);
});
