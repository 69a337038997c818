import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RingSegment } from './index-cursor.ts';
import { Ring, type TrimOptions } from './retention.ts';

const HOUR_MS = 3_600_000;
const SEGMENT_MS = 2_000;
const now = Date.now();
const roomy = { freeShare: 0.5, bytes: 1e9 };
const recording = {
  ...{ segmentMs: SEGMENT_MS, keepHours: 24, keepMinutesDays: 30 },
  ...{ minFreePercent: 10, stopFreePercent: 2, liveSegments: 6 },
  hardwareDecode: 'off' as const,
};

let dataDir: string;
let ring: Ring;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'watchpost-ring-'));
  ring = new Ring({ dataDir, recording });
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const folderOf = (camera: string, session = 's1'): string => join(dataDir, 'recordings', camera, session);

/** Records `count` segments of 1,000 bytes, the first one `ageMs` ago. @returns their files */
const record = async (
  camera: string,
  { session = 's1', part = '', ageMs, count }: { session?: string; part?: string; ageMs: number; count: number },
): Promise<string[]> => {
  const folder = join(folderOf(camera, session), part);
  await mkdir(folder, { recursive: true });
  const segments = Array.from({ length: count }, (_, sequence): RingSegment => ({
    ...{ cameraId: camera, sessionId: session, file: `${String(sequence).padStart(6, '0')}.m4s`, bytes: 1_000 },
    ...{ startPtsMs: sequence * SEGMENT_MS, startAt: now - ageMs + sequence * SEGMENT_MS, durationMs: SEGMENT_MS },
  }));
  for (const { file } of segments) await writeFile(join(folder, file), 'x');
  await appendFile(join(folder, 'index.ndjson'), segments.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return segments.map(({ file }) => join(folder, file));
};

const kept = (files: readonly string[]): boolean[] => files.map((file) => existsSync(file));
const trim = (options: Partial<TrimOptions> = {}): ReturnType<Ring['trim']> =>
  ring.trim({ holds: [], now, disk: roomy, ...options });

test('segments past their age go, younger ones stay', async () => {
  const files = await record('a', { ageMs: 24 * HOUR_MS + 2 * SEGMENT_MS + 1, count: 4 });
  await trim();
  expect(kept(files)).toEqual([false, false, true, true]);
});

test('when the disk is short the oldest of all cameras go first, no more than needed', async () => {
  const younger = await record('a', { ageMs: 60_000, count: 3 });
  const older = await record('b', { ageMs: 63_000, count: 3 });
  // 0.1 % below the watermark and 2 % to spare, of 100 kB: three segments.
  await trim({ disk: { freeShare: 0.099, bytes: 100_000 } });
  expect({ older: kept(older), younger: kept(younger) }).toEqual({
    older: [false, false, true],
    younger: [false, true, true],
  });
});

test('what an open case still needs stays, however short the disk, and goes when the case is sealed', async () => {
  const files = await record('a', { ageMs: 99 * HOUR_MS, count: 4 });
  const held = { cameraId: 'a', sessionId: 's1', fromPtsMs: 2_500, toPtsMs: 4_500 };
  await trim({ holds: [held], disk: { freeShare: 0, bytes: 1e9 } });
  expect(kept(files)).toEqual([false, true, true, false]);
  await trim({ holds: [{ ...held, sessionId: 's0' }] });
  expect(kept(files)).toEqual([false, false, false, false]);
});

test('segments that come after a trim are seen by the next one', async () => {
  await record('a', { ageMs: 30 * HOUR_MS, count: 2 });
  expect(await trim()).toHaveLength(2);
  const later = await record('b', { ageMs: 29 * HOUR_MS, count: 3 });
  expect(await trim()).toHaveLength(3);
  expect(kept(later)).toEqual([false, false, false]);
});

test('the H.264 rendition is trimmed by its own segments, and side-cars go with their minutes', async () => {
  const main = await record('a', { ageMs: 24 * HOUR_MS + 130_000, count: 70 });
  const preview = await record('a', { part: 'preview', ageMs: HOUR_MS, count: 1 });
  await mkdir(join(folderOf('a'), 'tracks'));
  const sideCars = ['0', '1', '2'].map((minute) => join(folderOf('a'), 'tracks', `${minute}.ndjson`));
  for (const file of sideCars) await writeFile(file, '{}\n');
  await trim();
  expect(kept(main).indexOf(true)).toBe(64);
  expect(kept(preview)).toEqual([true]);
  expect(kept(sideCars)).toEqual([false, false, true]);
});

test('a session that is all gone leaves with its folder an hour later; one that just begins stays', async () => {
  await record('a', { session: 's0', ageMs: 48 * HOUR_MS, count: 2 });
  const begins = folderOf('a', 's1');
  await mkdir(begins, { recursive: true });
  await trim();
  expect(kept([folderOf('a', 's0'), begins])).toEqual([true, true]);
  const earlier = new Date(now - 2 * HOUR_MS);
  await utimes(folderOf('a', 's0'), earlier, earlier);
  await trim();
  expect(kept([folderOf('a', 's0'), begins])).toEqual([false, true]);
});

test('a session whose index cannot be read stays as it is, and others are trimmed all the same', async () => {
  const unreadable = await record('a', { ageMs: 48 * HOUR_MS, count: 2 });
  const others = await record('b', { ageMs: 30 * HOUR_MS, count: 2 });
  const index = join(folderOf('a'), 'index.ndjson');
  await rm(index);
  await symlink(index, index); // ELOOP, as any fault but "not there".
  const earlier = new Date(now - 2 * HOUR_MS);
  await utimes(folderOf('a'), earlier, earlier);
  await trim();
  expect({ unreadable: kept(unreadable), others: kept(others) }).toEqual({
    unreadable: [true, true],
    others: [false, false],
  });
});

test('a line that a crash has torn hides no other', async () => {
  const files = await record('a', { ageMs: 30 * HOUR_MS, count: 2 });
  await appendFile(join(folderOf('a'), 'index.ndjson'), '{"cameraId":"a","se\n');
  files.push(...(await record('a', { part: '.', ageMs: 26 * HOUR_MS, count: 3 })).slice(2));
  await trim();
  expect(kept(files)).toEqual([false, false, false]);
});

test('a week of one camera is trimmed without reading its whole index', async () => {
  const folder = folderOf('a');
  await record('a', { ageMs: 24 * HOUR_MS + SEGMENT_MS + 1, count: 3 });
  const line = (sequence: number): string =>
    `${JSON.stringify({ cameraId: 'a', sessionId: 's1', file: `${sequence}.m4s`, startPtsMs: 0, startAt: now, durationMs: 1, bytes: 1 })}\n`;
  await appendFile(join(folder, 'index.ndjson'), Array.from({ length: 300_000 }, (_, index) => line(index)).join(''));
  const startedAt = performance.now();
  expect(await trim()).toHaveLength(1);
  expect(performance.now() - startedAt).toBeLessThan(200);
});
