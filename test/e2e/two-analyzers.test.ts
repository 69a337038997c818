import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { type CameraState, stateKey } from '../../pipeline/live.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { hasShared, needs } from '../shared.ts';
import { carParkClip, carParkConfig, type RunningSystem, startSystem } from './running-system.ts';

const CLIP = ['footage', 'car-park-ccby.mp4'] as const;
const CAMERAS = ['one', 'two', 'three', 'four'];
const patiently = { timeout: 60_000, interval: 200 };

/** Cameras whose analysis a worker has begun, in order. */
const begun = (system: RunningSystem, worker: string): string[] =>
  system.log(worker).flatMap(({ msg, cameraId }) => (msg === 'analysis of a session starts' ? [String(cameraId)] : []));
const pidOf = (system: RunningSystem, worker: string): number =>
  system
    .processes('analyze')
    .find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(worker))!.pid;

describe.skipIf(!hasShared(...CLIP))(`two analysing processes${needs(...CLIP)}`, () => {
  const work = mkdtempSync(join(tmpdir(), 'watchpost-two-'));
  let system: RunningSystem | null = null;
  let redis: Redis | null = null;
  afterEach(async () => {
    redis?.disconnect();
    await system?.stop();
    if (system) await rm(system.dataDir, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  });

  test('share the cameras; one is killed, the other watches all within 15 s, the gap is put down, no event comes twice', async () => {
    const running = startSystem(carParkConfig(await carParkClip(work), CAMERAS), undefined, ['--analyzers', '2']);
    system = running;
    await expect
      .poll(() => [begun(running, 'analyze').length > 0, begun(running, 'analyze-2').length > 0], patiently)
      .toEqual([true, true]);
    redis = new Redis(dataFolder(running.dataDir).redisSocket);
    const client = redis;
    const states = async (): Promise<Map<string, CameraState['frames']>> => {
      const list = Object.values(await client.hgetall(stateKey('record'))).map(
        (text) => JSON.parse(text) as CameraState,
      );
      return new Map(list.map(({ cameraId, frames }) => [cameraId, frames]));
    };
    const analysed = async (): Promise<number[]> => {
      const all = await states();
      return CAMERAS.map((id) => all.get(id)?.analysed ?? 0);
    };
    await expect.poll(async () => Math.min(...(await analysed())), patiently).toBeGreaterThan(3);

    const killedAt = performance.now();
    process.kill(pidOf(running, 'analyze'), 'SIGKILL');
    const before = await analysed();
    // Every camera goes on, before the killed one can be back and loaded.
    await expect
      .poll(async () => (await analysed()).filter((count, index) => count > before[index]! + 3).length, patiently)
      .toBe(CAMERAS.length);
    expect(performance.now() - killedAt).toBeLessThan(15_000);
    const lost = [...(await states()).values()].map(({ dropped }) => dropped['no-analyzer'] ?? 0);
    expect(lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);

    const events = ['analyze', 'analyze-2'].flatMap((worker) =>
      running.log(worker).flatMap(({ msg, eventId }) => (msg === 'event' ? [String(eventId)] : [])),
    );
    expect(new Set(events).size).toBe(events.length);
  });
});
