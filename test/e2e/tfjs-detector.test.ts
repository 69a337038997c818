import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CocoResult, detectImages, readFrame } from '../../models/detect-images.ts';
import { findModel, type ModelEntry } from '../../models/manifest.ts';
import { foldersOf, resolveModelFile } from '../../models/model-files.ts';
import { openDetector } from '../../models/onnx-detector.ts';
import { planAnalysis } from '../../models/tiled-detector.ts';
import { type Box, iou } from '../../pipeline/geometry.ts';
import { hasShared, needs, sharedFile } from '../shared.ts';

const centernet = findModel('centernet-512');
const road = findModel('road');

const installed = (): boolean => {
  const { resolve } = createRequire(import.meta.url);
  try {
    for (const name of ['core', 'converter', 'backend-wasm']) resolve(`@tensorflow/tfjs-${name}`);
    return foldersOf(centernet).some((folder) => existsSync(join(folder, centernet.file)));
  } catch {
    return false;
  }
};
const able = installed();
const lacks = able ? '' : ' [skipped: TensorFlow.js or the graph model is not installed; npm ci]';

/** Frames of six street cameras, 16:9: for a square input they are letterboxed, for ours they nearly fit. */
const FRAMES = ['data', 'street-frames', 'images'] as const;
const frames = (): string[] =>
  readdirSync(sharedFile(...FRAMES))
    .sort()
    .filter((_, i) => i % 3 === 0)
    .map((name) => sharedFile(...FRAMES, name));

const boxesOf = async (entry: ModelEntry, paths: readonly string[]): Promise<readonly CocoResult[]> => {
  const found = await detectImages({ entry, file: await resolveModelFile(entry), paths, minScore: 0.3, threads: 1 });
  return found.filter(({ category_name: name }) => name === 'person' || name === 'car');
};
const toBox = ({ bbox: [x, y, width, height] }: CocoResult): Box => ({ x1: x, y1: y, x2: x + width, y2: y + height });

/** Boxes of `left` that have one of their own in `right`: same frame, same class, IoU at least 0.5. */
const matched = (left: readonly CocoResult[], right: readonly CocoResult[]): readonly CocoResult[] => {
  const free = new Set(right);
  return left.filter((box) => {
    const twin = [...free].find(
      (other) =>
        other.image_id === box.image_id &&
        other.category_name === box.category_name &&
        iou(toBox(other), toBox(box)) >= 0.5,
    );
    return twin !== undefined && free.delete(twin);
  });
};

describe.skipIf(!able)(`a model of TensorFlow.js behind the detector port${lacks}`, () => {
  test.skipIf(!hasShared(...FRAMES))(
    `its people and cars on real frames are those that the road model of ONNX Runtime sees${needs(...FRAMES)}`,
    async () => {
      const paths = frames();
      const theirs = await boxesOf(centernet, paths);
      const ours = await boxesOf(road, paths);
      const shared = matched(theirs, ours);
      const near = ours.filter(({ bbox }) => bbox[3] >= 100);
      const seen = matched(near, theirs);
      console.log(
        `${paths.length} frames: ${theirs.length} boxes of CenterNet, ${shared.length} of them matched; ` +
          `${near.length} road boxes from 100 px height on, ${seen.length} matched`,
      );
      expect(theirs.length).toBeGreaterThan(60);
      // Measured 0.90 over all 36 frames; a wrong way back from the letterbox or other colours leave far less.
      expect(shared.length / theirs.length).toBeGreaterThan(0.82);
      // COCO's CenterNet on a light backbone sees the near ones only; the road model was trained on such cameras.
      expect(seen.length / near.length).toBeGreaterThan(0.35);
    },
  );

  test('a run leaves the event loop free', async () => {
    const scene = new URL('../fixtures/tensors/scene.png', import.meta.url).pathname;
    const config = { model: centernet.id, minScore: 0.1, maxBatch: 4, batchDeadlineMs: 0, threads: 1 };
    const detector = await openDetector({
      entry: centernet,
      file: await resolveModelFile(centernet),
      config: { ...config, provider: 'cpu' },
    });
    const { frame } = await readFrame(scene, (source) => planAnalysis({}, centernet, source), 114);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    try {
      await detector.detect([frame]);
      await detector.detect([frame]);
    } finally {
      clearInterval(timer);
      await detector.close();
    }
    // On the calling thread there would be one between the two runs, at most.
    expect(ticks).toBeGreaterThan(5);
  });

  test('an execution provider that it does not have is refused with the remedy', async () => {
    const opened = openDetector({
      entry: centernet,
      file: await resolveModelFile(centernet),
      config: { model: centernet.id, minScore: 0.1, maxBatch: 1, batchDeadlineMs: 0, threads: 1, provider: 'cuda' },
    });
    await expect(opened).rejects.toMatchObject({
      code: 'MODEL_LOAD',
      message: expect.stringContaining('provider: cpu') as string,
    });
  });
});
