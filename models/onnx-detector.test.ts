import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { Detector } from '../pipeline/detector.ts';
import type { Frame } from '../pipeline/frame.ts';
import { planLetterbox } from '../pipeline/letterbox.ts';
import { findModel, type ModelEntry } from './manifest.ts';
import { openDetector, ThreadDetector } from './onnx-detector.ts';

/** See test/fixtures/tensors/make-tiny-model.mjs: the class scores are the picture's largest red, green and blue. */
const file = fileURLToPath(new URL('../test/fixtures/tensors/tiny-yolov8.onnx', import.meta.url));
const tiny: ModelEntry = {
  ...findModel('yolox-nano-416'),
  id: 'tiny',
  file: 'tiny-yolov8.onnx',
  input: {
    width: 32,
    height: 32,
    layout: 'nhwc',
    dtype: 'uint8',
    colour: 'rgb',
    normalisation: null,
    fit: 'stretch',
    padValue: 114,
    padPosition: 'top-left',
    dynamicBatch: true,
  },
  decoder: 'yolov8',
  classes: ['red', 'green', 'blue'],
  classMap: { red: 'red', green: 'green', blue: 'blue' },
};
const config: DetectorConfig = {
  model: 'tiny',
  minScore: 0.1,
  maxBatch: 4,
  batchDeadlineMs: 0,
  threads: 1,
  provider: 'cpu',
};

const source = { width: 320, height: 64 };
const letterbox = planLetterbox({
  source,
  target: { width: 32, height: 32 },
  fit: 'stretch',
  padPosition: 'top-left',
});
const picture = (red: number, green: number, blue: number): Frame => {
  const pixels = new Uint8Array(32 * 32 * 3);
  for (let i = 0; i < pixels.length; i += 3) pixels.set([red, green, blue], i);
  return {
    cameraId: 'cam',
    sessionId: 's',
    sequence: 0,
    ptsMs: 0,
    capturedAt: 0,
    receivedMonoMs: 0,
    letterbox,
    pixels,
    release: () => undefined,
  };
};
const red = picture(204, 0, 0);
const green = picture(0, 102, 0);

let detector: Detector | undefined;
afterEach(async () => {
  await detector?.close();
  detector = undefined;
});
const open = async (changes: Partial<DetectorConfig> = {}, entry: ModelEntry = tiny): Promise<Detector> =>
  (detector = await openDetector({ entry, file, config: { ...config, ...changes } }));

const built = existsSync(new URL('../dist/models/inference-thread.js', import.meta.url));

describe.skipIf(!built)('detector in its thread (skipped unless built: npx tsc -b)', () => {
  test('boxes come back in source pixels with our class names', async () => {
    const [found] = await (await open()).detect([red]);
    expect(found).toEqual([
      { className: 'red', score: expect.closeTo(0.8, 5) as number, box: { x1: 120, y1: 24, x2: 200, y2: 40 } },
    ]);
  });

  test('each picture of a batch gets its own boxes', async () => {
    const lists = await (await open()).detect([green, red, picture(0, 0, 0), green]);
    expect(lists.map((list) => list.map(({ className }) => className))).toEqual([['green'], ['red'], [], ['green']]);
  });

  test('many calls at once each get their own answer, in any order of slots', async () => {
    const open4 = await open();
    const lists = await Promise.all(Array.from({ length: 20 }, (_, i) => open4.detect([i % 3 === 0 ? red : green])));
    expect(lists.map(([list]) => list?.[0]?.className)).toEqual(
      Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 'red' : 'green')),
    );
  });

  test('the lowest score of the configuration holds', async () => {
    const [found] = await (await open({ minScore: 0.5 })).detect([green]);
    expect(found).toEqual([]);
  });

  test('a file that expects another input is refused with both shapes', async () => {
    const entry = { ...tiny, input: { ...tiny.input, width: 64 } };
    await expect(open({}, entry)).rejects.toMatchObject({
      code: 'MODEL_SHAPE',
      message: expect.stringMatching(/uint8\[any,32,64,3\].*uint8\[any,32,32,3\]/) as string,
    });
  });

  test('a file that expects another number type is refused', async () => {
    const entry = { ...tiny, input: { ...tiny.input, dtype: 'float32' as const } };
    await expect(open({}, entry)).rejects.toMatchObject({
      code: 'MODEL_SHAPE',
      message: expect.stringMatching(/float32\[.*uint8\[/) as string,
    });
  });

  test('a file with another number of classes is refused with both shapes', async () => {
    const entry = { ...tiny, classes: ['red', 'green'] };
    await expect(open({}, entry)).rejects.toMatchObject({
      code: 'MODEL_SHAPE',
      message: expect.stringMatching(/\[any,6,any\].*\[any,7,1\]/) as string,
    });
  });

  test('a file that is no model is refused and says how to get the right one', async () => {
    const wrong = fileURLToPath(new URL('../package.json', import.meta.url));
    await expect(openDetector({ entry: tiny, file: wrong, config })).rejects.toMatchObject({
      code: 'MODEL_LOAD',
      message: expect.stringContaining('watchpost models pull') as string,
    });
  });

  test('a provider that this machine lacks is refused with the way out', async () => {
    await expect(open({ provider: 'tensorrt' })).rejects.toMatchObject({
      code: 'MODEL_LOAD',
      message: expect.stringContaining('provider: cpu') as string,
    });
  });

  test('a frame of another size is refused before it reaches the thread', async () => {
    const wide = planLetterbox({ source, target: { width: 64, height: 32 }, fit: 'stretch', padPosition: 'top-left' });
    await expect((await open()).detect([{ ...red, letterbox: wide }])).rejects.toMatchObject({ code: 'MODEL_SHAPE' });
  });

  test('frames may be released and overwritten as soon as the call has settled', async () => {
    const open1 = await open();
    const frame = picture(204, 0, 0);
    const first = await open1.detect([frame]);
    frame.pixels.fill(0);
    expect(first[0]?.[0]?.className).toBe('red');
    expect(await open1.detect([frame])).toEqual([[]]);
  });

  test('closing twice is fine, runs in progress are finished, later ones refused', async () => {
    const open1 = await open();
    const running = open1.detect([red]);
    await Promise.all([open1.close(), open1.close()]);
    expect((await running)[0]).toHaveLength(1);
    await expect(open1.detect([red])).rejects.toMatchObject({ code: 'INFERENCE_FAILED' });
  });

  test('a thread that breaks by itself is told of, and what was asked of it fails', async () => {
    const code = `const { parentPort } = require('node:worker_threads');
      parentPort.once('message', () => { throw new RangeError('out of memory'); });
      parentPort.postMessage({ kind: 'ready' });`;
    const slotBytes = 32 * 32 * 3;
    const pixels = new SharedArrayBuffer(2 * slotBytes);
    const told: string[] = [];
    const broken = new ThreadDetector(
      { entry: tiny, file, threads: 1, provider: 'cpu', minScore: 0.1, pixels, slotBytes },
      1,
      new Worker(code, { eval: true }),
      { onBroken: ({ message }) => told.push(message) },
    );
    await broken.ready;
    await expect(broken.detect([red])).rejects.toMatchObject({ code: 'INFERENCE_FAILED' });
    expect(told).toEqual(['the inference thread broke: out of memory']);
    await broken.close();
    expect(told).toHaveLength(1);
  });
});
