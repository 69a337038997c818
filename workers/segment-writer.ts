import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { WatchpostError } from '../pipeline/errors.ts';
import type { SegmentRecord } from '../pipeline/segment.ts';
import type { SessionClock } from '../pipeline/time.ts';
import { SEGMENT_TIME_OFFSET_MS } from './ffmpeg/args.ts';
import { readPieces } from './ffmpeg/fragments.ts';
import { readSegmentTimes, readTimescale, type SegmentTimes } from './ffmpeg/mp4-boxes.ts';
import type { EpochMs } from '../pipeline/time.ts';
import type { SessionTimeline } from './session-timeline.ts';
import { isDiskFull, writeWhole } from './write-whole.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A segment is long enough at this share of the wanted length: key frames jitter, and one more group is up to twice it. */
const LONG_ENOUGH = 0.9;
/** Segments waiting for a slow disk. When they are so many, ffmpeg waits too. */
const MOST_WAITING = 4;

export type SegmentWriterOptions = {
  readonly folder: string;
  readonly cameraId: string;
  readonly segmentMs: number;
  readonly timeline: SessionTimeline;
  /** Whether the disk has room that is meant for recordings. */
  readonly mayKeep: () => Promise<boolean>;
  /** The header is on disk; comes before the first segment. */
  readonly onInit: (sha256: string, clock: SessionClock) => Promise<void>;
  /** The segment is on disk and in the index. */
  readonly onSegment: (record: SegmentRecord) => Promise<void>;
  /** The segment could not be kept because the disk is full; the next ones are tried again. */
  readonly onLost: (record: SegmentRecord) => void;
  /** ffmpeg says what the recording holds. May refuse it by throwing. */
  readonly onHeader?: (init: Buffer) => void;
  /** A fragment came from ffmpeg, so the source is alive. May refuse it by throwing: it then does not become a part. */
  readonly onFragment?: (fragment: Buffer, times: SegmentTimes) => void;
};

type Fragment = { readonly bytes: Buffer; readonly times: SegmentTimes; readonly arrivedAt: EpochMs };

const spanOf = (fragments: readonly Fragment[]): { readonly startMs: number; readonly endMs: number } => ({
  startMs: Math.min(...fragments.map(({ times }) => times.startMs)),
  endMs: Math.max(...fragments.map(({ times }) => times.endMs)),
});

const segmentFile = (sequence: number): string => `${String(sequence).padStart(6, '0')}.m4s`;

/** Takes the fragmented MP4 that ffmpeg writes and keeps it as segments with an index, in one session's folder. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #timescale = 0;
  #initBytes: Buffer | null = null;
  #initWritten = false;
  #indexTorn = false;
  #pending: Fragment[] = [];
  #sequence = 0;
  #waiting: Promise<void>[] = [];

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /**
   * Reads until ffmpeg closes the stream; resolves when the last segment is on disk.
   * @throws WatchpostError SEGMENT_BROKEN, or what the disk throws when it is not merely full
   */
  async run(stream: Readable): Promise<void> {
    try {
      for await (const { kind, bytes } of readPieces(stream)) {
        if (kind === 'init') {
          this.#timescale = readTimescale(bytes);
          this.#initBytes = bytes;
          this.#options.onHeader?.(bytes);
          continue;
        }
        if (this.#timescale === 0) throw new WatchpostError('SEGMENT_BROKEN', 'a fragment came before the header');
        const times = readSegmentTimes(bytes, this.#timescale);
        this.#options.onFragment?.(bytes, times);
        // With key frames far apart a segment may begin without one. The next key frame begins a segment of its own, or
        // no clip could ever start there.
        if (times.startsWithKeyframe && this.#pending[0]?.times.startsWithKeyframe === false) await this.#finish();
        this.#pending.push({ bytes, times, arrivedAt: Date.now() });
        const { startMs, endMs } = spanOf(this.#pending);
        if (endMs - startMs >= this.#options.segmentMs * LONG_ENOUGH) await this.#finish();
      }
    } catch (error) {
      // A killed ffmpeg closes its pipe early; whoever owns the process knows why.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    } finally {
      await this.#finish();
      await Promise.all(this.#waiting);
    }
  }

  async #finish(): Promise<void> {
    const fragments = this.#pending;
    if (fragments.length === 0) return;
    this.#pending = [];
    const sequence = this.#sequence++;
    const before = this.#waiting.at(-1) ?? Promise.resolve();
    const written = before.then(() => this.#keep(sequence, fragments));
    this.#waiting.push(written);
    written.catch(() => undefined); // Told by `run`, which awaits it.
    if (this.#waiting.length >= MOST_WAITING) await this.#waiting.shift();
  }

  async #keep(sequence: number, fragments: readonly Fragment[]): Promise<void> {
    const { folder, cameraId, timeline, onInit, onSegment, onLost } = this.#options;
    const span = spanOf(fragments);
    const streamMs = span.startMs - SEGMENT_TIME_OFFSET_MS;
    // A fragment comes when its last picture has come.
    const takenAt = fragments.at(-1)!.arrivedAt - (span.endMs - span.startMs);
    const { clock } = await timeline.beginSegments(streamMs, takenAt);
    const bytes = Buffer.concat(fragments.map((fragment) => fragment.bytes));
    const startPtsMs = timeline.toPtsMs(streamMs);
    const durationMs = Math.round((span.endMs - span.startMs) * 1000) / 1000;
    timeline.reach(startPtsMs + durationMs);
    const record: SegmentRecord = {
      cameraId,
      sessionId: clock.sessionId,
      sequence,
      file: segmentFile(sequence),
      startPtsMs,
      durationMs,
      startAt: clock.anchorAt + startPtsMs,
      bytes: bytes.length,
      sha256: sha256(bytes),
      startsWithKeyframe: fragments[0]!.times.startsWithKeyframe,
    };
    if (!(await this.#options.mayKeep())) {
      onLost(record);
      return;
    }
    try {
      if (!this.#initWritten) {
        const init = this.#initBytes!;
        await writeWhole(join(folder, 'init.mp4'), init);
        await onInit(sha256(init), clock);
        this.#initWritten = true;
      }
      await writeWhole(join(folder, record.file), bytes);
      const line = `${this.#indexTorn ? '\n' : ''}${JSON.stringify(record)}\n`;
      // A full disk may take a line in part; the next one then starts on its own.
      this.#indexTorn = true;
      await appendFile(join(folder, 'index.ndjson'), line);
      this.#indexTorn = false;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      onLost(record);
      return;
    }
    await onSegment(record);
  }
}
