import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseRemovals, type RingSegment, trimRing } from './retention.ts';

const segment = (index: number, more: Partial<RingSegment> = {}): RingSegment => ({
  cameraId: 'gate',
  sessionId: 's1',
  file: `${String(index).padStart(6, '0')}.m4s`,
  startPtsMs: index * 2_000,
  startAt: 1_000_000 + index * 2_000,
  durationMs: 2_000,
  bytes: 100,
  ...more,
});
const files = (segments: readonly RingSegment[]): string[] => segments.map(({ file }) => file);

describe('ring retention', () => {
  test('removes what is older than its time and nothing else', () => {
    const removed = chooseRemovals([segment(0), segment(1), segment(2)], [], { olderThan: 1_004_001, bytesToFree: 0 });
    expect(files(removed)).toEqual(['000000.m4s', '000001.m4s']);
  });

  test('a full disk takes the oldest first, and only as many as needed', () => {
    const removed = chooseRemovals([segment(2), segment(0), segment(1)], [], { olderThan: 0, bytesToFree: 150 });
    expect(files(removed)).toEqual(['000000.m4s', '000001.m4s']);
  });

  test('what an open job still needs stays, however full the disk', () => {
    const hold = { cameraId: 'gate', sessionId: 's1', fromPtsMs: 1_000, toPtsMs: 2_500 };
    const removed = chooseRemovals([segment(0), segment(1), segment(2)], [hold], { olderThan: 9e9, bytesToFree: 1e9 });
    expect(files(removed)).toEqual(['000002.m4s']);
  });

  test('a hold of another session or camera holds nothing here', () => {
    const holds = [
      { cameraId: 'other', sessionId: 's1', fromPtsMs: 0, toPtsMs: 9_000 },
      { cameraId: 'gate', sessionId: 's2', fromPtsMs: 0, toPtsMs: 9_000 },
    ];
    expect(chooseRemovals([segment(0)], holds, { olderThan: 9e9, bytesToFree: 0 })).toHaveLength(1);
  });

  test('files leave the disk, and a line that a crash cut short is passed over', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-ring-'));
    const folder = join(dataDir, 'recordings', 'gate', 's1');
    await mkdir(folder, { recursive: true });
    for (const index of [0, 1]) await writeFile(join(folder, segment(index).file), 'x');
    const lines = [segment(0), segment(1)].map((record) => JSON.stringify(record)).join('\n');
    await writeFile(join(folder, 'index.ndjson'), `${lines}\n{"cameraId":"ga`);
    const removed = await trimRing({
      dataDir,
      recording: { segmentMs: 2_000, keepHours: 1, minFreePercent: 10, liveSegments: 6 },
      holds: [],
      now: 1_000_000 + 3_600_000 + 3_000,
      disk: { freeShare: 0.9, bytes: 1e12 },
    });
    expect(files(removed)).toEqual(['000000.m4s']);
    expect((await readdir(folder)).sort()).toEqual(['000001.m4s', 'index.ndjson']);
  });
});
