import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PtsWindow } from '../../pipeline/clip-window.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { whenMissing } from '../storage/missing-file.ts';
import { NotReadyError } from './not-ready.ts';
import type { RecordingGap, RecordingSession, SegmentRecord } from '../../pipeline/segment.ts';

/** What is on disk of one session around a window. */
export type RecordingPart = {
  readonly session: RecordingSession;
  readonly sessionDir: string;
  /** Segments whose files exist: from the key frame before the window, at least 30 s before it, to the newest. */
  readonly segments: readonly SegmentRecord[];
  readonly gaps: readonly RecordingGap[];
  /** Whether the session gets no more segments though it does not reach the window's end. */
  readonly sessionEnded: boolean;
  /** When the index last grew, epoch milliseconds; tells how long ago its last segment ended. */
  readonly grewAt: number;
};

/** Lines of an NDJSON file; a last line that is still being written is left out. */
export const parseLines = <T>(text: string): T[] =>
  text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });

const readOptional = (file: string): Promise<string> => readFile(file, 'utf8').catch(whenMissing(''));

/** About 200 records, i.e. several minutes: enough for nearly every event, however long the session is. */
const FIRST_TAIL_BYTES = 64 * 1024;
const MARGIN_MS = 30_000;

const startsClip = ({ startsWithKeyframe, startPtsMs }: SegmentRecord, fromPtsMs: number): boolean =>
  startsWithKeyframe && startPtsMs <= fromPtsMs;

/** Reads the index from its end backwards until it reaches before the window and a clip of it can start. */
const readIndexTail = async (
  file: string,
  fromPtsMs: number,
): Promise<{ records: SegmentRecord[]; grewAt: number }> => {
  const handle = await open(file).catch(whenMissing(null));
  if (!handle) return { records: [], grewAt: 0 };
  try {
    const { size, mtimeMs } = await handle.stat();
    for (let want = FIRST_TAIL_BYTES; ; want *= 4) {
      const start = Math.max(0, size - want);
      const buffer = Buffer.alloc(size - start);
      await handle.read(buffer, 0, buffer.length, start);
      const text = buffer.toString('utf8');
      // Starting in the middle of the file, the first line is a piece of one.
      const records = parseLines<SegmentRecord>(start > 0 ? text.slice(text.indexOf('\n') + 1) : text);
      const isEnough =
        records[0] !== undefined &&
        records[0].startPtsMs < fromPtsMs - MARGIN_MS &&
        records.some((record) => startsClip(record, fromPtsMs));
      if (start === 0 || isEnough) return { records, grewAt: mtimeMs };
    }
  } finally {
    await handle.close();
  }
};

/**
 * Reads what evidence needs to know of a session.
 * @param recordingDir the camera's folder, with `gaps.ndjson` and one folder per session
 * @param recordingEnded whether the caller knows that the session gets no more segments
 * @throws WatchpostError EVIDENCE_GONE when the session's folder is not there, EVIDENCE_NOT_READY (a NotReadyError)
 * before its first segment
 */
export const readRecording = async (
  recordingDir: string,
  sessionId: string,
  window: PtsWindow,
  recordingEnded: boolean,
): Promise<RecordingPart> => {
  const sessionDir = join(recordingDir, sessionId);
  let session: RecordingSession;
  try {
    session = JSON.parse(await readFile(join(sessionDir, 'session.json'), 'utf8')) as RecordingSession;
  } catch (error) {
    // The recorder makes the folder at once and writes this file with the first segment, some seconds later.
    const begun = await stat(sessionDir).catch(whenMissing(null));
    if (begun && !recordingEnded)
      throw new NotReadyError(`the recording session ${sessionId} has no segment yet`, begun.mtimeMs);
    throw new WatchpostError('EVIDENCE_GONE', `the recording session ${sessionId} is not on disk any more`, {
      cause: error,
    });
  }
  const { records, grewAt } = await readIndexTail(join(sessionDir, 'index.ndjson'), window.fromPtsMs);
  // Key frames may be further apart than the margin.
  const entry = records.findLast((record) => startsClip(record, window.fromPtsMs));
  const fromPtsMs = Math.min(window.fromPtsMs - MARGIN_MS, entry?.startPtsMs ?? Number.POSITIVE_INFINITY);
  const near = records.filter((record) => record.startPtsMs + record.durationMs > fromPtsMs);
  const onDisk = await Promise.all(
    near.map(async (record) =>
      (await stat(join(sessionDir, record.file)).catch(whenMissing(null)))?.size === record.bytes ? [record] : [],
    ),
  );
  const segments = onDisk.flat();
  const gaps = parseLines<RecordingGap>(await readOptional(join(recordingDir, 'gaps.ndjson')));
  const last = segments.at(-1);
  const reachesEnd = last !== undefined && last.startPtsMs + last.durationMs >= window.toPtsMs;
  const sessionEnded = recordingEnded || (!reachesEnd && (await hasEnded(recordingDir, session)));
  return { session, sessionDir, segments, gaps, grewAt, sessionEnded };
};

/** The recorder says so, or the camera has a later session (a recorder that was killed could not say so). */
const hasEnded = async (recordingDir: string, session: RecordingSession): Promise<boolean> => {
  if (session.endPtsMs !== undefined) return true;
  const folders = await readdir(recordingDir, { withFileTypes: true });
  const others = folders.filter((folder) => folder.isDirectory() && folder.name !== session.sessionId);
  for (const { name } of others) {
    const text = await readOptional(join(recordingDir, name, 'session.json'));
    const [other] = parseLines<RecordingSession>(text.replaceAll('\n', ' '));
    if (other && other.clock.anchorAt > session.clock.anchorAt) return true;
  }
  return false;
};
