import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyHolds, applyLocks, eraseExpired } from '../../api/custody.ts';
import type { EvidenceLink } from '../../api/contract/exports.ts';
import type { CaseDetail } from '../../api/contract/cases.ts';
import { compare } from '../../bin/cli/reconcile.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { toChainLink, verifyCase, verifyChain } from '../../pipeline/verify.ts';
import { openQueues, type Queues } from '../../workers/queue.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { storeReader } from '../../workers/verify-folder.ts';
import { freePort, MINIO, type Minio, MINIO_KEYS, needsMinio, startMinio } from '../minio.ts';
import { ROOT } from '../shared.ts';
import { openSite, type Site, startRedis, TestClock } from './api-harness.ts';
import { openCustody } from './custody-parts.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';

const BUILT = join(ROOT, 'dist', 'workers', 'evidence.js');
const able = MINIO !== undefined && existsSync(BUILT);

/** The evidence process as `watchpost up` runs it, without the rest. */
const RUNNER = `
  const { evidence } = await import(process.argv[1]);
  const { pino } = await import('pino');
  const [, , config, dataDir, redisUrl] = process.argv;
  const log = pino({ level: 'error' }, pino.destination(2));
  const signal = new AbortController().signal;
  await evidence({ config: JSON.parse(config), configDir: '.', dataDir, redisUrl, log, signal });
`;

