import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SegmentRecord } from '../../pipeline/segment.ts';
import { recordedIn } from './recorded.ts';
import { segmentsIn } from './segments.ts';
import { tracksIn } from './tracks.ts';

let folder: string;
const ANCHOR = 1_763_700_000_000;
const SEGMENT_MS = 2_000;
/** Many enough that the index is not read whole. */
const SEGMENTS = 2_000;
const REMOVED = 10;

const nameOf = (sequence: number): string => `${String(sequence).padStart(6, '0')}.m4s`;
const segmentOf = (anchorAt: number, sequence: number): Partial<SegmentRecord> => ({
  sequence,
  file: nameOf(sequence),
  startAt: anchorAt + sequence * SEGMENT_MS,
  durationMs: SEGMENT_MS,
  sha256: '0'.repeat(64),
});

const laySession = async (id: string, anchorAt: number, count: number, removed: number): Promise<void> => {
  await mkdir(join(folder, id, 'tracks'), { recursive: true });
  const clock = { sessionId: id, anchorAt };
  await writeFile(join(folder, id, 'session.json'), JSON.stringify({ sessionId: id, clock }));
  const all = Array.from({ length: count }, (_, sequence) => segmentOf(anchorAt, sequence));
  await writeFile(join(folder, id, 'index.ndjson'), `${all.map((one) => JSON.stringify(one)).join('\n')}\n{"seq`);
  await Promise.all(all.slice(removed).map(({ file }) => writeFile(join(folder, id, file!), '')));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-segments-'));
  await laySession('long', ANCHOR, SEGMENTS, REMOVED);
  // The camera comes back ten seconds later.
  await laySession('next', ANCHOR + SEGMENTS * SEGMENT_MS + 10_000, 5, 0);
  const line = (ms: number): string => JSON.stringify({ capturedAt: ANCHOR + ms, tracks: [] });
  await writeFile(join(folder, 'long/tracks/0.ndjson'), `${line(59_800)}\n`);
  await writeFile(join(folder, 'long/tracks/1.ndjson'), `${line(60_000)}\n${line(60_200)}\n{"capturedAt":176`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([0, 1, 777, SEGMENTS - 2])('a span deep in a long index is found whole (segment %i)', async (sequence) => {
  const at = ANCHOR + sequence * SEGMENT_MS;
  const found = await segmentsIn(join(folder, 'long'), { from: at + 500, to: at + SEGMENT_MS + 500 });
  const wanted = [sequence, sequence + 1].filter((one) => one >= REMOVED);
  expect(found.map((one) => one.sequence)).toEqual(wanted);
});

test('what is recorded leaves out what the ring removed and the time without a camera', async () => {
  const end = ANCHOR + SEGMENTS * SEGMENT_MS;
  expect(await recordedIn(folder, { from: ANCHOR - 60_000, to: end + 12_000 })).toEqual([
    { fromAt: ANCHOR + REMOVED * SEGMENT_MS, toAt: end },
    { fromAt: end + 10_000, toAt: end + 12_000 },
  ]);
});

test('the boxes of a span come from the minutes that it touches, without a line that is half written', async () => {
  const linesOf = async (fromMs: number, toMs: number): Promise<number[]> =>
    (await tracksIn(folder, { from: ANCHOR + fromMs, to: ANCHOR + toMs })).map(
      (line) => (JSON.parse(line) as { capturedAt: number }).capturedAt - ANCHOR,
    );
  expect(await linesOf(59_000, 61_000)).toEqual([59_800, 60_000, 60_200]);
  expect(await linesOf(60_000, 60_200)).toEqual([60_000]);
  expect(await linesOf(120_000, 180_000)).toEqual([]);
});

test('a camera that never recorded has nothing', async () => {
  const nowhere = join(folder, 'none');
  expect(await recordedIn(nowhere, { from: 0, to: ANCHOR })).toEqual([]);
  expect(await tracksIn(nowhere, { from: 0, to: ANCHOR })).toEqual([]);
});
