import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../pipeline/config-schema.ts';
import type { DiskReport } from '../pipeline/process-report.ts';
import { dataFolder } from './data-folder.ts';
import { diskReport, measureDisk, STAGE_TEXTS, WriteRate } from './disk-room.ts';
import { IndexCursor, type RingSegment } from './index-cursor.ts';
import { type Hold, HOLDS_KEY } from './queue.ts';
import { whenMissing } from './storage/missing-file.ts';

const CHECK_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** What is freed at once when the disk is short: enough to go on, little enough to lose the least. */
const FREE_STEP = 0.02;

export type HeldSpan = Pick<Hold, 'cameraId' | 'sessionId' | 'fromPtsMs' | 'toPtsMs'>;

const isHeld = ({ cameraId, sessionId, startPtsMs, durationMs }: RingSegment, holds: readonly HeldSpan[]): boolean =>
  holds.some(
    (hold) =>
      hold.cameraId === cameraId &&
      hold.sessionId === sessionId &&
      hold.fromPtsMs < startPtsMs + durationMs &&
      hold.toPtsMs > startPtsMs,
  );

type Track = {
  readonly folder: string;
  readonly cursor: IndexCursor;
  passedOver: RingSegment[];
  /** Its index cannot be read just now: it is neither trimmed nor removed, and asked again at the next trim. */
  isUnreadable: boolean;
};

export type TrimOptions = {
  readonly holds: readonly HeldSpan[];
  readonly now: number;
  /** Share of the disk that is free and its size; from the file system unless given. */
  readonly disk?: { readonly freeShare: number; readonly bytes: number };
};

/**
 * The rolling recordings of all cameras. Segments past their age go; then, below the watermark of free disk, the oldest
 * of all until enough is free. What an open case still needs stays, whatever happens.
 */
export class Ring {
  readonly #recordings: string;
  readonly #recording: Config['recording'];
  readonly #log: Pick<Logger, 'warn'> | null;
  readonly #tracks = new Map<string, Track>();

  constructor(options: {
    readonly dataDir: string;
    readonly recording: Config['recording'];
    readonly log?: Pick<Logger, 'warn'>;
  }) {
    this.#recordings = dataFolder(options.dataDir).recordings;
    this.#recording = options.recording;
    this.#log = options.log ?? null;
  }