describe.skipIf(!able)(`evidence in MinIO (needs \`npm run build\`)${needsMinio}`, () => {
  let dataDir = '';
  let port = 0;
  let minio: Minio;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let queues: Queues;
  let config: Config;
  let store: EvidenceStore;
  let site: Site;
  let worker: ChildProcess;

  const casesInReview = async (): Promise<string[]> => {
    const { cases } = (await site.admin.get('/api/cases?limit=100')).json<{ cases: { id: string }[] }>();
    return cases.map(({ id }) => id).sort();
  };
  const verify = (id: string) => verifyCase(storeReader(store, `cases/${id}`));

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'evm-'));
    port = await freePort();
    minio = await startMinio(join(dataDir, 'minio'), port);
    redis = await startRedis(dataDir);
    queues = await openQueues(redis.url);
    config = parseConfig(`version: 1
cameras: [{ id: gate, name: Gate, source: { url: x.mp4 } }]
evidence:
  store: { kind: s3, endpoint: '${minio.endpoint}', bucket: evidence, region: us-east-1,
    lock: { days: 1 }, accessKey: ${MINIO_KEYS.accessKey}, secretKey: ${MINIO_KEYS.secretKey} }
  retention: [{ name: dismissed, states: [rejected], keepDays: 30, lock: governance }]`);
    store = openStore(config.evidence.store, dataDir);
    await makeRecording(join(dataDir, 'recordings', 'gate'));
    worker = spawn(
      process.execPath,
      ['--input-type=module', '-e', RUNNER, BUILT, JSON.stringify(config), dataDir, redis.url],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    // The bucket counts locks by its own clock.
    const clock = new TestClock();
    clock.at = Date.now();
    const own = openStore(config.evidence.store, dataDir);
    site = await openSite({ config, dataDir, clock, redisUrl: redis.url, store: own });
  });
  afterAll(async () => {
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGKILL');
    await gone;
    await site.close();
    await queues.close();
    await store.close();
    await redis.stop();
    await minio.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('a case is sealed into the bucket, verifies there, and its files are read through the API', async () => {
    await queues.enqueueEvidence(makeEvent('first', 9_000));
    await expect.poll(casesInReview, { timeout: 60_000, interval: 200 }).toEqual(['first']);
    expect(await verify('first')).toMatchObject({ status: 'intact', problems: [], checkedFiles: 7 });
    const whole = await site.admin.get('/api/cases/first/files/clip.mp4');
    expect(whole.statusCode).toBe(200);
    expect(whole.rawPayload.equals(await store.get('cases/first/clip.mp4'))).toBe(true);
    const part = await site.admin.get('/api/cases/first/files/clip.mp4', { range: 'bytes=4-7' });
    expect([part.statusCode, part.rawPayload.toString('latin1')]).toEqual([206, 'ftyp']);
    const link = await site.admin.call('POST', '/api/cases/first/links', { path: 'clip.mp4', minutes: 1 });
    const { url, bytes, sha256 } = link.json<EvidenceLink>();
    expect(new URL(url).origin).toBe(minio.endpoint);
    const fetched = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect([fetched.length, createHash('sha256').update(fetched).digest('hex')]).toEqual([bytes, sha256]);
  });

  test('a hold on a case is a legal hold on its objects: set with it, set again where somebody took it away, lifted with it', async () => {
    const heldInBucket = () => store.isHeld('cases/first');
    const patiently = { timeout: 30_000, interval: 200 };
    const hold = (path: string, reason: string) => site.admin.call('POST', `/api/cases/first/${path}`, { reason });
    expect(await heldInBucket()).toBe(false);
    expect((await hold('hold', 'court 7')).statusCode).toBe(200);
    await expect.poll(heldInBucket, patiently).toBe(true);
    await expect(store.erase('cases/first/clip.mp4')).rejects.toMatchObject({ code: 'STORE_LOCKED' });

    const heldAgainst = (isHeld: boolean) => compare([{ id: 'first', isHeld, isErased: false }], store);
    expect(await heldAgainst(false)).toMatchObject({ heldOnly: ['first'], unheld: [], lost: [] });
    await store.hold('cases/first', false);
    expect(await heldAgainst(true)).toMatchObject({ heldOnly: [], unheld: ['first'], lost: [] });
    const custody = await openCustody(site);
    expect(await applyHolds(custody.context)).toEqual(['first']);
    await custody.close();
    expect(await heldInBucket()).toBe(true);
    const { rows } = (await site.admin.get('/api/audit?target=first')).json<{ rows: { action: string }[] }>();
    expect(rows.map(({ action }) => action)).toContain('case.hold_restored');

    expect((await hold('hold/end', 'judged')).statusCode).toBe(200);
    await expect.poll(heldInBucket, patiently).toBe(false);
  });

  test('MinIO killed and back: what was stored is whole, and events of the meantime become cases', async () => {
    await minio.kill();
    const ids = ['second', 'third', 'fourth'];
    for (const [at, id] of ids.entries()) await queues.enqueueEvidence(makeEvent(id, 8_000 + at * 2_000));
    const attempts = async (): Promise<number> => {
      const jobs = await queues.evidence.getJobs(['waiting', 'active', 'delayed', 'failed']);
      return Math.min(...ids.map((id) => jobs.find((job) => job.id === id)?.attemptsMade ?? 0));
    };
    // Every one of them has met the missing store before it comes back.
    await expect.poll(attempts, { timeout: 60_000, interval: 200 }).toBeGreaterThan(0);
    const refused = await site.admin.get('/api/cases/first/files/clip.mp4');
    expect(refused.statusCode).toBe(503);
    expect(await queues.setAside()).toEqual([]);
    expect((await queues.holds()).map(({ caseId }) => caseId).sort()).toEqual([...ids].sort());

    minio = await startMinio(join(dataDir, 'minio'), port);
    const all = ['first', ...ids].sort();
    await expect.poll(casesInReview, { timeout: 90_000, interval: 300 }).toEqual(all);
    const results = await Promise.all(all.map(verify));
    expect(results.map(({ status, problems }) => ({ status, problems }))).toEqual(
      all.map(() => ({ status: 'intact', problems: [] })),
    );
    expect(verifyChain(results.map((result) => toChainLink(result)!))).toEqual({ problems: [], absent: [] });
    expect((await site.admin.get('/api/cases/first/files/clip.mp4')).statusCode).toBe(200);
    expect(await queues.setAside()).toEqual([]);
    expect(await queues.holds()).toEqual([]);
  });

  test('a closed case is locked until its tier ends; what is due waits for the lock, and then goes', async () => {
    const lan = await site.person('lan', 'officer');
    await lan.call('POST', '/api/cases/first/claim');
    await lan.call('POST', '/api/cases/first/verdict', { verdict: 'rejected', reason: 'not_visible' });
    const client = new Client({ ...MINIO_KEYS, endPoint: '127.0.0.1', port, useSSL: false });
    const versions = (await client
      .listObjects('evidence', 'cases/first/', true, { IncludeVersion: true })
      .toArray()) as readonly { name: string; versionId: string }[];
    const lockedUntil = async (): Promise<number[]> => {
      const found = await Promise.all(
        versions.map(({ name, versionId }) => client.getObjectRetention('evidence', name, { versionId })),
      );
      return found.map((each) => Date.parse((each as { retainUntilDate: string }).retainUntilDate));
    };
    const { eraseAt } = (await lan.get('/api/cases/first')).json<CaseDetail>().custody;
    const { context, close } = await openCustody(site);
    try {
      expect([await applyLocks(context), await applyLocks(context)]).toEqual([1, 0]);
      // S3 keeps whole seconds.
      for (const until of await lockedUntil()) expect(Math.abs(until - eraseAt!)).toBeLessThan(1_001);

      site.clock.at = eraseAt!;
      expect(await eraseExpired(context)).toEqual([]);
      expect(await verify('first')).toMatchObject({ status: 'intact', problems: [] });

      const retainUntilDate = new Date(Date.now() + 2_000).toISOString();
      for (const { name, versionId } of versions) {
        const shortened = { versionId, mode: 'GOVERNANCE', retainUntilDate, governanceBypass: true } as never;
        await client.putObjectRetention('evidence', name, shortened);
      }
      await expect.poll(() => eraseExpired(context), { timeout: 30_000, interval: 500 }).toEqual(['first']);
      const left = (await store.list('cases/first')).map(({ key }) => key.slice('cases/first/'.length));
      expect(left.sort()).toEqual(['manifest.json', 'signature.json']);
    } finally {
      await close();
    }
  });
});
