import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { verifyCase } from '../../pipeline/verify.ts';
import type { CasePictures } from '../../workers/evidence/pictures.ts';
import { Preparations } from '../../workers/evidence/preparations.ts';
import { sealCase, type SealOptions } from '../../workers/evidence/seal.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { folderReader } from '../../workers/verify-folder.ts';
import { FRAME_MS, makeEvent, makeRecording, readCounter, readCounters } from './evidence-recorder.ts';

let dataDir = '';
let options: Omit<SealOptions, 'event'>;
const caseDir = (id: string): string => join(dataDir, 'objects', 'cases', id);
const elsewhere = () => openStore({ kind: 'local' }, join(dataDir, 'whole'));
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

describe('sealing from a recording that is not whole', () => {
  /** A copy of the recording that a test may damage. */
  const damaged = async (name: string, damage: (sessionDir: string) => Promise<void>): Promise<string> => {
    const recordingDir = join(dataDir, 'damaged', name);
    await cp(join(dataDir, 'recordings', 'gate'), recordingDir, { recursive: true });
    await damage(join(recordingDir, 's1'));
    return recordingDir;
  };
  const cutIndex = async (sessionDir: string, keep: number): Promise<void> => {
    const lines = (await readFile(join(sessionDir, 'index.ndjson'), 'utf8')).split('\n').slice(0, keep);
    await writeFile(join(sessionDir, 'index.ndjson'), `${lines.join('\n')}\n{"half a li`);
    const session = JSON.parse(await readFile(join(sessionDir, 'session.json'), 'utf8')) as { endPtsMs?: number };
    delete session.endPtsMs;
    await writeFile(join(sessionDir, 'session.json'), JSON.stringify(session));
  };

  test('a recording that goes on is waited for, and the error says until when', async () => {
    const recordingDir = await damaged('short', (sessionDir) => cutIndex(sessionDir, 5));
    await expect(seal(makeEvent('waits', 9_000), { recordingDir })).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_READY',
      readyAt: expect.any(Number) as unknown,
    });
    const { manifest } = await seal(makeEvent('waits', 9_000), { recordingDir, recordingEnded: true });
    expect(manifest.gaps).toMatchObject([{ toAt: 1_760_000_012_500, cause: 'session-end' }]);
  });

  test('pictures made while the post-roll is recorded are those of the clip that is cut at its end', async () => {
    const evidence = { preRollMs: 3_000, postRollMs: 6_000, maxClipMs: 60_000 };
    const event = makeEvent('ahead', 9_000);
    const stillsOf = (files: readonly { path: string; sha256: string }[]) =>
      files.filter(({ path }) => path.startsWith('still-')).map(({ sha256 }) => sha256);
    const recordings = join(dataDir, 'recordings', 'gate');
    const { manifest: whole } = await seal(event, { evidence, dataDir: join(dataDir, 'whole'), store: elsewhere() });

    const preparations = new Preparations<CasePictures>();
    const early = await damaged('early', (sessionDir) => cutIndex(sessionDir, 5));
    await expect(seal(event, { recordingDir: early, evidence, preparations })).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_READY',
      lookAt: expect.toSatisfy((at: number) => at < Date.now() + 1_100) as unknown,
    });
    expect(await preparations.take(event.id)).toBeNull();

    const later = await damaged('later', (sessionDir) => cutIndex(sessionDir, 6));
    await expect(seal(event, { recordingDir: later, evidence, preparations })).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_READY',
    });
    const taken = vi.spyOn(preparations, 'take');
    const { manifest } = await seal(event, { recordingDir: recordings, evidence, preparations });
    expect(stillsOf(manifest.files)).toEqual(stillsOf(whole.files));
    expect(await taken.mock.results[0]?.value).toMatchObject({ stills: [{ ptsMs: 8_480 }, { ptsMs: 9_000 }, {}] });
    expect((await verifyCase(folderReader(caseDir('ahead')))).status).toBe('intact');
  });

  test('a session without its first segment is waited for, and gone when it never gets one', async () => {
    const recordingDir = await damaged('empty', (sessionDir) => rm(join(sessionDir, 'session.json')));
    await expect(seal(makeEvent('empty', 9_000), { recordingDir })).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_READY',
    });
    await expect(seal(makeEvent('empty', 9_000), { recordingDir, recordingEnded: true })).rejects.toMatchObject({
      code: 'EVIDENCE_GONE',
    });
  });

  test('a later session of the camera ends the wait', async () => {
    const recordingDir = await damaged('reconnected', async (sessionDir) => {
      await cutIndex(sessionDir, 5);
      await makeRecording(join(sessionDir, '..'), { sessionId: 's2', seconds: 2, anchorAt: 1_760_000_012_000 });
    });
    const { manifest } = await seal(makeEvent('reconnect', 9_000), { recordingDir });
    expect(manifest.gaps).toHaveLength(1);
  });

  test('a damaged segment is left out and written down; the rest keeps its times', async () => {
    const recordingDir = await damaged('bit', async (sessionDir) => {
      const bytes = await readFile(join(sessionDir, '000003.m4s'));
      bytes[bytes.length - 10]! ^= 1;
      await writeFile(join(sessionDir, '000003.m4s'), bytes);
    });
    const { manifest } = await seal(makeEvent('hole', 9_420), { recordingDir });
    expect(manifest.gaps).toEqual([{ fromAt: 1_760_000_006_000, toAt: 1_760_000_008_000, cause: 'segment-damaged' }]);
    expect(manifest.clip.startPtsMs).toBe(4_000);
    expect(await readCounter(await readFile(join(caseDir('hole'), 'still-at.jpg')))).toBe(235);
  });

  test('a damaged segment under the trigger means that the evidence is gone', async () => {
    const recordingDir = await damaged('worst', (sessionDir) => writeFile(join(sessionDir, '000004.m4s'), 'x'));
    await expect(seal(makeEvent('lost', 9_000), { recordingDir })).rejects.toMatchObject({ code: 'EVIDENCE_GONE' });
    expect(await readdir(join(dataDir, 'sealing'))).toEqual([]);
  });

  test('a damaged init segment is told as such', async () => {
    const recordingDir = await damaged('init', (sessionDir) => writeFile(join(sessionDir, 'init.mp4'), 'x'));
    await expect(seal(makeEvent('init', 9_000), { recordingDir })).rejects.toMatchObject({ code: 'SEGMENT_BROKEN' });
  });

  test('an event at the very start has no more pre-roll than there is', async () => {
    const { manifest } = await seal(makeEvent('first', 600));
    expect(manifest.clip.startPtsMs).toBe(0);
    expect(manifest.gaps).toEqual([]);
    expect(await readCounter(await readFile(join(caseDir('first'), 'still-before.jpg')))).toBe(2);
  });

  test('H.265 is kept as it is and gets an H.264 preview with the same frames', async () => {
    const recordingDir = join(dataDir, 'recordings', 'hevc');
    await makeRecording(recordingDir, { codec: 'libx265', seconds: 12, size: '192x144' });
    const { manifest } = await seal(makeEvent('hevc', 5_000), { recordingDir });
    expect(manifest.clip.codec).toBe('hevc');
    const [clip, preview] = await Promise.all(
      ['clip.mp4', 'preview.mp4'].map((file) => readCounters(join(caseDir('hevc'), file))),
    );
    expect(preview).toEqual(clip);
    expect(await readCounter(await readFile(join(caseDir('hevc'), 'still-at.jpg')))).toBe(125);
    expect((await verifyCase(folderReader(caseDir('hevc')))).status).toBe('intact');
  });

  test('an id that could leave the store is refused', async () => {
    await expect(seal(makeEvent('../../x', 9_000))).rejects.toMatchObject({ code: 'JOB_MALFORMED' });
  });
});
