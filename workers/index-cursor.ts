import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentRecord } from '../pipeline/segment.ts';
import { whenMissing } from './storage/missing-file.ts';

/** `file` is relative to the session's folder, so `preview/…` for the rendition. */
export type RingSegment = Pick<
  SegmentRecord,
  'cameraId' | 'sessionId' | 'file' | 'startPtsMs' | 'startAt' | 'durationMs' | 'bytes'
>;

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a session's index from its oldest segment on, no more of it than is asked for: after a week it has 300,000 lines,
 * of which each trim needs a handful.
 */
export class IndexCursor {
  readonly #folder: string;
  readonly #part: string;
  #offset = 0;
  #ahead: RingSegment[] = [];

  /** @param part `''` for the recording, `preview/` for the rendition */
  constructor(folder: string, part: '' | 'preview/') {
    this.#folder = folder;
    this.#part = part;
  }

  /**
   * The oldest segment that is still on disk; null when there is none (yet).
   * @throws what the file system throws when that cannot be said: a session of which nothing is left is removed
   */
  async peek(): Promise<RingSegment | null> {
    for (;;) {
      while (this.#ahead[0] && !isThere(join(this.#folder, this.#ahead[0].file))) this.#ahead.shift();
      const [oldest] = this.#ahead;
      if (oldest) return oldest;
      if (!(await this.#readOn())) return null;
    }
  }

  /** Goes on to the next one. */
  shift(): void {
    this.#ahead.shift();
  }

  /** Puts segments back that were passed over; they are older than all that follow. */
  putBack(segments: readonly RingSegment[]): void {
    this.#ahead.unshift(...segments);
  }

  async #readOn(): Promise<boolean> {
    const handle = await open(join(this.#folder, this.#part, 'index.ndjson')).catch(whenMissing(null));
    if (!handle) return false;
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, this.#offset);
      const end = chunk.subarray(0, bytesRead).lastIndexOf('\n') + 1;
      this.#offset += end;
      for (const line of chunk.toString('utf8', 0, end).split('\n')) {
        const record = parse(line);
        if (record) this.#ahead.push({ ...record, file: `${this.#part}${record.file}` });
      }
      return end > 0;
    } finally {
      await handle.close();
    }
  }
}

/** Synchronous, for the thousands of lines in a row whose segments are gone; between two chunks others have their turn. */
const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined;

const parse = (line: string): RingSegment | null => {
  try {
    return line === '' ? null : (JSON.parse(line) as RingSegment);
  } catch {
    return null; // Torn by a crash or a full disk.
  }
};
