import { mkdir, open, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { toCanonicalJson } from '../pipeline/canonical-json.ts';
import { merkleRoot } from '../pipeline/merkle.ts';
import {
  FIRST_MINUTE,
  MINUTE_MS,
  minuteHash,
  type MinuteRecord,
  type MinuteSegment,
  type SealedMinute,
  type SealedRemoval,
} from '../pipeline/minute-chain.ts';
import type { SegmentRecord } from '../pipeline/segment.ts';
import type { Signer } from './storage/signer.ts';

type Head = Pick<MinuteRecord, 'index' | 'previous'>;
type Pending = { readonly minuteAt: number; readonly segments: MinuteSegment[] };

/**
 * Seals what one camera recorded, minute by minute, in a chain of its own: recordings cannot be changed or exchanged
 * unseen before a case is cut from them. Never holds the recording up; what a full disk refuses is tried again with the
 * next minute. What was recorded in the minute of a crash is not sealed.
 */
export class MinuteSealer {
  readonly #folder: string;
  readonly #signer: Signer;
  readonly #cameraId: string;
  readonly #log: Logger;
  #pending: Pending[] = [];
  #next: Head | null = null;
  #working: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly folder: string;
    readonly signer: Signer;
    readonly cameraId: string;
    readonly log: Logger;
  }) {
    this.#folder = options.folder;
    this.#signer = options.signer;
    this.#cameraId = options.cameraId;
    this.#log = options.log;
  }

  /** A segment is on disk. Returns at once. */
  add({ sessionId, sequence, sha256, startAt }: SegmentRecord): void {
    const minuteAt = Math.floor(startAt / MINUTE_MS) * MINUTE_MS;
    const last = this.#pending.at(-1);
    const segment = { sessionId, sequence, sha256 };
    if (last?.minuteAt === minuteAt) {
      last.segments.push(segment);
      return;
    }
    this.#pending.push({ minuteAt, segments: [segment] });
    if (last) this.#seal(1);
  }

  /** Seals the minute under way too. */
  async close(): Promise<void> {
    this.#seal(0);
    await this.#working;
  }

  /** @param open number of newest minutes that are still growing */
  #seal(open: 0 | 1): void {
    this.#working = this.#working
      .then(async () => {
        while (this.#pending.length > open) {
          await this.#append(this.#pending[0]!);
          this.#pending.shift();
        }
      })
      .catch((error: unknown) => {
        // Where the file ends now is read again before the next one.
        this.#next = null;
        this.#log.warn({ cameraId: this.#cameraId, err: error }, 'minute of the recording could not be sealed');
      });
  }

  async #append({ minuteAt, segments }: Pending): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const { index, previous } = (this.#next ??= await this.#readHead());
    const record: MinuteRecord = {
      schema: 'watchpost/minute/1',
      ...{ cameraId: this.#cameraId, index, previous, minuteAt, segments },
      root: merkleRoot(segments.map(({ sha256 }) => sha256)),
    };
    const sealed: SealedMinute = { record, signature: await this.#signer.sign(Buffer.from(toCanonicalJson(record))) };
    const day = new Date(minuteAt).toISOString().slice(0, 10);
    // A clock that was set back must not put a record before older ones: files are read in order of their names.
    const newest = (await this.#days()).at(-1) ?? '';
    const handle = await open(join(this.#folder, `${day > newest ? day : newest}.ndjson`), 'a');
    try {
      await handle.appendFile(`${toCanonicalJson(sealed)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#next = { index: index + 1, previous: minuteHash(record) };
  }

  async #days(): Promise<string[]> {
    return (await readdir(this.#folder))
      .filter((name) => name.endsWith('.ndjson'))
      .map((name) => name.slice(0, -'.ndjson'.length))
      .sort();
  }

  async #readHead(): Promise<Head> {
    for (const day of (await this.#days()).reverse()) {
      const file = join(this.#folder, `${day}.ndjson`);
      const bytes = await readFile(file);
      const end = bytes.lastIndexOf('\n') + 1;
      // A line that a crash or a full disk cut off was never vouched for by a later one.
      if (end < bytes.length) await truncate(file, end);
      const last = bytes.toString('utf8', 0, end).trimEnd().split('\n').at(-1) ?? '';
      if (last === '') continue;
      const line = JSON.parse(last) as SealedMinute | SealedRemoval;
      if ('removed' in line) return { index: line.removed.toIndex + 1, previous: line.removed.last };
      const { record } = line;
      return { index: record.index + 1, previous: minuteHash(record) };
    }
    return { index: 0, previous: FIRST_MINUTE };
  }
}
