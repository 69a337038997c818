import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../pipeline/event.ts';
import { LearntPlaces } from '../../workers/learnt-places.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, sealCase, type Site, startRedis, TestClock } from './api-harness.ts';

const subjects: WatchEvent['subjects'] = [
  {
    ...{ trackId: 1, className: 'smoke', role: 'member', score: 0.6 },
    // The harness's events have their trigger at 2 s.
    sightings: [{ ptsMs: 2_000, box: { x1: 0.4, y1: 0.4, x2: 0.5, y2: 0.5 } }],
  },
];
const WAIT = { timeout: 40_000, interval: 200 };

describe('what people decided of smoke', () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let site: Site;
  let connection: Redis;
  let analysis: LearntPlaces;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-learnt-'));
    redis = await startRedis(folder);
    site = await openSite({ redisUrl: redis.url, clock: new TestClock() });
    for (const id of ['glare', 'kiln'])
      await acceptForTest(
        site,
        await sealCase(site.store, id, { kind: 'smoke', triggerAt: site.clock.at - 60_000, subjects }),
      );
    await acceptForTest(site, await sealCase(site.store, 'crowd', { kind: 'crowding', subjects }));
    connection = new Redis(redis.url);
    analysis = new LearntPlaces(connection, pino({ level: 'silent' }), 200);
    await analysis.start();
  }, 30_000);
  afterAll(async () => {
    analysis.close();
    connection.disconnect();
    await site.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const decide = async (id: string, verdict: object): Promise<void> => {
    expect((await site.admin.call('POST', `/api/cases/${id}/claim`)).statusCode).toBe(200);
    expect((await site.admin.call('POST', `/api/cases/${id}/verdict`, verdict)).statusCode).toBe(200);
  };
  const learnt = () => analysis.of('gate').map(({ caseId, wasFire }) => ({ caseId, wasFire }));

  test('a verdict reaches the analysis, cases of other kinds and open ones do not', async () => {
    await decide('kiln', { verdict: 'rejected', reason: 'wrong_object' });
    await decide('crowd', { verdict: 'rejected', reason: 'wrong_object' });
    await expect.poll(learnt, WAIT).toEqual([{ caseId: 'kiln', wasFire: false }]);
    expect(analysis.of('bridge')).toEqual([]);
  });

  test('one that is taken back teaches nothing, and a confirmed fire is told as one', async () => {
    expect((await site.admin.call('DELETE', '/api/cases/kiln/verdict')).statusCode).toBe(200);
    await decide('glare', { verdict: 'confirmed' });
    await expect.poll(learnt, WAIT).toEqual([{ caseId: 'glare', wasFire: true }]);
  });
});
