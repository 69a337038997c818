import type { SegmentRecord } from '../pipeline/segment.ts';

export type PlaylistEntry = Pick<SegmentRecord, 'sessionId' | 'sequence' | 'durationMs' | 'startAt'> & {
  /** Path of the segment's init segment, relative to the playlist. */
  readonly initUri: string;
  /** Path of the segment, relative to the playlist. */
  readonly uri: string;
};

const follows = (entry: PlaylistEntry, before: PlaylistEntry): boolean =>
  entry.sessionId === before.sessionId && entry.sequence === before.sequence + 1;

/**
 * An HLS media playlist [RFC 8216]. Every segment carries its wall-clock start (`EXT-X-PROGRAM-DATE-TIME`, to the
 * millisecond) on the same clock as live detections. A change of session is a discontinuity with its own init segment,
 * a segment that is missing within a session one without.
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
  for (const [index, entry] of entries.entries()) {
    const { initUri, uri, durationMs, startAt } = entry;
    const before = entries[index - 1];
    if (before && !follows(entry, before)) lines.push('#EXT-X-DISCONTINUITY');
    if (before?.initUri !== initUri) lines.push(`#EXT-X-MAP:URI="${initUri}"`);
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(Math.round(startAt)).toISOString()}`);
    lines.push(`#EXTINF:${(durationMs / 1000).toFixed(6)},`, uri);
  }
  if (options.ended) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
};

/** The newest segments of a camera as a playlist that goes on. */
export class LivePlaylist {
  readonly #limit: number;
  #entries: PlaylistEntry[] = [];
  #sequence: number;
  #discontinuity = 0;

  /**
   * @param limit segments listed at most
   * @param sequence media sequence number of the first segment. Players that stay over a restart of the recorder need it
   *   to be higher than any before.
   */
  constructor(options: { readonly limit: number; readonly sequence: number }) {
    this.#limit = options.limit;
    this.#sequence = options.sequence;
  }

  /** @param folder of the segment and its init segment, relative to the playlist */
  push(record: SegmentRecord, folder: string): void {
    const { sessionId, sequence, durationMs, startAt, file } = record;
    const entry = { sessionId, sequence, durationMs, startAt };
    this.#entries.push({ ...entry, initUri: `${folder}/init.mp4`, uri: `${folder}/${file}` });
    while (this.#entries.length > this.#limit) {
      const gone = this.#entries.shift()!;
      this.#sequence++;
      if (!follows(this.#entries[0]!, gone)) this.#discontinuity++;
    }
  }

  text(): string {
    return toPlaylist(this.#entries, {
      sequence: this.#sequence,
      discontinuity: this.#discontinuity,
      ended: false,
    });
  }
}