  /** When the oldest recording begins that is still there (epoch ms); null: there is none. */
  async oldestAt(): Promise<number | null> {
    this.#follow(await this.#listSessions());
    return (await this.#oldest())?.segment.startAt ?? null;
  }

  /** Removes what may go. @returns what was removed, oldest first */
  async trim({ holds, now, disk }: TrimOptions): Promise<readonly RingSegment[]> {
    const folders = await this.#listSessions();
    this.#follow(folders);
    for (const track of this.#tracks.values()) track.isUnreadable = false;
    const { freeShare, bytes } = disk ?? (await measureDisk(this.#recordings));
    const wantedShare = this.#recording.minFreePercent / 100;
    const bytesToFree = freeShare < wantedShare ? (wantedShare - freeShare + FREE_STEP) * bytes : 0;
    const olderThan = now - this.#recording.keepHours * HOUR_MS;
    const removed: RingSegment[] = [];
    let freed = 0;
    try {
      for (;;) {
        const found = await this.#oldest();
        if (!found) break;
        const { track, segment } = found;
        if (segment.startAt + segment.durationMs >= olderThan && freed >= bytesToFree) break;
        track.cursor.shift();
        if (isHeld(segment, holds)) {
          track.passedOver.push(segment);
          continue;
        }
        await rm(join(track.folder, segment.file), { force: true });
        removed.push(segment);
        freed += segment.bytes;
      }
    } finally {
      // Also when one cannot be removed: a session whose held segments are forgotten would count as empty, and go.
      for (const track of this.#tracks.values()) {
        track.cursor.putBack(track.passedOver);
        track.passedOver = [];
      }
    }
    for (const folder of folders) await this.#tidy(folder, now);
    return removed;
  }

  async #listSessions(): Promise<string[]> {
    const found: string[] = [];
    for (const camera of await readdir(this.#recordings, { withFileTypes: true })) {
      if (!camera.isDirectory()) continue;
      for (const session of await readdir(join(this.#recordings, camera.name), { withFileTypes: true }))
        if (session.isDirectory()) found.push(join(this.#recordings, camera.name, session.name));
    }
    return found;
  }

  #follow(folders: readonly string[]): void {
    const wanted = new Set(folders);
    for (const [key, { folder }] of this.#tracks) if (!wanted.has(folder)) this.#tracks.delete(key);
    for (const folder of folders)
      for (const part of ['', 'preview/'] as const) {
        const key = join(folder, part);
        if (!this.#tracks.has(key))
          this.#tracks.set(key, { folder, cursor: new IndexCursor(folder, part), passedOver: [], isUnreadable: false });
      }
  }

  async #oldest(): Promise<{ track: Track; segment: RingSegment } | null> {
    let oldest: { track: Track; segment: RingSegment } | null = null;
    for (const track of this.#tracks.values()) {
      const segment = await this.#peek(track);
      if (segment && (!oldest || segment.startAt < oldest.segment.startAt)) oldest = { track, segment };
    }
    return oldest;
  }

  /** The oldest segment of a session that is left; null when there is none, or when nobody can say. */
  async #peek(track: Track): Promise<RingSegment | null> {
    if (track.isUnreadable) return null;
    try {
      return await track.cursor.peek();
    } catch (error) {
      track.isUnreadable = true;
      this.#log?.warn({ err: error, folder: track.folder }, 'session of the ring cannot be read, left as it is');
      return null;
    }
  }

  /** Removes the side-cars of what is gone, and a session that is all gone and gets nothing more. */
  async #tidy(folder: string, now: number): Promise<void> {
    const [mainTrack, previewTrack] = [this.#tracks.get(join(folder, '')), this.#tracks.get(join(folder, 'preview/'))];
    const main = mainTrack && (await this.#peek(mainTrack));
    const preview = previewTrack && (await this.#peek(previewTrack));
    if (mainTrack?.isUnreadable || previewTrack?.isUnreadable) return;
    if (!main && !preview) {
      const { mtimeMs } = await stat(folder);
      if (mtimeMs < now - HOUR_MS) await rm(folder, { recursive: true, force: true });
      return;
    }
    if (!main) return;
    const firstMinute = Math.floor(main.startPtsMs / MINUTE_MS);
    const sideCars = await readdir(join(folder, 'tracks')).catch(whenMissing([]));
    for (const name of sideCars)
      if (Number.parseInt(name) < firstMinute) await rm(join(folder, 'tracks', name), { force: true });
  }
}

/** Trims the ring every minute, and when asked to; knows where the disk stands. */
export const keepRing = (options: {
  readonly dataDir: string;
  readonly recording: Config['recording'];
  readonly redis: Redis;
  readonly log: Logger;
}): {
  readonly trim: () => Promise<void>;
  /** Something of so many bytes was recorded. */
  readonly wrote: (bytes: number) => void;
  readonly report: () => Promise<DiskReport>;
  readonly close: () => void;
} => {
  const { dataDir, recording, redis, log } = options;
  const ring = new Ring(options);
  const rate = new WriteRate(Date.now());
  const state = { shortened: false, oldestAt: null as number | null, stage: 'roomy' as DiskReport['stage'] };
  const trimNow = async (): Promise<void> => {
    try {
      // Without Redis nobody knows what is held: nothing is removed then.
      const holds = Object.values(await redis.hgetall(HOLDS_KEY)).map((text) => JSON.parse(text) as Hold);
      const now = Date.now();
      const removed = await ring.trim({ holds, now });
      state.oldestAt = await ring.oldestAt();
      const keepMs = recording.keepHours * HOUR_MS;
      const ages = removed.map(({ startAt, durationMs }) => now - startAt - durationMs);
      if (ages.some((age) => age < keepMs)) state.shortened = true;
      // Only time mends it: what went before its time has been replaced.
      else if (state.oldestAt !== null && now - state.oldestAt >= keepMs - CHECK_EVERY_MS) state.shortened = false;
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
  const report = async (): Promise<DiskReport> => {
    const now = Date.now();
    const room = await measureDisk(dataFolder(dataDir).recordings);
    const { shortened, oldestAt } = state;
    const found = diskReport(room, recording, { shortened, oldestAt, perHour: rate.perHour(now), now });
    if (found.stage !== state.stage) {
      const freePercent = Math.round(room.freeShare * 1_000) / 10;
      log[found.stage === 'roomy' ? 'info' : 'warn']({ stage: found.stage, freePercent }, STAGE_TEXTS[found.stage]);
      state.stage = found.stage;
    }
    return found;
  };
  const timer = setInterval(() => void trim(), CHECK_EVERY_MS);
  return { trim, wrote: (bytes) => rate.add(bytes, Date.now()), report, close: () => clearInterval(timer) };
};
