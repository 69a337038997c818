import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findModel, listModels, type ModelEntry, parseManifest } from './manifest.ts';
import { resolveModelFile } from './model-files.ts';

const ours: ModelEntry = {
  ...findModel('deimv2-femto-416'),
  id: 'road-ours',
  file: 'never-shipped.onnx',
  input: { ...findModel('deimv2-femto-416').input, layout: 'nhwc', dtype: 'uint8', normalisation: null },
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const folder = (): string => mkdtempSync(join(tmpdir(), 'watchpost-models-'));
/** Folders where nothing but the test's own files can be found. */
const only = (cacheDir: string) => ({ cacheDir, sharedDir: join(cacheDir, 'no-such-folder') });

describe('model manifest', () => {
  test('the manifest that ships fits its schema', () => {
    expect(listModels().map(({ id }) => id)).toContain('yolox-nano-416');
  });

  test('a model of our own with bytes in, rows packed, fits the same schema', () => {
    expect(parseManifest({ version: 1, models: [ours] })).toEqual([ours]);
  });

  test('a wrong entry is refused with its key', () => {
    const models = [{ ...ours, input: { ...ours.input, layout: 'chw' } }];
    expect(() => parseManifest({ version: 1, models })).toThrow('/models/0/input/layout');
  });

  test('an id that appears twice is refused', () => {
    expect(() => parseManifest({ version: 1, models: [ours, ours] })).toThrow('"road-ours" appears twice');
  });

  test('a misspelt id gets the nearest one', () => {
    expect(() => findModel('yolox-nan-416')).toThrow('did you mean "yolox-nano-416"?');
  });
});

describe('model files', () => {
  test('a file with the right checksum is found', async () => {
    const cache = folder();
    writeFileSync(join(cache, 'never-shipped.onnx'), 'weights');
    expect(await resolveModelFile({ ...ours, sha256: sha256('weights') }, only(cache))).toBe(
      join(cache, 'never-shipped.onnx'),
    );
  });

  test('a file with another content is refused with both checksums', async () => {
    const cache = folder();
    writeFileSync(join(cache, 'never-shipped.onnx'), 'truncated');
    const found = resolveModelFile({ ...ours, sha256: sha256('weights') }, only(cache));
    await expect(found).rejects.toMatchObject({
      code: 'MODEL_CHECKSUM',
      message: expect.stringContaining(sha256('truncated')) as string,
    });
  });

  test('a wrong file does not hide the right one in a later folder', async () => {
    const cache = folder();
    const shared = folder();
    writeFileSync(join(cache, 'never-shipped.onnx'), 'truncated');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(shared, 'models'));
    writeFileSync(join(shared, 'models', 'never-shipped.onnx'), 'weights');
    const found = await resolveModelFile(
      { ...ours, sha256: sha256('weights') },
      { cacheDir: cache, sharedDir: shared },
    );
    expect(found).toBe(join(shared, 'models', 'never-shipped.onnx'));
  });

  test('a file that changes after it was verified is verified again', async () => {
    const cache = folder();
    const entry = { ...ours, sha256: sha256('weights') };
    writeFileSync(join(cache, 'never-shipped.onnx'), 'weights');
    await resolveModelFile(entry, only(cache));
    writeFileSync(join(cache, 'never-shipped.onnx'), 'other weights');
    await expect(resolveModelFile(entry, only(cache))).rejects.toMatchObject({ code: 'MODEL_CHECKSUM' });
  });

  test('a missing file says which command fetches it', async () => {
    const yolox = findModel('yolox-nano-416-release');
    await expect(resolveModelFile(yolox, only(folder()))).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('bin/watchpost models pull yolox-nano-416-release') as string,
    });
  });
});
