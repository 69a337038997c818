import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyCase } from '../../pipeline/verify.ts';
import { sealCase, type SealOptions } from '../../workers/evidence/seal.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { folderReader } from '../../workers/verify-folder.ts';
import { makeCounterClip, readCounterFile } from '../fixtures/counter-clip.ts';
import { runCounterSession } from '../fixtures/session-run.ts';
import { makeEvent } from './evidence-recorder.ts';

const FPS = 25;
const GOP_SECONDS = 25;
const SECONDS = 130;

let dataDir: string;
let options: Omit<SealOptions, 'event'>;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'watchpost-long-gop-'));
  const file = join(dataDir, 'long-gop.mp4');
  await makeCounterClip({ file, frames: SECONDS * FPS, rate: String(FPS), gop: GOP_SECONDS * FPS, size: '480x144' });
  const recordingDir = join(dataDir, 'recordings', 'gate');
  await runCounterSession({ url: file, folder: join(recordingDir, 's1'), fps: 1 });
  options = {
    ...{ dataDir, recordingDir, store: openStore({ kind: 'local' }, dataDir), software: 'watchpost test' },
    camera: { id: 'gate', name: 'Gate', place: 'Main street' },
    evidence: { preRollMs: 4_000, postRollMs: 4_000, maxClipMs: 60_000 },
  };
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test('a camera with 25 s between key frames, read at full speed, gives a case at any moment', async () => {
  for (const seconds of [3, 26, 48, 53, 79, 103, 123]) {
    const id = `at-${seconds}`;
    const { manifest } = await sealCase({ ...options, event: makeEvent(id, seconds * 1_000) });
    const folder = join(dataDir, 'objects', 'cases', id);
    expect(await verifyCase(folderReader(folder))).toMatchObject({ status: 'intact' });
    const frames = await readCounterFile(join(folder, 'clip.mp4'));
    expect(frames.map(({ counter }) => counter)).toEqual(
      frames.map((_, index) => (manifest.clip.startPtsMs / 1_000) * FPS + index),
    );
    // The clip begins with the last key frame before the pre-roll, never with the one of the group before.
    const preRollAt = Math.max(0, seconds - 4.5);
    expect(manifest.clip.startPtsMs / 1_000).toBe(preRollAt - (preRollAt % GOP_SECONDS));
    expect(manifest.gaps).toEqual([]);
  }
});

test('a recording whose key frames begin few segments is read as far back as the clip needs', async () => {
  const recordingDir = join(dataDir, 'recordings', 'gate');
  const index = join(recordingDir, 's1', 'index.ndjson');
  const text = await readFile(index, 'utf8');
  // As if only the session's first segment began with a key frame: 90 s before the trigger.
  await writeFile(
    index,
    text.replaceAll(/"startsWithKeyframe":true/g, '"startsWithKeyframe":false').replace('false', 'true'),
  );
  try {
    const evidence = { ...options.evidence, maxClipMs: 180_000 };
    const { manifest } = await sealCase({ ...options, evidence, event: makeEvent('far-back', 95_000) });
    expect(manifest.clip).toMatchObject({ startPtsMs: 0, segments: { 0: { sequence: 0 } } });
  } finally {
    await writeFile(index, text);
  }
});
