import { join } from 'node:path';
import type { SegmentRecord } from '../../pipeline/segment.ts';
import { STILLS_CODEC } from '../../pipeline/stills.ts';
import { segmentsIn, sessionsIn } from '../recordings/segments.ts';

/**
 * HLS playlist [RFC 8216] of what was recorded between two instants, over all sessions of a camera; of the H.264
 * rendition where the camera's codec does not play in browsers. The index also lists segments that the ring has removed
 * since; they are left out.
 * @param folder `recordings/<camera>`
 * @param startAt where playback begins [EXT-X-START]; at the next picture when nothing was recorded then
 * @returns null when nothing lies in the span
 */
export const vodPlaylist = async (options: {
  readonly folder: string;
  readonly from: number;
  readonly to: number;
  readonly startAt?: number | undefined;
}): Promise<string | null> => {
  const { folder, from, to, startAt } = options;
  // Pictures are no video.
  const sessions = (await sessionsIn(folder, { from, to })).filter(({ codec }) => codec !== STILLS_CODEC);
  const lines: string[] = [];
  const listed: SegmentRecord[] = [];
  for (const session of sessions) {
    const inside = session.previewInitFile ? `${session.sessionId}/preview` : session.sessionId;
    const wanted = await segmentsIn(join(folder, inside), { from, to });
    if (wanted.length === 0) continue;
    if (lines.length > 0) lines.push('#EXT-X-DISCONTINUITY');
    lines.push(`#EXT-X-MAP:URI="${session.sessionId}/${session.previewInitFile ?? session.initFile}"`);
    let expected = wanted[0]!.sequence;
    for (const segment of wanted) {
      if (segment.sequence !== expected) lines.push('#EXT-X-DISCONTINUITY');
      expected = segment.sequence + 1;
      listed.push(segment);
      lines.push(
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(Math.round(segment.startAt)).toISOString()}`,
        `#EXTINF:${(segment.durationMs / 1000).toFixed(6)},`,
        `${inside}/${segment.file}`,
      );
    }
  }
  if (listed.length === 0) return null;
  const longestMs = listed.reduce((most, { durationMs }) => Math.max(most, durationMs), 1_000);
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-TARGETDURATION:${Math.ceil(longestMs / 1000)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    ...(startAt === undefined ? [] : [`#EXT-X-START:TIME-OFFSET=${offsetS(listed, startAt)},PRECISE=YES`]),
    ...lines,
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
};

/** Seconds from the playlist's begin to an instant. */
const offsetS = (segments: readonly SegmentRecord[], at: number): string => {
  let ms = 0;
  for (const { startAt, durationMs } of segments) {
    if (at < startAt + durationMs) return ((ms + Math.max(0, at - startAt)) / 1000).toFixed(3);
    ms += durationMs;
  }
  return (ms / 1000).toFixed(3);
};
