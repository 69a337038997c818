import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../api/database/open-database.ts';
import { environment } from '../../benchmarks/environment.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { toChainLink, verifyCase, verifyChain } from '../../pipeline/verify.ts';
import { openQueues, type Queues } from '../../workers/queue.ts';
import { type RedisServer, startRedis } from '../../workers/redis-server.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { storeReader } from '../../workers/verify-folder.ts';
import { freePort, MINIO, type Minio, MINIO_KEYS, startMinio } from '../minio.ts';
import { ROOT } from '../shared.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';

const BUILT = existsSync(join(ROOT, 'dist/bin/cli/main.js'));
/** A test run gets few; so many as one likes with the variable. */
const EVENTS = Number(process.env['WATCHPOST_CHAOS_EVENTS'] ?? 10);
const PER_EVENT_MS = 10_000;
/** Whole numbers are written there as a result of a benchmark. */
const RESULT = process.env['WATCHPOST_RESULT'];

const CONFIG = (endpoint: string | null): string => `version: 1
server: { host: 127.0.0.1, port: 0 }
evidence:
  preRollMs: 1000
  postRollMs: 1000
${
  endpoint === null
    ? ''
    : `  store: { kind: s3, endpoint: '${endpoint}', bucket: evidence,
    accessKey: ${MINIO_KEYS.accessKey}, secretKey: ${MINIO_KEYS.secretKey} }`
}
cameras: [{ id: gate, name: Gate, source: { url: x.mp4 } }]
`;

let dataDir = '';
let redis: RedisServer;
let queues: Queues;
let store: EvidenceStore;
let minio: Minio | null = null;
let minioPort = 0;
const running = new Map<string, ChildProcess>();
let isOver = false;

/** A process of the product, started again whenever it is gone, as \`watchpost up\` does. */
const keep = (name: string, process_: string): void => {
  const args = ['process', process_, '--config', join(dataDir, 'config.yml'), '--data', dataDir, '--redis', redis.url];
  const child = spawn(join(ROOT, 'bin/watchpost'), args, { stdio: 'ignore', detached: true });
  running.set(name, child);
  child.once('exit', () => {
    if (!isOver) setTimeout(() => !isOver && keep(name, process_), 200);
  });
};
const kill = (name: string): void => {
  const child = running.get(name);
  // Its own group: what it started must not outlive it and do its work after all.
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Gone by itself just now.
    }
};
/** Kills MinIO; without one takes the folder away, as a disk that is gone: every access to it fails. */
const cutOffStore = async (forMs: number): Promise<void> => {
  if (minio) {
    await minio.kill();
    await sleep(forMs);
    minio = await startMinio(join(dataDir, 'minio'), minioPort);
    return;
  }
  const objects = join(dataDir, 'objects');
  const away = join(dataDir, 'objects-away');
  if (!existsSync(objects)) return;
  await rename(objects, away);
  await writeFile(objects, '', { flag: 'wx' }).catch(() => undefined);
  await sleep(forMs);
  await rm(objects, { recursive: true, force: true });
  await rename(away, objects);
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Small and repeatable; the quality of the numbers does not matter here [Park and Miller 1988]. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

describe.skipIf(!BUILT)(`events while everything is killed${BUILT ? '' : ' (skipped: needs npm run build)'}`, () => {
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'chaos-'));
    if (MINIO !== undefined) {
      minioPort = await freePort();
      minio = await startMinio(join(dataDir, 'minio'), minioPort);
    }
    const config = CONFIG(minio?.endpoint ?? null);
    await writeFile(join(dataDir, 'config.yml'), config);
    store = openStore(parseConfig(config).evidence.store, dataDir);
    await makeRecording(join(dataDir, 'recordings', 'gate'), { seconds: 30, size: '192x144' });
    redis = await startRedis({ dataDir, log: pino({ level: 'silent' }) });
    queues = await openQueues(redis.url);
    keep('evidence-1', 'evidence');
    keep('evidence-2', 'evidence');
    keep('api', 'api');
  }, 90_000);
  afterAll(async () => {
    isOver = true;
    for (const name of running.keys()) kill(name);
    await queues.close();
    await redis.close();
    await store.close();
    await minio?.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  test(
    `${EVENTS} events are exactly ${EVENTS} cases, each verified, in one chain, in store and database`,
    { timeout: 120_000 + EVENTS * PER_EVENT_MS },
    async () => {
      const random = randomFrom(20_261_121);
      const step = Math.floor(24_000 / EVENTS);
      const events = Array.from({ length: EVENTS }, (_, n) => makeEvent(`case-${n}`, 2_000 + n * step));
      let isFed = false;
      const startedAt = Date.now();
      const kills = { evidence: 0, api: 0, redis: 0, store: 0 };
      const killed = (): number => Object.values(kills).reduce((sum, count) => sum + count, 0);
      const feed = async (): Promise<void> => {
        for (const event of events) {
          // Delivered again, as after a crash between sending and noting that it was sent.
          await queues.enqueueEvidence(event);
          if (random(3) === 0) await queues.enqueueEvidence(event);
          await sleep(random(400));
        }
        isFed = true;
      };
      const killing = async (): Promise<void> => {
        const least = 6;
        while (!isFed || killed() < least) {
          await sleep(1_500 + random(2_500));
          const victim = random(7);
          if (victim === 0) {
            const pid = redis.pid();
            if (pid !== null) process.kill(pid, 'SIGKILL');
            kills.redis++;
          } else if (victim === 6) {
            await cutOffStore(500 + random(1_500));
            kills.store++;
          } else if (victim < 3) {
            kill('api');
            kills.api++;
          } else {
            kill(`evidence-${1 + random(2)}`);
            kills.evidence++;
          }
        }
      };
      await Promise.all([feed(), killing()]);
      const db = await openDatabase(join(dataDir, 'watchpost.db'));
      try {
        await expect
          .poll(async () => (await db.selectFrom('cases').select('id').execute()).length, {
            timeout: 60_000 + EVENTS * PER_EVENT_MS,
            interval: 500,
          })
          .toBe(EVENTS);
        const stored = [...new Set((await store.list('cases')).map(({ key }) => key.split('/')[1]!))];
        const rows = await db.selectFrom('cases').select(['id', 'manifest_sha256']).execute();
        const wanted = events.map(({ id }) => id).sort();
        expect(rows.map(({ id }) => id).sort()).toEqual(wanted);
        // Nothing lies in the store that no case knows.
        expect(stored.sort()).toEqual(wanted);
        const results = [];
        for (const id of wanted) {
          const result = await verifyCase(storeReader(store, `cases/${id}`));
          expect([id, result.status, result.problems]).toEqual([id, 'intact', []]);
          expect(result.manifestSha256).toBe(rows.find((row) => row.id === id)?.manifest_sha256);
          results.push(result);
        }
        expect(verifyChain(results.map((result) => toChainLink(result)!))).toEqual({ problems: [], absent: [] });
        const created = await db.selectFrom('audit').select('target').where('action', '=', 'case.created').execute();
        expect(created).toHaveLength(EVENTS);
        expect(killed()).toBeGreaterThanOrEqual(6);
        const found = {
          store: minio ? 'minio' : 'folder',
          events: EVENTS,
          cases: rows.length,
          verified: results.length,
          kills,
        };
        console.log(JSON.stringify(found));
        if (RESULT !== undefined)
          await writeFile(
            RESULT,
            `${JSON.stringify({ scenario: 'chaos', environment: environment(), ...found, seconds: Math.round((Date.now() - startedAt) / 1_000) }, null, 2)}\n`,
          );
      } finally {
        await db.destroy();
      }
    },
  );
});
