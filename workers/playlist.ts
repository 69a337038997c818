import type { SegmentRecord } from '../pipeline/segment.ts';

export type PlaylistEntry = Pick<SegmentRecord, 'sessionId' | 'file' | 'durationMs' | 'startAt'> & {
  /** Path of the segment's init segment, relative to the playlist. */
  readonly initUri: string;
  /** Path of the segment, relative to the playlist. */
  readonly uri: string;
};

/**
 * An HLS media playlist [RFC 8216]. Every segment carries its wall-clock start (`EXT-X-PROGRAM-DATE-TIME`, to the
 * millisecond) on the same clock as live detections, and each change of session a discontinuity with its own init
 * segment.
 * @param entries in order of time
 * @param sequence media sequence number of the first entry
 * @param discontinuity how many discontinuities came before the first entry
 */
export const toPlaylist = (
  entries: readonly PlaylistEntry[],
  options: { readonly sequence: number; readonly discontinuity: number; readonly ended: boolean },
): string => {
  const longest = Math.max(1, ...entries.map(({ durationMs }) => Math.ceil(durationMs / 1000)));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${longest}`,
    `#EXT-X-MEDIA-SEQUENCE:${options.sequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${options.discontinuity}`,
    ...(options.ended ? ['#EXT-X-PLAYLIST-TYPE:VOD'] : []),
  ];
  let session: string | null = null;
  for (const { sessionId, initUri, uri, durationMs, startAt } of entries) {
    if (sessionId !== session) {
      if (session !== null) lines.push('#EXT-X-DISCONTINUITY');
      lines.push(`#EXT-X-MAP:URI="${initUri}"`);
      session = sessionId;
    }
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(Math.round(startAt)).toISOString()}`);
    lines.push(`#EXTINF:${(durationMs / 1000).toFixed(6)},`, uri);
  }
  if (options.ended) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
};
