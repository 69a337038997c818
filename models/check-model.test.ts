import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { READER_CLASSES } from '../pipeline/plates/ctc.ts';
import { checkModel, compare } from './check-model.ts';
import type { CocoResult } from './detect-images.ts';
import { compareReading, type GoldenReading } from './check-reader.ts';
import { findModel, isDetector, listAll, listModels, type ModelEntry, type ReaderEntry } from './manifest.ts';
import { foldersOf } from './model-files.ts';

const isHere = (entry: ModelEntry | ReaderEntry): boolean =>
  foldersOf(entry).some((folder) => existsSync(join(folder, entry.file)));
const built = existsSync(new URL('../dist/models/inference-thread.js', import.meta.url));

describe('model check', () => {
  for (const entry of listAll()) {
    const able = (built || !isDetector(entry)) && isHere(entry);
    const why = isHere(entry) ? 'not built: npx tsc -b' : `${entry.file} is not on this machine`;
    test.skipIf(!able)(`${entry.id} finds what is drawn in the scene${able ? '' : ` (skipped: ${why})`}`, async () => {
      expect(await checkModel(entry)).toMatchObject({ id: entry.id, state: 'ok' });
    });
  }

  test('a model whose file is nowhere is missing, with the command that fetches it', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'watchpost-check-'));
    const entry = { ...findModel('yolox-nano-416-release'), file: 'nowhere.onnx' };
    expect(await checkModel(entry, { cacheDir, sharedDir: cacheDir })).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('models pull') as string,
    });
  });

  test('a damaged file is broken, with both checksums', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'watchpost-check-'));
    const entry = { ...listModels()[0]!, file: 'damaged.onnx' };
    writeFileSync(join(cacheDir, entry.file), 'damaged');
    expect(await checkModel(entry, { cacheDir, sharedDir: cacheDir })).toMatchObject({
      state: 'broken',
      detail: expect.stringContaining(entry.sha256) as string,
    });
  });
});

describe('comparison with the recording', () => {
  const golden = [{ className: 'person', score: 0.8, bbox: [10, 10, 40, 100] as [number, number, number, number] }];
  const found = (changes: Partial<CocoResult> = {}): CocoResult => ({
    image_id: 1,
    file_name: 'scene.png',
    category_id: 1,
    category_name: 'person',
    bbox: [10, 10, 40, 100],
    score: 0.8,
    ...changes,
  });

  test('the last bits may differ', () => {
    expect(compare(golden, [found({ score: 0.79, bbox: [10.4, 10, 40, 100] })])).toBeNull();
  });

  test('a shifted box, another score and another class are differences', () => {
    expect(compare(golden, [found({ bbox: [14, 10, 40, 100] })])).toContain('was not found again');
    expect(compare(golden, [found({ score: 0.7 })])).toContain('was not found again');
    expect(compare(golden, [found({ category_name: 'car' })])).toContain('was not found again');
  });

  test('a box that is not recorded is a difference, unless it lies at the lowest score', () => {
    expect(compare(golden, [found(), found({ bbox: [200, 10, 40, 100], score: 0.5 })])).toContain('is not recorded');
    expect(compare(golden, [found(), found({ bbox: [200, 10, 40, 100], score: 0.21 })])).toBeNull();
  });
});

describe('comparison with the recorded reading', () => {
  // Two steps of each line: "A", a blank, "1", a blank.
  const classes = [11, 0, 2, 0];
  const golden: GoldenReading = {
    picture: 'plate.png',
    box: { x1: 0, y1: 0, x2: 1, y2: 1 },
    text: 'A1',
    steps: classes.map((each): [number, number] => [each, 0.9]),
  };
  const said = (probability: (step: number) => number, own = classes) => ({
    steps: own.length,
    logProbabilities: Float32Array.from({ length: own.length * READER_CLASSES }, (_, at) => {
      const step = Math.floor(at / READER_CLASSES);
      const likely = probability(step);
      return Math.log(at % READER_CLASSES === own[step] ? likely : (1 - likely) / (READER_CLASSES - 1));
    }),
  });

  test('the last bits may differ', () => {
    expect(
      compareReading(
        golden,
        said(() => 0.89),
      ),
    ).toBeNull();
  });

  test('another text, another confidence in one step and another number of steps are differences', () => {
    const sure = () => 0.9;
    expect(compareReading(golden, said(sure, [12, 0, 2, 0]))).toContain('reads "B1"');
    expect(
      compareReading(
        golden,
        said((step) => (step === 2 ? 0.7 : 0.9)),
      ),
    ).toContain('step 2');
    expect(compareReading(golden, said(sure, [11, 0, 0, 2, 0, 0]))).toContain('6 steps');
  });
});
