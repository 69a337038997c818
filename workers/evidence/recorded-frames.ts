import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { SegmentRecord } from '../../pipeline/segment.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import { cutClip, joinSegments } from './clip.ts';
import { NotReadyError } from './not-ready.ts';
import { readClip } from './read-clip.ts';
import type { RecordingPart } from './recording.ts';
import { type ClipPicture, decodeFrames } from './stills.ts';

const endOf = ({ startPtsMs, durationMs }: SegmentRecord): PtsMs => startPtsMs + durationMs;

/**
 * Full-resolution frames at the given instants of one session.
 * @param workDir folder for work files
 * @returns one frame per instant, in the same order; null where the recording has no frame at the instant
 * @throws WatchpostError EVIDENCE_NOT_READY (a NotReadyError), EVIDENCE_GONE, EVIDENCE_UNVERIFIED, SEGMENT_BROKEN
 */
export const decodeRecorded = async (
  { session, sessionDir, segments, sessionEnded, grewAt }: RecordingPart,
  instants: readonly PtsMs[],
  workDir: string,
): Promise<(ClipPicture | null)[]> => {
  const [from, to] = [Math.min(...instants), Math.max(...instants)];
  const recordedTo = segments.reduce((latest, segment) => Math.max(latest, endOf(segment)), 0);
  if (recordedTo <= to && !sessionEnded)
    throw new NotReadyError(`the recording must go on for ${Math.round(to - recordedTo)} ms`, grewAt + to - recordedTo);
  const entry = segments.findLastIndex((segment) => segment.startsWithKeyframe && segment.startPtsMs <= from);
  const chosen = entry < 0 ? [] : segments.slice(entry).filter(({ startPtsMs }) => startPtsMs <= to);
  const [first] = chosen;
  if (!first) throw new WatchpostError('EVIDENCE_GONE', `no segment holds the pictures from ${from} ms`);
  await mkdir(workDir, { recursive: true });
  const folder = await mkdtemp(join(workDir, 'frames.'));
  try {
    const [joined, clip] = [join(folder, 'joined.mp4'), join(folder, 'clip.mp4')];
    const [broken] = await joinSegments(sessionDir, session, chosen, joined);
    if (broken) throw new WatchpostError('SEGMENT_BROKEN', `${broken.file} is damaged or gone`);
    await cutClip(joined, clip);
    return await decodeFrames(clip, await readClip(clip, first.startPtsMs), instants);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
