import { expect, test } from 'vitest';
import type { SegmentRecord } from '../pipeline/segment.ts';
import { LivePlaylist, toPlaylist } from './playlist.ts';

const record = (sessionId: string, sequence: number, startAt: number, durationMs = 2_000): SegmentRecord => ({
  ...{ cameraId: 'gate', sessionId, sequence, file: `${String(sequence).padStart(6, '0')}.m4s`, startAt, durationMs },
  ...{ startPtsMs: sequence * 2_000, bytes: 1, sha256: '', startsWithKeyframe: true },
});
const noon = Date.UTC(2026, 10, 21, 12);

test('a live playlist says of each segment when it began, to the millisecond, and where its header lies', () => {
  const playlist = new LivePlaylist({ limit: 3, sequence: 100 });
  playlist.push(record('a', 0, noon + 0.4), 'a');
  playlist.push(record('a', 1, noon + 2_000.4, 2_040), 'a');
  expect(playlist.text()).toBe(
    [
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-TARGETDURATION:3',
      '#EXT-X-MEDIA-SEQUENCE:100',
      '#EXT-X-DISCONTINUITY-SEQUENCE:0',
      '#EXT-X-MAP:URI="a/init.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z',
      '#EXTINF:2.000000,',
      'a/000000.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:02.000Z',
      '#EXTINF:2.040000,',
      'a/000001.m4s',
      '',
    ].join('\n'),
  );
});

test('a new session is a discontinuity with its own header, and is counted when it leaves the list', () => {
  const playlist = new LivePlaylist({ limit: 2, sequence: 7 });
  playlist.push(record('a', 0, noon), 'a');
  playlist.push(record('b', 0, noon + 5_000), 'b/preview');
  expect(playlist.text()).toContain(
    'a/000000.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="b/preview/init.mp4"\n#EXT-X-PROGRAM-DATE-TIME',
  );
  playlist.push(record('b', 1, noon + 7_000), 'b/preview');
  expect(playlist.text()).toContain('#EXT-X-MEDIA-SEQUENCE:8\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
  expect(playlist.text()).not.toContain('#EXT-X-DISCONTINUITY\n');
});

test('a segment that is missing within a session is a discontinuity, too', () => {
  const playlist = new LivePlaylist({ limit: 5, sequence: 0 });
  playlist.push(record('a', 0, noon), 'a');
  playlist.push(record('a', 2, noon + 4_000), 'a');
  const text = playlist.text();
  expect(text.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
  expect(text.match(/#EXT-X-MAP/g)).toHaveLength(1);
});

test('a recording that is over says so', () => {
  const entry = { ...record('a', 0, noon), initUri: 'a/init.mp4', uri: 'a/000000.m4s' };
  const text = toPlaylist([entry], { sequence: 0, discontinuity: 0, ended: true });
  expect(text).toContain('#EXT-X-PLAYLIST-TYPE:VOD\n');
  expect(text.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
});
