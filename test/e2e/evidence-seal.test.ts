import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCase } from '../../pipeline/verify.ts';
import { sealCase, type SealOptions } from '../../workers/evidence/seal.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { folderReader } from '../../workers/verify-folder.ts';
import { FRAME_MS, makeEvent, makeRecording, readCounter, readCounters } from './evidence-recorder.ts';

let dataDir = '';
let options: Omit<SealOptions, 'event'>;
const caseDir = (id: string): string => join(dataDir, 'objects', 'cases', id);
const seal = (event: SealOptions['event'], extra: Partial<SealOptions> = {}) =>
  sealCase({ ...options, event, ...extra });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'evidence-'));
  const recordingDir = join(dataDir, 'recordings', 'gate');
  await makeRecording(recordingDir);
  options = {
    ...{ dataDir, recordingDir, store: openStore({ kind: 'local' }, dataDir), software: 'watchpost test' },
    camera: { id: 'gate', name: 'Gate', place: 'Main street' },
    evidence: { preRollMs: 3_000, postRollMs: 3_000, maxClipMs: 60_000 },
  };
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('sealing a case', () => {
  test('clip and stills show the very frames that their media times say', async () => {
    const { manifest } = await seal(makeEvent('exact', 9_420));
    const counters = await readCounters(join(caseDir('exact'), 'clip.mp4'));
    expect(counters[0]).toBe(manifest.clip.startPtsMs / FRAME_MS);
    expect(counters).toEqual(Array.from({ length: manifest.clip.frameCount }, (_, i) => counters[0]! + i));
    for (const [file, ptsMs] of [
      ['still-before.jpg', 8_920],
      ['still-at.jpg', 9_420],
      ['still-after.jpg', 9_920],
    ] as const) {
      expect(await readCounter(await readFile(join(caseDir('exact'), file)))).toBe(Math.floor(ptsMs / FRAME_MS));
      expect(manifest.files.find(({ path }) => path === file)?.ptsMs).toBe(Math.floor(ptsMs / FRAME_MS) * FRAME_MS);
    }
  });

  test('a still between two frames is the one before', async () => {
    await seal(makeEvent('between', 7_955));
    expect(await readCounter(await readFile(join(caseDir('between'), 'still-at.jpg')))).toBe(198);
  });

  test('the clip has its rolls, its first packet is a key frame, and its boxes are of its time', async () => {
    const { manifest } = await seal(makeEvent('rolls', 9_000));
    const { startPtsMs, durationMs } = manifest.clip;
    expect(startPtsMs).toBeLessThanOrEqual(5_500);
    expect(startPtsMs + durationMs).toBeGreaterThanOrEqual(11_750);
    const frames = JSON.parse(await readFile(join(caseDir('rolls'), 'detections.json'), 'utf8')) as { ptsMs: number }[];
    expect(frames[0]?.ptsMs).toBe(startPtsMs);
    expect(frames.at(-1)?.ptsMs).toBe(startPtsMs + durationMs - 200);
  });

  test('sealing the same event again, also at the same time, gives the same case', async () => {
    const event = makeEvent('again', 10_000);
    const all = await Promise.all([seal(event), seal(event), seal(event)]);
    const later = await seal(event);
    expect(new Set([...all, later].map(({ manifestSha256 }) => manifestSha256)).size).toBe(1);
  });

  test('every sealed case verifies', async () => {
    for (const id of await readdir(join(dataDir, 'objects', 'cases')))
      expect(await verifyCase(folderReader(caseDir(id)))).toMatchObject({
        status: 'intact',
        caseId: id,
        checkedFiles: 7,
      });
  });

  test('one changed byte in the clip is found and the clip is named', async () => {
    await seal(makeEvent('changed', 8_000));
    const file = join(caseDir('changed'), 'clip.mp4');
    const bytes = await readFile(file);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(file, bytes);
    const { status, problems } = await verifyCase(folderReader(caseDir('changed')));
    expect({ status, files: problems.map(({ file }) => file) }).toEqual({ status: 'broken', files: ['clip.mp4'] });
  });
});
