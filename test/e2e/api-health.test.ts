import { readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StageHistograms } from '../../pipeline/stage-histograms.ts';
import { reportProcess } from '../../workers/process-report.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { ROOT } from '../shared.ts';
import { openSite, type Site, startRedis } from './api-harness.ts';
import { hasPostgres, openPostgres, type PostgresServer } from './postgres-server.ts';

type Readiness = {
  ready: boolean;
  degraded: boolean;
  parts: { database: boolean; store: boolean; redis: boolean };
  processes: Record<string, number> | null;
};
const WELL = { database: true, store: true, redis: true };
const ask = async ({ app }: Site): Promise<{ status: number } & Readiness> => {
  const { statusCode, json } = await app.inject('/readyz');
  return { status: statusCode, ...json<Readiness>() };
};
const patiently = { timeout: 20_000, interval: 200 };

describe('/readyz and /healthz', () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let site: Site;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-health-'));
    redis = await startRedis(folder);
    site = await openSite({ redisUrl: redis.url, dataDir: folder, store: new LocalStore(join(folder, 'objects')) });
  });
  afterAll(async () => {
    await site.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('a folder of evidence that was taken away is not ready, and is again when it is back', async () => {
    await expect.poll(() => ask(site), patiently).toMatchObject({ status: 200, parts: WELL });
    await rename(join(folder, 'objects'), join(folder, 'away'));
    expect(await ask(site)).toMatchObject({ status: 503, ready: false, parts: { ...WELL, store: false } });
    await rename(join(folder, 'away'), join(folder, 'objects'));
    expect(await ask(site)).toMatchObject({ status: 200, ready: true, parts: WELL });
  });

  test('a SQLite file that was taken away is not ready, though it would still answer', async () => {
    const file = join(folder, 'watchpost.db');
    await rename(file, `${file}.away`);
    expect(await ask(site)).toMatchObject({ status: 503, ready: false, parts: { ...WELL, database: false } });
    expect((await site.app.inject('/healthz')).statusCode).toBe(200);
    await rename(`${file}.away`, file);
    expect(await ask(site)).toMatchObject({ status: 200, ready: true, parts: WELL });
  });

  test('processes are counted while they live, and where their time goes is told', async () => {
    const client = new Redis(redis.url);
    const stages = new StageHistograms();
    for (const ms of [0.2, 3, 40_000]) stages.observe('inference', ms);
    expect(await ask(site)).toMatchObject({ degraded: true, processes: { record: 0, analyze: 0, evidence: 0 } });
    const reports = (['a', 'b'] as const).map((worker) =>
      reportProcess({ redis: client, process: 'analyze', worker, stages }),
    );
    await expect.poll(() => ask(site), patiently).toMatchObject({ processes: { record: 0, analyze: 2, evidence: 0 } });
    const { body } = await site.admin.get('/metrics');
    const series = 'stage="inference",process="analyze",worker="a"';
    expect(body).toContain(`watchpost_stage_seconds_bucket{${series},le="0.0005"} 1\n`);
    expect(body).toContain(`watchpost_stage_seconds_bucket{${series},le="30"} 2\n`);
    expect(body).toContain(`watchpost_stage_seconds_bucket{${series},le="+Inf"} 3\n`);
    expect(body).toContain('watchpost_process_up{process="analyze"} 2\n');
    for (const line of body.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? -?[\d.e+-]+)$/);
    for (const report of reports) await report.close();
    expect(await ask(site)).toMatchObject({ processes: { analyze: 0 } });
    client.disconnect();
  });

  test('a disk that recordings filled is told with its stage, and counts as degraded once nothing is recorded', async () => {
    const client = new Redis(redis.url);
    const disk = { bytes: 1e12, freeBytes: 1e10, oldestAt: 1_000, keepHours: 24, reachHours: 7 };
    const report = reportProcess({
      ...{ redis: client, process: 'record', stages: new StageHistograms() },
      disk: () => Promise.resolve({ ...disk, stage: 'paused' as const }),
    });
    await expect.poll(() => ask(site), patiently).toMatchObject({ degraded: true, disk: { ...disk, stage: 'paused' } });
    const { body } = await site.admin.get('/metrics');
    expect(body).toContain('watchpost_disk_free_bytes{worker="record"} 10000000000\n');
    expect(body).toContain('watchpost_disk_stage{worker="record",stage="paused"} 1\n');
    await report.close();
    client.disconnect();
  });

  test('the dashboard asks for nothing that is not told', async () => {
    const { body } = await site.admin.get('/metrics');
    const told = new Set([...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const dashboard = readFileSync(join(ROOT, 'deploy', 'grafana', 'watchpost.json'), 'utf8');
    const asked = [...dashboard.matchAll(/watchpost_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !told.has(name))).toEqual([]);
  });

  test('every camera has one state that holds', async () => {
    const { body } = await site.admin.get('/metrics');
    for (const camera of ['gate', 'bridge']) {
      const states = [
        ...body.matchAll(new RegExp(`watchpost_camera_state\\{camera="${camera}",state="\\w+"\\} (\\d)`, 'g')),
      ];
      expect(states.map(([, value]) => value).sort()).toEqual(['0', '0', '0', '0', '1']);
    }
  });

  test('without Redis cases are still served: ready, degraded, and of the processes nothing is known', async () => {
    await redis.stop();
    await expect
      .poll(() => ask(site), patiently)
      .toMatchObject({ status: 200, ready: true, degraded: true, parts: { ...WELL, redis: false }, processes: null });
    redis = await startRedis(folder);
    await expect.poll(() => ask(site), patiently).toMatchObject({ status: 200, parts: WELL });
  });
});

describe.skipIf(!hasPostgres)(
  `/readyz on PostgreSQL${hasPostgres ? '' : ' [skipped: /usr/lib/postgresql/15/bin is not installed]'}`,
  () => {
    let server: PostgresServer;
    let site: Site;
    beforeAll(async () => {
      server = await openPostgres();
      site = await openSite({ databaseUrl: server.target });
    });
    afterAll(async () => {
      await site.close();
      await server.close();
    });

    test('a database that went away is not ready, and is again when it is back', async () => {
      expect(await ask(site)).toMatchObject({ status: 200, parts: { database: true } });
      await server.stop();
      expect(await ask(site)).toMatchObject({ status: 503, ready: false, parts: { database: false, store: true } });
      expect((await site.app.inject('/healthz')).statusCode).toBe(200);
      await server.start();
      await expect.poll(() => ask(site), patiently).toMatchObject({ status: 200, parts: { database: true } });
    });
  },
);
