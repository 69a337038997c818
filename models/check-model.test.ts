import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkModel, compare } from './check-model.ts';
import type { CocoResult } from './detect-images.ts';
import { findModel, listModels, type ModelEntry } from './manifest.ts';
import { foldersOf } from './model-files.ts';

const isHere = (entry: ModelEntry): boolean => foldersOf(entry).some((folder) => existsSync(join(folder, entry.file)));
const built = existsSync(new URL('../dist/models/inference-thread.js', import.meta.url));

describe('model check', () => {
  for (const entry of listModels()) {
    const able = built && isHere(entry);
    const why = built ? `${entry.file} is not on this machine` : 'not built: npx tsc -b';
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
