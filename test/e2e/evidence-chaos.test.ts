import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../api/database/open-database.ts';
import { toChainLink, verifyCase, verifyChain } from '../../pipeline/verify.ts';
import { openQueues, type Queues } from '../../workers/queue.ts';
import { type RedisServer, startRedis } from '../../workers/redis-server.ts';
import { folderReader } from '../../workers/verify-folder.ts';
import { ROOT } from '../shared.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';

const BUILT = existsSync(join(ROOT, 'dist/bin/cli/main.js'));
/** A test run gets few; so many as one likes with the variable. */
const EVENTS = Number(process.env['WATCHPOST_CHAOS_EVENTS'] ?? 10);
const PER_EVENT_MS = 10_000;

const CONFIG = `version: 1
server: { host: 127.0.0.1, port: 0 }
evidence: { preRollMs: 1000, postRollMs: 1000 }
cameras: [{ id: gate, name: Gate, source: { url: x.mp4 } }]
`;

let dataDir = '';
let redis: RedisServer;
let queues: Queues;
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
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Small and repeatable; the quality of the numbers does not matter here [Park and Miller 1988]. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

describe.skipIf(!BUILT)(`events while everything is killed${BUILT ? '' : ' (skipped: needs npm run build)'}`, () => {
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'chaos-'));
    await writeFile(join(dataDir, 'config.yml'), CONFIG);
    await makeRecording(join(dataDir, 'recordings', 'gate'), { seconds: 30, size: '192x144' });
    redis = await startRedis({ dataDir, log: pino({ level: 'silent' }) });
    queues = await openQueues(redis.url);
    keep('evidence-1', 'evidence');
    keep('evidence-2', 'evidence');
    keep('api', 'api');
  });
  afterAll(async () => {
    isOver = true;
    for (const name of running.keys()) kill(name);
    await queues.close();
    await redis.close();
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
      const kills = { evidence: 0, api: 0, redis: 0 };
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
        while (!isFed || kills.evidence + kills.api + kills.redis < least) {
          await sleep(1_500 + random(2_500));
          const victim = random(6);
          if (victim === 0) {
            const pid = redis.pid();
            if (pid !== null) process.kill(pid, 'SIGKILL');
            kills.redis++;
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
        const stored = await readdir(join(dataDir, 'objects', 'cases'));
        const rows = await db.selectFrom('cases').select(['id', 'manifest_sha256']).execute();
        const wanted = events.map(({ id }) => id).sort();
        expect(rows.map(({ id }) => id).sort()).toEqual(wanted);
        // Nothing lies in the store that no case knows.
        expect(stored.sort()).toEqual(wanted);
        const results = [];
        for (const id of wanted) {
          const result = await verifyCase(folderReader(join(dataDir, 'objects', 'cases', id)));
          expect([id, result.status, result.problems]).toEqual([id, 'intact', []]);
          expect(result.manifestSha256).toBe(rows.find((row) => row.id === id)?.manifest_sha256);
          results.push(result);
        }
        expect(verifyChain(results.map((result) => toChainLink(result)!))).toEqual({ problems: [], absent: [] });
        const created = await db.selectFrom('audit').select('target').where('action', '=', 'case.created').execute();
        expect(created).toHaveLength(EVENTS);
        expect(kills.evidence + kills.api + kills.redis).toBeGreaterThanOrEqual(6);
        console.log(JSON.stringify({ events: EVENTS, kills }));
      } finally {
        await db.destroy();
      }
    },
  );
});
