import { describe, expect, test } from 'vitest';
import type { Detection } from '../pipeline/detection.ts';
import type { Detector } from '../pipeline/detector.ts';
import type { Frame } from '../pipeline/frame.ts';
import { toSource } from '../pipeline/letterbox.ts';
import { planAnalysis, TiledDetector, type TileLayout } from './tiled-detector.ts';
import { findModel } from './manifest.ts';

const yolox = findModel('yolox-nano-416');
const tiles = { rows: 2, columns: 3, overlap: 0.15 };

/** Finds white areas: one box around all white pixels of a frame. */
class WhiteDetector implements Detector {
  readonly id = 'white';
  readonly model = { id: 'white', sha256: '0'.repeat(64) };
  readonly maxBatch = 4;
  readonly input = { width: 416, height: 416, fit: 'letterbox' } as const;
  readonly batches: number[] = [];
  detect(frames: readonly Frame[]): Promise<Detection[][]> {
    this.batches.push(frames.length);
    return Promise.resolve(
      frames.map(({ pixels, letterbox }) => {
        const box = { x1: Infinity, y1: Infinity, x2: -1, y2: -1 };
        for (let i = 0; i < pixels.length; i += 3) {
          if (pixels[i] !== 255) continue;
          const x = (i / 3) % 416;
          const y = Math.floor(i / 3 / 416);
          box.x1 = Math.min(box.x1, x);
          box.y1 = Math.min(box.y1, y);
          box.x2 = Math.max(box.x2, x + 1);
          box.y2 = Math.max(box.y2, y + 1);
        }
        return box.x2 < 0 ? [] : [{ box: toSource(box, letterbox), score: 0.9, className: 'car' }];
      }),
    );
  }
  close = (): Promise<void> => Promise.resolve();
}

/** A black frame with a white rectangle, given in target pixels. */
const frameWith = (letterbox: Frame['letterbox'], x1: number, y1: number, x2: number, y2: number): Frame => {
  const { width, height } = letterbox.target;
  const pixels = new Uint8Array(width * height * 3);
  for (let y = y1; y < y2; y++) pixels.fill(255, (y * width + x1) * 3, (y * width + x2) * 3);
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

describe('analysis plan', () => {
  test('without tiles the analysis frame is the model’s input', () => {
    const plan = planAnalysis({}, yolox, { width: 1920, height: 1080 });
    expect(plan.letterbox.target).toEqual({ width: 416, height: 416 });
    expect(plan.tiles).toBeNull();
  });

  test('tiles cover the analysis frame to its edges and overlap at least as much as wanted', () => {
    const { letterbox, tiles: layout } = planAnalysis({ tiles }, yolox, { width: 1920, height: 1080 });
    const { lefts, tops } = layout as TileLayout;
    expect([lefts.at(-1)! + 416, tops.at(-1)! + 416]).toEqual([letterbox.target.width, letterbox.target.height]);
    for (const starts of [lefts, tops])
      for (let i = 1; i < starts.length; i++) expect(starts[i - 1]! + 416 - starts[i]!).toBeGreaterThanOrEqual(62);
  });

  test('the picture’s shape is kept and not a row is padded when the tiles allow it', () => {
    const { letterbox } = planAnalysis({ tiles }, yolox, { width: 1920, height: 1080 });
    expect(letterbox.target).toEqual({ width: 1124, height: 632 });
    expect(letterbox.scaleX).toBeCloseTo(letterbox.scaleY, 3);
  });

  test('rows that a thin picture leaves no room for are not run', () => {
    const { tiles: layout } = planAnalysis({ tiles }, yolox, { width: 1920, height: 400 });
    expect(layout).toMatchObject({ tops: [0] });
  });

  test('a region is enlarged to the input', () => {
    const { letterbox } = planAnalysis({ region: [0.5, 0.5, 1, 1] }, yolox, { width: 1920, height: 1080 });
    expect(letterbox.crop).toEqual({ x1: 960, y1: 540, x2: 1920, y2: 1080 });
    expect(letterbox.scaleX).toBeCloseTo(416 / 960, 3);
  });
});

describe('tiled detector', () => {
  const plan = planAnalysis({ tiles }, yolox, { width: 1124, height: 632 });
  const setUp = () => {
    const inner = new WhiteDetector();
    const detector = new TiledDetector(inner);
    detector.setLayout('cam', plan.tiles);
    return { inner, detector };
  };

  test('a thing in one tile comes back in source pixels', async () => {
    const { detector } = setUp();
    const [found] = await detector.detect([frameWith(plan.letterbox, 20, 30, 60, 90)]);
    expect(found).toEqual([{ box: { x1: 20, y1: 30, x2: 60, y2: 90 }, score: 0.9, className: 'car' }]);
  });

  test('a thing across a tile border is found once and whole', async () => {
    const { detector } = setUp();
    const [found] = await detector.detect([frameWith(plan.letterbox, 250, 100, 560, 160)]);
    expect(found?.map(({ box }) => box)).toEqual([{ x1: 250, y1: 100, x2: 560, y2: 160 }]);
  });

  test('tiles fill the batches of the inner detector', async () => {
    const { detector, inner } = setUp();
    await detector.detect([frameWith(plan.letterbox, 0, 0, 1, 1)]);
    expect(inner.batches).toEqual([4, 2]);
  });

  test('a camera without a layout passes through whole', async () => {
    const { detector, inner } = setUp();
    const { letterbox } = planAnalysis({}, yolox, { width: 832, height: 832 });
    const [found] = await detector.detect([{ ...frameWith(letterbox, 10, 10, 20, 20), cameraId: 'other' }]);
    expect(found?.[0]?.box).toEqual({ x1: 20, y1: 20, x2: 40, y2: 40 });
    expect(inner.batches).toEqual([1]);
  });
});

describe('frames with detail for a second model', () => {
  const source = { width: 1920, height: 1080 };

  test('the analysis frame is twice the model’s input where the camera has more to give', () => {
    const plan = planAnalysis({}, yolox, source, true);
    expect(plan.letterbox.target).toEqual({ width: 832, height: 832 });
    expect(plan.tiles).toBe('halved');
    expect(planAnalysis({}, yolox, { width: 416, height: 416 }, true).letterbox.target.width).toBe(416);
    expect(planAnalysis({ tiles }, yolox, source, true)).toEqual(planAnalysis({ tiles }, yolox, source));
  });

  test('a box found in the halved frame comes back to source pixels', async () => {
    const { letterbox, tiles: layout } = planAnalysis({}, yolox, source, true);
    const detector = new TiledDetector(new WhiteDetector());
    detector.setLayout('cam', layout);
    const [[found]] = (await detector.detect([frameWith(letterbox, 100, 60, 140, 120)])) as [[Detection]];
    const { scaleX, scaleY } = letterbox;
    expect(found.box.x1).toBeCloseTo(100 / scaleX);
    expect(found.box.y1).toBeCloseTo(60 / scaleY);
    expect(found.box.x2).toBeCloseTo(140 / scaleX);
    expect(found.box.y2).toBeCloseTo(120 / scaleY);
  });
});
