import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openQueues, retryDelayMs } from '../../workers/queue.ts';
import { startRedis } from '../../workers/redis-server.ts';
import { makeEvent } from './evidence-recorder.ts';

const log = pino({ level: 'silent' });
let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'q-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('redis as a child', () => {
  test('comes back after kill -9 with every job and hold, and clients go on by themselves', async () => {
    const redis = await startRedis({ dataDir, log });
    const queues = await openQueues(redis.url);
    try {
      for (let n = 0; n < 20; n++) await queues.enqueueEvidence(makeEvent(`e${n}`, 5_000));
      process.kill(redis.pid()!, 'SIGKILL');
      // Handed over while Redis is down: it waits and is not lost.
      await queues.enqueueEvidence(makeEvent('during', 5_000));
      expect(await queues.depth()).toEqual({ open: 21, setAside: 0 });
      expect(await queues.holds()).toHaveLength(21);
    } finally {
      await queues.close();
      await redis.close();
    }
  });

  test('stops cleanly, keeps its data, and leaves no socket', async () => {
    for (const expected of [1, 2]) {
      const redis = await startRedis({ dataDir, log });
      const queues = await openQueues(redis.url);
      await queues.enqueueEvidence(makeEvent(`run-${expected}`, 5_000));
      expect((await queues.depth()).open).toBe(expected);
      await queues.close();
      await redis.close();
      await redis.close();
      await expect(stat(redis.url)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  test('that outlived its killed owner is replaced, with its data', async () => {
    const orphan = await startRedis({ dataDir, log });
    const queues = await openQueues(orphan.url);
    await queues.enqueueEvidence(makeEvent('kept', 5_000));
    await queues.close();
    // No process has this number: it is above the largest that Linux gives.
    await writeFile(`${orphan.url}.owner`, '4194305');
    const left = orphan.pid();
    const own = await startRedis({ dataDir, log });
    const again = await openQueues(own.url);
    expect(own.pid()).not.toBe(left);
    expect((await again.depth()).open).toBe(1);
    await again.close();
    await own.close();
    await orphan.close();
  });

  test('that is not installed is told with the command that mends it', async () => {
    await expect(startRedis({ dataDir, log, command: 'no-such-redis-server' })).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.stringContaining('apt-get install redis-server') as unknown,
    });
  });

  test('in a data folder whose path is too long for a socket says so', async () => {
    const deep = join(dataDir, 'x'.repeat(100));
    await mkdir(deep);
    await expect(startRedis({ dataDir: deep, log })).rejects.toMatchObject({
      message: expect.stringContaining('too long for a socket') as unknown,
    });
  });

  test('a second one on the same folder is refused', async () => {
    const redis = await startRedis({ dataDir, log });
    await expect(startRedis({ dataDir, log })).rejects.toMatchObject({
      message: expect.stringContaining('another Redis already listens') as unknown,
    });
    await redis.close();
  });
});

describe('the evidence queue', () => {
  test('without Redis is unavailable within seconds, and the password stays out of the message', async () => {
    const failure: unknown = await openQueues('redis://user:secret@127.0.0.1:1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect((failure as Error).message).not.toContain('secret');
  });

  test('takes an event once, leaves statistics out, and refuses what is no event', async () => {
    const redis = await startRedis({ dataDir, log });
    const queues = await openQueues(redis.url);
    try {
      const event = makeEvent('once', 5_000);
      await Promise.all([1, 2, 3].map(() => queues.enqueueEvidence(event)));
      await queues.enqueueEvidence(makeEvent('counted', 5_000, { disposition: 'statistic' }));
      expect(await queues.depth()).toEqual({ open: 1, setAside: 0 });
      await expect(queues.enqueueEvidence({ ...event, id: '../../etc' })).rejects.toMatchObject({
        code: 'JOB_MALFORMED',
      });
      expect(await queues.holds()).toMatchObject([{ caseId: 'once', cameraId: 'gate', sessionId: 's1', fromPtsMs: 0 }]);
    } finally {
      await queues.close();
      await redis.close();
    }
  });

  test('tries again after growing pauses of at most two and a half minutes', () => {
    const pauses = [1, 2, 3, 8, 50].map(retryDelayMs);
    expect(pauses.map((pause, n) => pause >= [750, 1_500, 3_000, 90_000, 90_000][n]!)).not.toContain(false);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(150_000);
  });
});
