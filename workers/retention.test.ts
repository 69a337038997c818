import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseRemovals, type RingSegment, trimRing } from './retention.ts';

const HOUR_MS = 3_600_000;
const noon = Date.UTC(2026, 10, 21, 12);

const segment = (cameraId: string, sequence: number, startAt: number): RingSegment => ({
  ...{ cameraId, sessionId: 's1', file: `${String(sequence).padStart(6, '0')}.m4s` },
  ...{ startPtsMs: sequence * 2_000, startAt, durationMs: 2_000, bytes: 1_000 },
});

test('segments past their age go, younger ones stay', () => {
  const ring = [segment('a', 0, noon - 25 * HOUR_MS), segment('a', 1, noon - 23 * HOUR_MS)];
  expect(chooseRemovals(ring, [], { olderThan: noon - 24 * HOUR_MS, bytesToFree: 0 })).toEqual([ring[0]]);
});

test('when the disk is short the oldest of all cameras go first, no more than needed', () => {
  const ring = [
    segment('a', 0, noon - 3),
    segment('b', 0, noon - 9),
    segment('a', 1, noon - 1),
    segment('b', 1, noon - 7),
  ];
  expect(chooseRemovals(ring, [], { olderThan: 0, bytesToFree: 1_500 })).toEqual([ring[1], ring[3]]);
});

test('what an open case still needs stays, however old and however short the disk', () => {
  const ring = [0, 1, 2, 3].map((sequence) => segment('a', sequence, noon - 99 * HOUR_MS + sequence * 2_000));
  const held = { cameraId: 'a', sessionId: 's1', fromPtsMs: 2_500, toPtsMs: 4_500 };
  const gone = chooseRemovals(ring, [held], { olderThan: noon, bytesToFree: 1e9 });
  expect(gone.map(({ file }) => file)).toEqual(['000000.m4s', '000003.m4s']);
  const elsewhere = { ...held, sessionId: 's0' };
  expect(chooseRemovals(ring, [elsewhere], { olderThan: noon, bytesToFree: 0 })).toHaveLength(4);
});

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'watchpost-ring-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const store = async (folder: string, record: RingSegment): Promise<string> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, record.file), 'x');
  await appendFile(join(folder, 'index.ndjson'), `${JSON.stringify(record)}\n`);
  return join(folder, record.file);
};
const recording = { segmentMs: 2_000, keepHours: 24, minFreePercent: 10, liveSegments: 6 };
const roomy = { freeShare: 0.5, bytes: 1e9 };

test('the H.264 rendition is trimmed by its own segments, and a session that is all gone leaves with its folder', async () => {
  const session = join(dataDir, 'recordings', 'a', 's1');
  const old = await store(session, segment('a', 0, noon - 30 * HOUR_MS));
  const oldPreview = await store(join(session, 'preview'), segment('a', 0, noon - 30 * HOUR_MS));
  const laterPreview = await store(join(session, 'preview'), segment('a', 1, noon - HOUR_MS));
  const lost = join(dataDir, 'recordings', 'a', 's0');
  await store(lost, { ...segment('a', 0, noon - 48 * HOUR_MS), sessionId: 's0' });

  const removed = await trimRing({ dataDir, recording, holds: [], now: noon, disk: roomy });
  expect(removed.map(({ sessionId, file }) => `${sessionId} ${file}`).sort()).toEqual([
    's0 000000.m4s',
    's1 000000.m4s',
    's1 preview/000000.m4s',
  ]);
  expect([old, oldPreview, laterPreview, lost].map((file) => existsSync(file))).toEqual([false, false, true, false]);
});

test('a disk below its watermark loses the oldest recordings, although they are young', async () => {
  const session = join(dataDir, 'recordings', 'a', 's1');
  const first = await store(session, segment('a', 0, noon - 60_000));
  const second = await store(session, segment('a', 1, noon - 58_000));
  await trimRing({ dataDir, recording, holds: [], now: noon, disk: { freeShare: 0.099, bytes: 40_000 } });
  expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
});
