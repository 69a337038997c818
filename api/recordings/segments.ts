import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingSession, SegmentRecord } from '../../pipeline/segment.ts';
import { whenMissing } from '../../workers/storage/missing-file.ts';

/** Instants, epoch ms; `to` lies outside. */
export type RecordedSpan = { readonly from: number; readonly to: number };

/**
 * Recording sessions of a camera that may hold something of a span, oldest first.
 * @param folder `recordings/<camera>`; one that is not there holds nothing
 */
export const sessionsIn = async (folder: string, { from, to }: RecordedSpan): Promise<RecordingSession[]> => {
  const names = await readdir(folder).catch(whenMissing([]));
  const sessions = await Promise.all(names.map((name) => readSession(join(folder, name))));
  return sessions
    .filter((session) => session !== null)
    .filter(({ clock, endPtsMs = Infinity }) => clock.anchorAt < to && clock.anchorAt + endPtsMs > from)
    .sort((a, b) => a.clock.anchorAt - b.clock.anchorAt);
};

const readSession = async (folder: string): Promise<RecordingSession | null> => {
  try {
    return JSON.parse(await readFile(join(folder, 'session.json'), 'utf8')) as RecordingSession;
  } catch {
    return null; // A playlist file, or a session that is just beginning.
  }
};

/**
 * Segments of a session that touch a span, oldest first. The index also lists segments that the ring has removed since;
 * they are left out.
 * @param folder `recordings/<camera>/<session>`, or its rendition's
 */
export const segmentsIn = async (folder: string, { from, to }: RecordedSpan): Promise<SegmentRecord[]> => {
  const handle = await open(join(folder, 'index.ndjson')).catch(whenMissing(null));
  if (!handle) return [];
  try {
    const start = await findStart(handle, from);
    const found: SegmentRecord[] = [];
    for await (const line of handle.readLines({ start, encoding: 'utf8', autoClose: false })) {
      const segment = toSegment(line);
      if (!segment || endOf(segment) <= from) continue;
      if (segment.startAt >= to) break;
      found.push(segment);
    }
    if (found.length === 0) return [];
    const present = new Set(await readdir(folder).catch(whenMissing([])));
    return found.filter(({ file }) => present.has(file));
  } finally {
    await handle.close();
  }
};

const endOf = ({ startAt, durationMs }: SegmentRecord): number => startAt + durationMs;

const toSegment = (line: string): SegmentRecord | null => {
  try {
    return line === '' ? null : (JSON.parse(line) as SegmentRecord);
  } catch {
    return null; // Begun in the middle, or half written.
  }
};

/** Holds several lines, so that one of them is whole. */
const PROBE_BYTES = 4_096;

/**
 * Where in the index to begin reading for what is recorded from an instant on: lines are in order of time, and after a
 * week there are 300,000 of them.
 */
const findStart = async (handle: FileHandle, from: number): Promise<number> => {
  const probe = Buffer.alloc(PROBE_BYTES);
  let low = 0;
  let high = (await handle.stat()).size;
  while (high - low > PROBE_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const { bytesRead } = await handle.read(probe, 0, PROBE_BYTES, middle);
    const lines = probe.toString('utf8', 0, bytesRead).split('\n');
    const segment = lines.slice(1).map(toSegment).find(Boolean);
    if (segment && endOf(segment) <= from) low = middle;
    else high = middle;
  }
  return low;
};
