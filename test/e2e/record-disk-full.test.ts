import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { verifyCase } from '../../pipeline/verify.ts';
import { HOLDS_KEY } from '../../workers/queue.ts';
import { keepRing } from '../../workers/retention.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { folderReader } from '../../workers/verify-folder.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, sealCase, startRedis } from './api-harness.ts';
import { readGaps, readIndex, sessionFolders, startRecorder, until } from '../fixtures/recorder-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchpost-full-'));
const disk = join(folder, 'disk');

const mountSmallDisk = (): boolean => {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const mounted = mountSmallDisk();
afterAll(() => {
  if (mounted) execFileSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!mounted)(
  `a full disk costs segments, not the camera, and the gap says so${mounted ? '' : ' [skipped: may not mount a small disk]'}`,
  async () => {
    const url = join(folder, 'street.mp4');
    await makeCounterClip({ file: url, frames: 250, rate: '25' });
    const camera = startRecorder({ dataDir: disk, url, source: { loop: true, realtime: true } });
    const { state } = camera.recorder;
    expect(state.cameraId).toBe('gate');
    await until('two segments', 20_000, () => camera.recorder.state.segments >= 2);

    const { bavail, bsize } = statfsSync(disk);
    const filler = join(disk, 'filler');
    await writeFile(filler, Buffer.alloc(bavail * bsize - 40_000));
    await until('the full disk is seen', 10_000, () => camera.recorder.state.cause === 'DISK_FULL');
    expect(camera.recorder.state.state).toBe('degraded');
    const received = camera.recorder.state.frames.received;
    await until('frames go on', 5_000, () => camera.recorder.state.frames.received > received + 5);

    await rm(filler);
    await until('it is well again', 10_000, () => camera.recorder.state.state === 'watching');
    const { segments } = camera.recorder.state;
    await until('and recorded', 10_000, () => camera.recorder.state.segments > segments + 1);
    await camera.stop();

    const [session, ...others] = await sessionFolders(disk);
    expect(others).toEqual([]);
    const index = await readIndex(session!);
    const hole = index.findIndex(({ sequence }, at) => sequence !== at);
    const [gap] = await readGaps(disk);
    expect(gap!.cause).toMatch(/^DISK_FULL: /);
    expect(gap!.fromAt).toBeCloseTo(index[hole - 1]!.startAt + index[hole - 1]!.durationMs, 0);
    expect(gap!.toAt).toBe(index[hole]!.startAt);
  },
);

/** Takes every byte that is left. */
const eatAll = async (file: string): Promise<void> => {
  for (const size of [256_000, 16_000, 1_000])
    try {
      for (;;) await appendFile(file, Buffer.alloc(size));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
};

test.skipIf(!mounted)(
  `a disk at 100 % takes recordings in the announced order, and nothing that a case needs${mounted ? '' : ' [skipped: may not mount a small disk]'}`,
  async () => {
    const url = join(folder, 'street.mp4');
    const dataDir = join(disk, 'city');
    const filler = join(disk, 'filler');
    mkdirSync(join(dataDir, 'recordings'), { recursive: true });
    const redis = await startRedis(folder);
    const client = new Redis(redis.url);
    const log: string[] = [];
    const ring = keepRing({
      ...{ dataDir, redis: client, recording: parseConfig('version: 1').recording },
      log: pino(
        { level: 'info' },
        { write: (line: string) => void log.push((JSON.parse(line) as { msg: string }).msg) },
      ),
    });
    const store = new LocalStore(join(dataDir, 'objects'));
    await sealCase(store, 'sealed');
    const camera = startRecorder({
      ...{ dataDir, url, source: { loop: true, realtime: true } },
      onDiskFull: () => void ring.trim(),
    });
    try {
      await until('four segments', 20_000, () => camera.recorder.state.segments >= 4);
      const [session] = await sessionFolders(dataDir);
      const held = (await readIndex(session!)).slice(1, 3);
      const { cameraId, sessionId, startPtsMs } = held[0]!;
      const toPtsMs = held[1]!.startPtsMs + held[1]!.durationMs;
      const hold = { caseId: 'waiting', cameraId, sessionId, fromPtsMs: startPtsMs, toPtsMs, heldAt: 0 };
      await client.hset(HOLDS_KEY, 'waiting', JSON.stringify(hold));
      expect((await ring.report()).stage).toBe('roomy');

      // Between the two watermarks recordings get shorter, and go on.
      const { bavail, bsize, blocks } = statfsSync(disk);
      await writeFile(filler, Buffer.alloc(Math.round((bavail - blocks * 0.05) * bsize)));
      await ring.trim();
      expect((await ring.report()).stage).toBe('shortened');
      expect(await readdir(session!)).not.toContain('000000.m4s');
      const { segments } = camera.recorder.state;
      await until('it records on', 10_000, () => camera.recorder.state.segments > segments + 1);

      const left = async (): Promise<string[]> =>
        (await readdir(session!)).filter((name) => name.endsWith('.m4s')).sort();
      await expect
        .poll(
          async () => {
            await eatAll(filler);
            await ring.report();
            return left();
          },
          { timeout: 20_000, interval: 300 },
        )
        .toEqual(held.map(({ file }) => file));
      await expect.poll(async () => (await ring.report()).stage, { timeout: 10_000 }).toBe('paused');
      await until('the camera says so', 10_000, () => camera.recorder.state.cause === 'DISK_FULL');
      const stages = log.flatMap((line) => /stage (\d) of 2/.exec(line)?.[1] ?? []);
      expect([stages[0], stages.at(-1)]).toEqual(['1', '2']);
      await expect(store.put('cases/next/clip.mp4', Buffer.alloc(100_000))).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
      expect(await store.list('cases/next')).toEqual([]);
      expect(await verifyCase(folderReader(join(dataDir, 'objects', 'cases', 'sealed')))).toMatchObject({
        ...{ status: 'intact', problems: [] },
      });
      const received = camera.recorder.state.frames.received;
      await until('frames go on', 10_000, () => camera.recorder.state.frames.received > received + 5);

      await rm(filler);
      await until('it is well again', 10_000, () => camera.recorder.state.state === 'watching');
      await store.put('cases/next/clip.mp4', Buffer.alloc(100_000));
      expect((await ring.report()).stage).toBe('shortened');
      expect(await left()).toEqual(expect.arrayContaining(held.map(({ file }) => file)));
    } finally {
      await camera.stop();
      ring.close();
      client.disconnect();
      await redis.stop();
    }
  },
  60_000,
);

test.skipIf(!mounted)(
  `on a full disk an act is refused with 507 and changes nothing, and done again it is done${mounted ? '' : ' [skipped: may not mount a small disk]'}`,
  async () => {
    const filler = join(disk, 'filler');
    const dataDir = join(disk, 'desk');
    mkdirSync(dataDir);
    const site = await openSite({ dataDir });
    try {
      const lan = await site.person('lan', 'officer');
      await acceptForTest(site, await sealCase(site.store, 'act'));
      await lan.call('POST', '/api/cases/act/claim');
      await eatAll(filler);
      // The log of the database still has room of its own; notes fill that up.
      const note = () => lan.call('POST', '/api/cases/act/notes', { text: 'x'.repeat(2_000) });
      await expect.poll(async () => (await note()).statusCode, { timeout: 20_000, interval: 1 }).toBe(507);
      const verdict = () => lan.call('POST', '/api/cases/act/verdict', { verdict: 'confirmed' });
      const refused = await verdict();
      expect(refused.statusCode).toBe(507);
      expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(refused.json()).toMatchObject({
        ...{ code: 'DISK_FULL', status: 507, type: 'urn:watchpost:error:DISK_FULL' },
        detail: 'The disk of the server is full; nothing was changed. Free space on it, or add a disk, and try again',
      });
      const [listed] = (await lan.get('/api/cases')).json<{ cases: { state: string; verdict: unknown }[] }>().cases;
      expect(listed).toMatchObject({ state: 'claimed', verdict: null });

      await rm(filler);
      expect((await verdict()).json()).toMatchObject({ state: 'confirmed', verdict: { by: 'lan' } });
      expect((await site.admin.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
    } finally {
      await rm(filler, { force: true });
      await site.close();
    }
  },
  60_000,
);
