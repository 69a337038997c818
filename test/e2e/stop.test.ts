import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { type CameraState, stateKey } from '../../pipeline/live.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { startRedis } from '../../workers/redis-server.ts';
import { hasShared, needs } from '../shared.ts';
import { carParkClip, carParkConfig, type RunningSystem, startSystem } from './running-system.ts';

const CLIP = ['footage', 'car-park-ccby.mp4'] as const;
const patiently = { timeout: 90_000, interval: 500 };

const loggedEvents = (system: RunningSystem): string[] =>
  system.log('analyze').flatMap(({ msg, eventId }) => (msg === 'event' ? [String(eventId)] : []));
const caseIds = (dataDir: string): string[] => {
  const database = new Database(dataFolder(dataDir).database, { readonly: true });
  try {
    return (database.prepare('SELECT id FROM cases').all() as { id: string }[]).map(({ id }) => id);
  } finally {
    database.close();
  }
};

describe.skipIf(!hasShared(...CLIP))(`stopping a system at work${needs(...CLIP)}`, () => {
  const work = mkdtempSync(join(tmpdir(), 'watchpost-stop-'));
  let system: RunningSystem | null = null;
  afterEach(async () => {
    await system?.stop();
    if (system) await rm(system.dataDir, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  });

  test('takes at most 10 s; every frame is accounted for, and every event becomes a case after the next start', async () => {
    const config = carParkConfig(await carParkClip(work), ['one', 'two', 'three']);
    system = startSystem(config);
    const { dataDir } = system;
    // Stopped while a case is being made of one of them: the post-roll is not over, or it is being sealed.
    await expect.poll(() => loggedEvents(system!).length, patiently).toBeGreaterThanOrEqual(2);
    const { ms, code } = await system.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
    const events = loggedEvents(system);

    const redisServer = await startRedis({ dataDir, log: pino({ level: 'silent' }) });
    const redis = new Redis(redisServer.url);
    const states = Object.values(await redis.hgetall(stateKey('record'))).map(
      (text) => JSON.parse(text) as CameraState,
    );
    redis.disconnect();
    await redisServer.close();
    expect(states).toHaveLength(3);
    for (const { cameraId, frames } of states) {
      const dropped = Object.values(frames.dropped).reduce((sum, count) => sum + count, 0);
      expect(frames.received - frames.analysed - dropped, cameraId).toBe(0);
    }

    system = startSystem(config, dataDir);
    await expect
      .poll(() => {
        const cases = caseIds(dataDir);
        return events.filter((id) => !cases.includes(id));
      }, patiently)
      .toEqual([]);
    const ids = caseIds(dataDir);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
