import { statfs } from 'node:fs/promises';
import type { Config } from '../pipeline/config-schema.ts';
import type { DiskReport, DiskStage } from '../pipeline/process-report.ts';

type Recording = Pick<Config['recording'], 'keepHours' | 'minFreePercent' | 'stopFreePercent'>;

export type DiskRoom = { readonly freeShare: number; readonly bytes: number };

/** What an ordinary user may still write, as a share of the whole. */
export const measureDisk = async (folder: string): Promise<DiskRoom> => {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeShare: bavail / blocks, bytes: blocks * bsize };
};

/** Whether recordings may still be written: the last of the disk is for evidence, the database and the queue. */
export const mayRecord = ({ freeShare }: Pick<DiskRoom, 'freeShare'>, { stopFreePercent }: Recording): boolean =>
  freeShare >= stopFreePercent / 100;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WINDOW_MS = 10 * MINUTE_MS;

/** How fast recordings grow, over the last ten minutes. */
export class WriteRate {
  #minutes: { readonly at: number; bytes: number }[] = [];
  readonly #startedAt: number;

  constructor(now: number) {
    this.#startedAt = now;
  }

  add(bytes: number, now: number): void {
    const last = this.#minutes.at(-1);
    if (last && now - last.at < MINUTE_MS) last.bytes += bytes;
    else this.#minutes.push({ at: now, bytes });
    while ((this.#minutes[0]?.at ?? now) < now - WINDOW_MS) this.#minutes.shift();
  }

  /** Bytes per hour; null before a minute was seen. */
  perHour(now: number): number | null {
    const span = Math.min(now - this.#startedAt, WINDOW_MS);
    if (span < MINUTE_MS) return null;
    const bytes = this.#minutes.filter(({ at }) => at >= now - WINDOW_MS).reduce((sum, each) => sum + each.bytes, 0);
    return (bytes / span) * HOUR_MS;
  }
}

/**
 * Where the disk stands, and how far recordings will reach back on it at their present rate.
 * @param facts.shortened recordings younger than `keepHours` had to go
 * @param facts.oldestAt of the oldest recording (epoch ms); null: there is none
 * @param facts.perHour bytes; null: not known yet
 */
export const diskReport = (
  room: DiskRoom,
  recording: Recording,
  facts: {
    readonly shortened: boolean;
    readonly oldestAt: number | null;
    readonly perHour: number | null;
    readonly now: number;
  },
): DiskReport => {
  const { shortened, oldestAt, perHour, now } = facts;
  const spare = Math.max(0, room.freeShare - recording.minFreePercent / 100) * room.bytes;
  const stage: DiskStage = !mayRecord(room, recording) ? 'paused' : shortened ? 'shortened' : 'roomy';
  return {
    ...{ bytes: room.bytes, freeBytes: Math.round(room.freeShare * room.bytes), stage, oldestAt },
    keepHours: recording.keepHours,
    reachHours:
      perHour === null || perHour === 0
        ? null
        : Math.min(recording.keepHours, (oldestAt === null ? 0 : (now - oldestAt) / HOUR_MS) + spare / perHour),
  };
};

/** What an operator reads in the log when a stage begins; docs/operating.md names the same order. */
export const STAGE_TEXTS: Readonly<Record<DiskStage, string>> = {
  roomy: 'the disk has room again: recordings are kept as long as configured',
  shortened:
    'the disk is short, stage 1 of 2: the oldest recordings that no case needs go before their time; free space or add a disk',
  paused:
    'the disk is short, stage 2 of 2: nothing more is recorded, what is left is for evidence; live pictures, analysis and review go on; free space now',
};
