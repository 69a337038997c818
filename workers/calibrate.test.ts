import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findModel, type ModelEntry } from '../models/manifest.ts';
import { parseConfig } from '../pipeline/config.ts';
import { calibrate } from './calibrate.ts';

/** See test/fixtures/tensors/make-tiny-model.mjs. */
const modelFile = fileURLToPath(new URL('../test/fixtures/tensors/tiny-yolov8.onnx', import.meta.url));
const entry: ModelEntry = {
  ...findModel('yolox-nano-416'),
  id: 'tiny',
  input: { ...findModel('road').input, width: 32, height: 32, fit: 'stretch', dynamicBatch: true },
  decoder: 'yolov8',
  classes: ['red', 'green', 'blue'],
  classMap: { red: 'red', green: 'green', blue: 'blue' },
};
const { detectors, cameras } = parseConfig(`
version: 1
detectors: { main: { model: tiny, maxBatch: 2, threads: 1 } }
cameras: [{ id: a, source: { url: a.mp4 }, analysis: { detector: main, fps: 5, tiles: { rows: 2, columns: 2 } } }]`);
const config = detectors['main']!;

let folder: string;
const said: { measured: boolean; framesPerSecond: number }[] = [];
const run = (file = join(folder, 'calibration.json')) => {
  const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line) as (typeof said)[number]) });
  return calibrate({ entry, modelFile, config, cameras, file, log });
};
beforeEach(async () => {
  said.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'watchpost-calibrate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a detector’s calibration', () => {
  test('runs the model in each way, keeps what it measured, and does not measure twice', async () => {
    const first = await run();
    expect(first.threads).toBe(1);
    expect([1, 2]).toContain(first.maxBatch);
    const [trials] = Object.values(
      JSON.parse(await readFile(join(folder, 'calibration.json'), 'utf8')) as Record<string, { batch: number }[]>,
    );
    expect(trials!.map(({ batch }) => batch)).toEqual([1, 2]);
    expect(await run()).toEqual(first);
    expect(said.map(({ measured }) => measured)).toEqual([true, false]);
    // Four tiles of five frames a second.
    expect(said[0]!.framesPerSecond).toBe(20);
  });

  test('a damaged file is measured anew and replaced', async () => {
    const file = join(folder, 'calibration.json');
    await writeFile(file, '{"x": [{"threads": 0}]}');
    await run();
    expect(said[0]!.measured).toBe(true);
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object)).toHaveLength(1);
  });

  test('a folder that cannot be written costs a warning, not the start', async () => {
    await writeFile(join(folder, 'plain'), '');
    const way = await run(join(folder, 'plain', 'calibration.json'));
    expect(way.threads).toBe(1);
    expect(said).toHaveLength(2);
  });
});
