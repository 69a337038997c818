import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vodPlaylist } from './vod-playlist.ts';

let folder: string;
const ANCHOR = 1_763_700_000_000;

const session = async (id: string, anchorAt: number, sequences: readonly number[], removed = -1): Promise<void> => {
  await mkdir(join(folder, id));
  await writeFile(
    join(folder, id, 'session.json'),
    JSON.stringify({ sessionId: id, initFile: 'init.mp4', clock: { sessionId: id, anchorAt } }),
  );
  const lines = sequences.map((sequence) =>
    JSON.stringify({
      sequence,
      file: `${String(sequence).padStart(6, '0')}.m4s`,
      startAt: anchorAt + sequence * 2_000,
      durationMs: 2_000,
    }),
  );
  for (const sequence of sequences)
    if (sequence !== removed) await writeFile(join(folder, id, `${String(sequence).padStart(6, '0')}.m4s`), '');
  await writeFile(join(folder, id, 'index.ndjson'), `${lines.join('\n')}\n{"sequence":99,"fi`);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-vod-'));
  await session('first', ANCHOR, [0, 1, 2]);
  await session('second', ANCHOR + 60_000, [0, 1, 2], 1);
  await writeFile(join(folder, 'live.m3u8'), '#EXTM3U\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const media = (playlist: string | null): string[] =>
  (playlist ?? '').split('\n').filter((line) => /^[a-z]|DISCONTINUITY|MAP|ENDLIST/.test(line));

test('a span holds the segments that touch it, and ends', async () => {
  expect(media(await vodPlaylist({ folder, from: ANCHOR + 2_500, to: ANCHOR + 4_500 }))).toEqual([
    '#EXT-X-MAP:URI="first/init.mp4"',
    'first/000001.m4s',
    'first/000002.m4s',
    '#EXT-X-ENDLIST',
  ]);
});

test('a new session and a segment that the ring removed are discontinuities', async () => {
  expect(media(await vodPlaylist({ folder, from: ANCHOR + 5_000, to: ANCHOR + 120_000 }))).toEqual([
    '#EXT-X-MAP:URI="first/init.mp4"',
    'first/000002.m4s',
    '#EXT-X-DISCONTINUITY',
    '#EXT-X-MAP:URI="second/init.mp4"',
    'second/000000.m4s',
    '#EXT-X-DISCONTINUITY',
    'second/000002.m4s',
    '#EXT-X-ENDLIST',
  ]);
});

test('each segment carries its wall-clock time', async () => {
  const playlist = await vodPlaylist({ folder, from: ANCHOR, to: ANCHOR + 1 });
  expect(playlist).toContain(
    `#EXT-X-PROGRAM-DATE-TIME:${new Date(ANCHOR).toISOString()}\n#EXTINF:2.000000,\nfirst/000000.m4s`,
  );
  expect(playlist).toContain('#EXT-X-TARGETDURATION:2\n');
});

test('playback begins at the wanted instant, or at the next picture when there was none then', async () => {
  const startOf = async (startAt: number): Promise<string | undefined> =>
    /EXT-X-START:(.*)/.exec((await vodPlaylist({ folder, from: ANCHOR, to: ANCHOR + 120_000, startAt })) ?? '')?.[1];
  expect(await startOf(ANCHOR + 3_250)).toBe('TIME-OFFSET=3.250,PRECISE=YES');
  // Six seconds of the first session, then nothing until the second.
  expect(await startOf(ANCHOR + 30_000)).toBe('TIME-OFFSET=6.000,PRECISE=YES');
});

test('a span without recording has no playlist', async () => {
  expect(await vodPlaylist({ folder, from: 0, to: 1_000 })).toBeNull();
  expect(await vodPlaylist({ folder: join(folder, 'none'), from: 0, to: 1e15 })).toBeNull();
});
