import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { WatchpostError } from '../pipeline/errors.ts';
import { planLetterbox, toTarget } from '../pipeline/letterbox.ts';
import { detectImages, listImages, readFrame } from './detect-images.ts';
import { findModel, type ModelEntry } from './manifest.ts';

/** Its class scores are the picture's largest red, green and blue: see test/fixtures/tensors/make-tiny-model.mjs. */
const file = fileURLToPath(new URL('../test/fixtures/tensors/tiny-yolov8.onnx', import.meta.url));
const base = findModel('yolox-nano-416');
const tiny: ModelEntry = {
  ...base,
  input: {
    ...base.input,
    width: 32,
    height: 32,
    layout: 'nhwc',
    dtype: 'uint8',
    colour: 'rgb',
    fit: 'stretch',
    dynamicBatch: true,
  },
  decoder: 'yolov8',
  classes: ['red', 'green', 'blue'],
  classMap: { red: 'red', green: 'green', blue: 'blue' },
};
const folder = (): string => mkdtempSync(join(tmpdir(), 'watchpost-images-'));
const draw = async (path: string, background: string, width = 64, height = 48): Promise<string> => {
  await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toFile(path);
  return path;
};
const built = existsSync(new URL('../dist/models/inference-thread.js', import.meta.url));

describe.skipIf(!built)('boxes of image files (skipped unless built: npx tsc -b)', () => {
  test('results name their file and class and are in pixels of the image', async () => {
    const dir = folder();
    const paths = [await draw(join(dir, 'a.png'), '#cc0000'), await draw(join(dir, 'b.png'), '#0000cc')];
    const results = await detectImages({ entry: tiny, file, paths, minScore: 0.1, threads: 1 });
    expect(results).toEqual([
      { image_id: 1, file_name: 'a.png', category_id: 1, category_name: 'red', bbox: [24, 18, 16, 12], score: 0.8 },
      { image_id: 2, file_name: 'b.png', category_id: 3, category_name: 'blue', bbox: [24, 18, 16, 12], score: 0.8 },
    ]);
  });

  test('an unreadable file is named and the others go on', async () => {
    const dir = folder();
    const broken = join(dir, 'broken.jpg');
    writeFileSync(broken, 'this is no picture');
    const paths = [await draw(join(dir, 'a.png'), '#cc0000'), broken, await draw(join(dir, 'c.png'), '#00cc00')];
    const errors: WatchpostError[] = [];
    const progress: number[] = [];
    const results = await detectImages({
      entry: tiny,
      file,
      paths,
      minScore: 0.1,
      threads: 1,
      onUnreadable: (error) => errors.push(error),
      onProgress: (done) => progress.push(done),
    });
    expect(results.map((each) => each.file_name)).toEqual(['a.png', 'c.png']);
    expect(errors.map(({ code, message }) => [code, message.includes(broken)])).toEqual([['INPUT_UNREADABLE', true]]);
    expect(progress).toEqual([1, 2, 3]);
  });

  test('without a listener an unreadable file ends the run', async () => {
    const broken = join(folder(), 'empty.png');
    writeFileSync(broken, '');
    const run = detectImages({ entry: tiny, file, paths: [broken], minScore: 0.1, threads: 1 });
    await expect(run).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  });

  test('no images give no results', async () => {
    expect(await detectImages({ entry: tiny, file, paths: [], minScore: 0.1, threads: 1 })).toEqual([]);
  });
});

describe('image files', () => {
  test('a folder stands for the images in it, by name', async () => {
    const dir = folder();
    await draw(join(dir, 'b.png'), '#000');
    await draw(join(dir, 'a.jpg'), '#000');
    writeFileSync(join(dir, 'notes.txt'), '');
    expect(await listImages([dir])).toEqual([join(dir, 'a.jpg'), join(dir, 'b.png')]);
  });

  test('a path that does not exist is named', async () => {
    await expect(listImages(['/no/such/file.jpg'])).rejects.toThrow('/no/such/file.jpg');
  });

  test('what is drawn in the image lies in the frame where the letterbox says, to half a pixel', async () => {
    const path = join(folder(), 'box.png');
    const drawn = { x1: 240, y1: 100, x2: 480, y2: 340 };
    const square = await sharp({ create: { width: 240, height: 240, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 901, height: 507, channels: 3, background: '#000' } })
      .composite([{ input: square, left: drawn.x1, top: drawn.y1 }])
      .png()
      .toFile(path);
    const plan = (source: { width: number; height: number }) => ({
      letterbox: planLetterbox({
        source,
        target: { width: 416, height: 416 },
        fit: 'letterbox',
        padPosition: 'centred',
      }),
      tiles: null,
    });
    const { frame } = await readFrame(path, plan, 114);
    const wanted = toTarget(drawn, frame.letterbox);
    // An edge lies where brightness along the middle row and column has added up to half of white.
    const brightness = (i: number): number => (frame.pixels[i * 3] ?? 0) / 255;
    const row = Math.round((wanted.y1 + wanted.y2) / 2);
    const column = Math.round((wanted.x1 + wanted.x2) / 2);
    let wide = 0;
    let weighted = 0;
    for (let x = 0; x < 416; x++) {
      wide += brightness(row * 416 + x);
      weighted += brightness(row * 416 + x) * (x + 0.5);
    }
    const { y } = frame.letterbox.offset;
    let high = 0;
    for (let line = y; line < 416 - y - 1; line++) high += brightness(line * 416 + column);
    expect(Math.abs(wide - (wanted.x2 - wanted.x1))).toBeLessThan(0.5);
    expect(Math.abs(weighted / wide - (wanted.x1 + wanted.x2) / 2)).toBeLessThan(0.5);
    expect(Math.abs(high - (wanted.y2 - wanted.y1))).toBeLessThan(0.5);
    expect(frame.pixels[0]).toBe(114);
  });
});
