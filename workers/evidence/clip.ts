import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import type { RecordingSession, SegmentRecord } from '../../pipeline/segment.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { toolError } from './tool.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes init segment and segments behind each other: a file that plays. Every segment is held against the hash that
 * the recorder wrote down when it closed it.
 * @returns segments that are damaged or gone and were therefore left out
 * @throws WatchpostError SEGMENT_BROKEN when the init segment is damaged: nothing of the session can be decoded then
 */
export const joinSegments = async (
  sessionDir: string,
  session: RecordingSession,
  segments: readonly SegmentRecord[],
  target: string,
): Promise<readonly SegmentRecord[]> => {
  const init = await readFile(join(sessionDir, session.initFile)).catch(() => Buffer.alloc(0));
  if (sha256(init) !== session.initSha256)
    throw new WatchpostError(
      'SEGMENT_BROKEN',
      `${session.initFile} of session ${session.sessionId} is damaged: expected SHA-256 ${session.initSha256}, found ${sha256(init)}`,
    );
  const broken: SegmentRecord[] = [];
  const file = await open(target, 'w');
  try {
    await file.writeFile(init);
    for (const segment of segments) {
      const bytes = await readFile(join(sessionDir, segment.file)).catch(() => null);
      if (bytes && sha256(bytes) === segment.sha256) await file.writeFile(bytes);
      else broken.push(segment);
    }
  } finally {
    await file.close();
  }
  return broken;
};

/**
 * Remuxes to a progressive MP4 that starts at zero. Packets are copied: they are the camera's own bits.
 * Sound is left out: it is not needed as proof, and speech in public is nobody's business.
 * The same input gives the same bytes.
 * @throws WatchpostError EVIDENCE_UNVERIFIED when ffmpeg cannot make a clip of it
 */
export const cutClip = (joined: string, target: string): Promise<void> =>
  new Promise((resolve, reject) => {
    ffmpeg(joined)
      .outputOptions(['-map', '0:v:0', '-c', 'copy', '-map_metadata', '-1', '-fflags', '+bitexact'])
      .outputOptions(['-movflags', '+faststart', '-f', 'mp4'])
      .on('end', () => resolve())
      .on('error', (error: Error, _stdout, stderr) =>
        reject(toolError('ffmpeg', 'EVIDENCE_UNVERIFIED', error, stderr ?? '')),
      )
      .save(target);
  });
