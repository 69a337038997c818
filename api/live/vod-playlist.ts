import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingSession, SegmentRecord } from '../../pipeline/segment.ts';
import { STILLS_CODEC } from '../../pipeline/stills.ts';

/**
 * HLS playlist [RFC 8216] of what was recorded between two instants, over all sessions of a camera; of the H.264
 * rendition where the camera's codec does not play in browsers. The index also lists segments that the ring has removed
 * since; they are left out.
 * @param folder `recordings/<camera>`
 * @returns null when nothing lies in the span
 */
export const vodPlaylist = async (options: {
  readonly folder: string;
  readonly from: number;
  readonly to: number;
}): Promise<string | null> => {
  const { folder, from, to } = options;
  const names = await readdir(folder).catch(() => []);
  const read = await Promise.all(names.map((name) => readSession(join(folder, name))));
  const sessions = read
    .filter((session) => session !== null)
    .filter(({ clock }) => clock.anchorAt < to)
    .sort((a, b) => a.clock.anchorAt - b.clock.anchorAt);
  const lines: string[] = [];
  let longestMs = 1_000;
  for (const session of sessions) {
    const inside = session.previewInitFile ? `${session.sessionId}/preview` : session.sessionId;
    const segments = await readSegments(join(folder, inside));
    const wanted = segments.filter(({ startAt, durationMs }) => startAt < to && startAt + durationMs > from);
    if (wanted.length === 0) continue;
    if (lines.length > 0) lines.push('#EXT-X-DISCONTINUITY');
    lines.push(`#EXT-X-MAP:URI="${session.sessionId}/${session.previewInitFile ?? session.initFile}"`);
    let expected = wanted[0]!.sequence;
    for (const { sequence, startAt, durationMs, file } of wanted) {
      if (sequence !== expected) lines.push('#EXT-X-DISCONTINUITY');
      expected = sequence + 1;
      longestMs = Math.max(longestMs, durationMs);
      lines.push(
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(Math.round(startAt)).toISOString()}`,
        `#EXTINF:${(durationMs / 1000).toFixed(6)},`,
        `${inside}/${file}`,
      );
    }
  }
  if (lines.length === 0) return null;
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-TARGETDURATION:${Math.ceil(longestMs / 1000)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    ...lines,
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
};

const readSession = async (folder: string): Promise<RecordingSession | null> => {
  try {
    const session = JSON.parse(await readFile(join(folder, 'session.json'), 'utf8')) as RecordingSession;
    // Pictures are no video.
    return session.codec === STILLS_CODEC ? null : session;
  } catch {
    return null; // A playlist file, or a session that is just beginning.
  }
};

const readSegments = async (folder: string): Promise<SegmentRecord[]> => {
  const text = await readFile(join(folder, 'index.ndjson'), 'utf8').catch(() => '');
  const present = new Set(await readdir(folder).catch(() => []));
  const listed = text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as SegmentRecord];
    } catch {
      return []; // The last line, half written.
    }
  });
  return listed.filter(({ file }) => present.has(file));
};
