import { existsSync } from 'node:fs';
import { readdir, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../pipeline/config-schema.ts';
import type { SegmentRecord } from '../pipeline/segment.ts';
import { dataFolder } from './data-folder.ts';
import { type Hold, HOLDS_KEY } from './queue.ts';

const CHECK_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What is freed at once when the disk is short: enough to go on, little enough to lose the least. */
const FREE_STEP = 0.02;

/** `file` is relative to the session's folder, so `preview/…` for the rendition. */
export type RingSegment = Pick<
  SegmentRecord,
  'cameraId' | 'sessionId' | 'file' | 'startPtsMs' | 'startAt' | 'durationMs' | 'bytes'
>;

/**
 * Which segments go: those past their age, then the oldest until enough is free. Held ones never.
 * @param bytesToFree 0 when the disk has room
 */
export const chooseRemovals = (
  segments: readonly RingSegment[],
  holds: readonly Pick<Hold, 'cameraId' | 'sessionId' | 'fromPtsMs' | 'toPtsMs'>[],
  limits: { readonly olderThan: number; readonly bytesToFree: number },
): readonly RingSegment[] => {
  const isHeld = ({ cameraId, sessionId, startPtsMs, durationMs }: RingSegment): boolean =>
    holds.some(
      (hold) =>
        hold.cameraId === cameraId &&
        hold.sessionId === sessionId &&
        hold.fromPtsMs < startPtsMs + durationMs &&
        hold.toPtsMs > startPtsMs,
    );
  const chosen: RingSegment[] = [];
  let freed = 0;
  for (const segment of [...segments].sort((a, b) => a.startAt - b.startAt)) {
    const tooOld = segment.startAt + segment.durationMs < limits.olderThan;
    if ((!tooOld && freed >= limits.bytesToFree) || isHeld(segment)) continue;
    chosen.push(segment);
    freed += segment.bytes;
  }
  return chosen;
};

const listSessions = async (recordings: string): Promise<{ cameraId: string; sessionId: string; folder: string }[]> => {
  const found = [];
  for (const camera of await readdir(recordings, { withFileTypes: true })) {
    if (!camera.isDirectory()) continue;
    for (const session of await readdir(join(recordings, camera.name), { withFileTypes: true }))
      if (session.isDirectory())
        found.push({
          cameraId: camera.name,
          sessionId: session.name,
          folder: join(recordings, camera.name, session.name),
        });
  }
  return found;
};

/** Segments of one index that are still on disk. @param part `''` for the recording, `preview/` for the rendition */
const readIndex = async (folder: string, part: string): Promise<RingSegment[]> => {
  const text = await readFile(join(folder, part, 'index.ndjson'), 'utf8').catch(() => '');
  const records = text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RingSegment];
    } catch {
      return []; // A line cut by a crash.
    }
  });
  return records
    .map((record) => ({ ...record, file: `${part}${record.file}` }))
    .filter(({ file }) => existsSync(join(folder, file)));
};

/** Removes what may go from the ring, once. @returns what was removed */
export const trimRing = async (options: {
  readonly dataDir: string;
  readonly recording: Config['recording'];
  readonly holds: readonly Hold[];
  readonly now: number;
  /** Share of the disk that is free and its size; from the file system unless given. */
  readonly disk?: { readonly freeShare: number; readonly bytes: number };
}): Promise<readonly RingSegment[]> => {
  const { dataDir, recording, holds, now } = options;
  const { recordings } = dataFolder(dataDir);
  const { bavail, blocks, bsize } = await statfs(recordings);
  const disk = options.disk ?? { freeShare: bavail / blocks, bytes: blocks * bsize };
  const short = disk.freeShare < recording.minFreePercent / 100;
  const sessions = await listSessions(recordings);
  const bySession = new Map<string, RingSegment[]>();
  for (const { folder } of sessions)
    bySession.set(folder, [...(await readIndex(folder, '')), ...(await readIndex(folder, 'preview/'))]);
  const removed = chooseRemovals([...bySession.values()].flat(), holds, {
    olderThan: now - recording.keepHours * HOUR_MS,
    bytesToFree: short ? (recording.minFreePercent / 100 - disk.freeShare + FREE_STEP) * disk.bytes : 0,
  });
  for (const { cameraId, sessionId, file } of removed)
    await rm(join(recordings, cameraId, sessionId, file), { force: true });
  // A session that is all gone and can get nothing more leaves with its side-cars.
  for (const { folder } of sessions) {
    const before = bySession.get(folder) ?? [];
    const newest = Math.max(0, ...before.map(({ startAt, durationMs }) => startAt + durationMs));
    const gone = before.length > 0 && before.every((segment) => removed.includes(segment));
    if (gone && newest < now - HOUR_MS) await rm(folder, { recursive: true, force: true });
  }
  return removed;
};

/** Trims the ring every minute, and when asked to. */
export const keepRing = (options: {
  readonly dataDir: string;
  readonly recording: Config['recording'];
  readonly redis: Redis;
  readonly log: Logger;
}): { readonly trim: () => Promise<void>; readonly close: () => void } => {
  const { dataDir, recording, redis, log } = options;
  const trimNow = async (): Promise<void> => {
    try {
      // Without Redis nobody knows what is held: nothing is removed then.
      const holds = Object.values(await redis.hgetall(HOLDS_KEY)).map((text) => JSON.parse(text) as Hold);
      const removed = await trimRing({ dataDir, recording, holds, now: Date.now() });
      if (removed.length > 0)
        log.info(
          { segments: removed.length, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) },
          'ring trimmed',
        );
    } catch (error) {
      log.warn({ err: error }, 'ring could not be trimmed');
    }
  };
  let running: Promise<void> | null = null;
  const trim = (): Promise<void> =>
    (running ??= trimNow().finally(() => {
      running = null;
    }));
  const timer = setInterval(() => void trim(), CHECK_EVERY_MS);
  return { trim, close: () => clearInterval(timer) };
};
