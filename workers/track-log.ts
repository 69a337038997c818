import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveFrame } from '../pipeline/live.ts';
import { dataFolder } from './data-folder.ts';

const MINUTE_MS = 60_000;

/** File of a session's side-car that holds the frames of one minute of media time. */
export const trackLogFile = (dataDir: string, cameraId: string, sessionId: string, ptsMs: number): string =>
  join(dataFolder(dataDir).session(cameraId, sessionId), 'tracks', `${String(Math.floor(ptsMs / MINUTE_MS))}.ndjson`);

/**
 * Writes what one camera saw beside the recording, one line per analysed frame, so that going back in time and evidence
 * show the same boxes as the live picture did. Writes of one camera keep their order.
 */
export class TrackLog {
  readonly #dataDir: string;
  readonly #known = new Set<string>();
  #tail: Promise<void> = Promise.resolve();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** @throws what the file system throws, e.g. ENOSPC; the next call tries again. */
  append(frame: LiveFrame): Promise<void> {
    const file = trackLogFile(this.#dataDir, frame.cameraId, frame.sessionId, frame.ptsMs);
    const write = async (): Promise<void> => {
      if (!this.#known.has(file)) {
        await mkdir(join(file, '..'), { recursive: true });
        this.#known.clear();
        this.#known.add(file);
      }
      await appendFile(file, `${JSON.stringify(frame)}\n`);
    };
    const written = this.#tail.then(write, write);
    this.#tail = written.catch(() => undefined);
    return written;
  }
}
