import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingSession, SegmentRecord } from '../pipeline/segment.ts';
import type { EpochMs } from '../pipeline/time.ts';

export type LastRecorded = {
  readonly endAt: EpochMs;
  /** Whether the recorder closed the session; otherwise it was killed. */
  readonly endedWell: boolean;
};

/** What the newest segment of a camera's folder says of its end; null when nothing was recorded. */
export const readLastRecorded = async (cameraFolder: string): Promise<LastRecorded | null> => {
  // Session ids sort by time.
  const names = (await readdir(cameraFolder)).sort().reverse();
  for (const name of names) {
    const read = (file: string): Promise<string> => readFile(join(cameraFolder, name, file), 'utf8').catch(() => '');
    // The last line may have been cut off by a crash.
    const lines = (await readTail(join(cameraFolder, name, 'index.ndjson'))).trimEnd().split('\n').slice(-2);
    const last = lines.map((line) => parse(line) as SegmentRecord | null).findLast((record) => record !== null);
    if (!last) continue;
    const session = parse(await read('session.json')) as RecordingSession | null;
    return { endAt: last.startAt + last.durationMs, endedWell: session?.endPtsMs !== undefined };
  }
  return null;
};

/** Enough for the last two lines. */
const TAIL_BYTES = 4_096;

const readTail = async (file: string): Promise<string> => {
  const handle = await open(file).catch(() => null);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8');
  } finally {
    await handle.close();
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
