import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentRecord } from '../pipeline/segment.ts';
import type { SessionClock } from '../pipeline/time.ts';
import { readSegmentTimes, readTimescale } from './ffmpeg/mp4-boxes.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const segmentFile = (sequence: number): string => `${String(sequence).padStart(6, '0')}.m4s`;

/**
 * Follows the segments that ffmpeg writes into one folder and records each in `index.ndjson` once it is complete.
 *
 * Segments and analysis frames come from one ffmpeg run but on two time lines: the muxer shifts all times of the copy
 * by the depth of the B-frames. Both begin with the same picture, so the difference of the two first times joins them.
 */
export class SegmentIndex {
  readonly #folder: string;
  readonly #cameraId: string;
  readonly #clock: () => SessionClock | null;
  /** First frame's time on ffmpeg's filter time line; media time zero. */
  readonly #onSegment: (record: SegmentRecord) => Promise<void>;
  #next = 0;
  #timescale = 0;
  #offsetMs: number | null = null;
  #initSha256 = '';

  constructor(options: {
    readonly folder: string;
    readonly cameraId: string;
    /** The session's clock, null until the first frame came. */
    readonly clock: () => SessionClock | null;
    readonly onSegment: (record: SegmentRecord) => Promise<void>;
  }) {
    this.#folder = options.folder;
    this.#cameraId = options.cameraId;
    this.#clock = options.clock;
    this.#onSegment = options.onSegment;
  }

  get initSha256(): string {
    return this.#initSha256;
  }

  get count(): number {
    return this.#next;
  }

  /** Takes in what is complete since the last call. @throws WatchpostError SEGMENT_BROKEN, or what the disk throws */
  async update(): Promise<void> {
    for (;;) {
      const clock = this.#clock();
      const file = segmentFile(this.#next);
      if (!clock || !existsSync(join(this.#folder, file))) return;
      if (this.#timescale === 0) {
        const init = await readFile(join(this.#folder, 'init.mp4'));
        this.#timescale = readTimescale(init);
        this.#initSha256 = sha256(init);
      }
      const bytes = await readFile(join(this.#folder, file));
      const times = readSegmentTimes(bytes, this.#timescale);
      this.#offsetMs ??= times.startMs;
      const startPtsMs = Math.round((times.startMs - this.#offsetMs) * 1000) / 1000;
      const record: SegmentRecord = {
        cameraId: this.#cameraId,
        sessionId: clock.sessionId,
        sequence: this.#next,
        file,
        startPtsMs,
        durationMs: times.durationMs,
        startAt: clock.anchorAt + startPtsMs,
        bytes: bytes.length,
        sha256: sha256(bytes),
        startsWithKeyframe: times.startsWithKeyframe,
      };
      this.#next++;
      await this.#onSegment(record);
      await appendFile(join(this.#folder, 'index.ndjson'), `${JSON.stringify(record)}\n`);
    }
  }
}
