import { describe, expect, test } from 'vitest';
import { drawnFrame } from '../../test/drawn-frame.ts';
import type { Detection } from '../detection.ts';
import type { Detector } from '../detector.ts';
import type { Frame } from '../frame.ts';
import { toSource } from '../letterbox.ts';
import type { Track } from '../track.ts';
import { HeadReader } from './head-reader.ts';

const INPUT = { width: 160, height: 192 };
const SIZE = { width: 1000, height: 600 };

/** Sees heads as what they are drawn: red is bare, blue a helmet. */
class ColourDetector implements Detector {
  readonly id = 'heads';
  readonly model = { id: 'heads', sha256: '0'.repeat(64) };
  readonly maxBatch = 2;
  readonly input = { ...INPUT, fit: 'letterbox' } as const;
  readonly batches: number[] = [];
  detect(frames: readonly Frame[]): Promise<Detection[][]> {
    this.batches.push(frames.length);
    return Promise.resolve(frames.map((frame) => [...this.#boxes(frame, 0), ...this.#boxes(frame, 2)]));
  }
  *#boxes({ pixels, letterbox }: Frame, channel: number): Generator<Detection> {
    const box = { x1: Infinity, y1: Infinity, x2: -1, y2: -1 };
    for (let i = 0; i < pixels.length; i += 3) {
      if (pixels[i + channel]! < 200 || pixels[i + 1]! > 90) continue;
      const [x, y] = [(i / 3) % INPUT.width, Math.floor(i / 3 / INPUT.width)];
      box.x1 = Math.min(box.x1, x);
      box.y1 = Math.min(box.y1, y);
      box.x2 = Math.max(box.x2, x + 1);
      box.y2 = Math.max(box.y2, y + 1);
    }
    if (box.x2 < 0) return;
    const className = channel === 0 ? 'no_helmet' : 'helmet';
    yield { box: toSource(box, letterbox), score: 0.8, className };
    yield { box: toSource(box, letterbox), score: 0.1, className: channel === 0 ? 'helmet' : 'no_helmet' };
  }
  close = (): Promise<void> => Promise.resolve();
}

const track = (id: number, className: string, x1: number, y1: number, x2: number, y2: number): Track => ({
  id,
  className,
  state: 'confirmed',
  box: { x1, y1, x2, y2 },
  score: 0.8,
  observed: true,
  velocity: { x: 0, y: 0 },
  firstPtsMs: 0,
  lastObservedPtsMs: 0,
});
/** A motorcycle with a driver in a blue helmet, right, and a bare pillion, left; heads of 24 px. */
const ride = [
  track(1, 'motorcycle', 100, 200, 220, 300),
  track(2, 'person', 160, 140, 210, 280),
  track(3, 'person', 110, 130, 160, 275),
];
const isIn = (x: number, y: number, left: number, top: number): boolean =>
  x >= left && x < left + 24 && y >= top && y < top + 24;
const paint = (x: number, y: number): readonly [number, number, number] =>
  isIn(x, y, 173, 142) ? [20, 20, 255] : isIn(x, y, 123, 132) ? [255, 20, 20] : [120, 130, 120];
const frame = (ptsMs: number): Frame => drawnFrame(SIZE, SIZE, paint, ptsMs);

describe('riders’ heads', () => {
  test('each rider gets the reading of their own head', async () => {
    const readings = await new HeadReader({ detector: new ColourDetector(), maxCrops: 4 }).read(frame(0), ride);
    const [pillion, driver] = [3, 2].map((id) => readings.find(({ trackId }) => trackId === id)!);
    expect(driver!.helmet).toBeGreaterThan(0.7);
    expect(pillion!.bare).toBeGreaterThan(0.7);
    expect(Math.abs(pillion!.heightPx - 24)).toBeLessThan(3);
    for (const { helmet, bare, other, unsure } of readings) expect(helmet + bare + other + unsure).toBeCloseTo(1);
  });

  test('a head shown enlarged is as small as the camera made it', async () => {
    const small = drawnFrame(SIZE, { width: 500, height: 300 }, (x, y) => paint(x * 2, y * 2));
    const readings = await new HeadReader({ detector: new ColourDetector(), maxCrops: 4 }).read(small, ride);
    expect(Math.abs(readings[0]!.heightPx - 12)).toBeLessThan(3);
  });

  test('the same frames and tracks give the same readings', async () => {
    const run = async (): Promise<string> => {
      const reader = new HeadReader({ detector: new ColourDetector(), maxCrops: 1 });
      const all = [];
      for (let ptsMs = 0; ptsMs < 1_000; ptsMs += 200) all.push(await reader.read(frame(ptsMs), ride));
      return JSON.stringify(all);
    };
    expect(await run()).toBe(await run());
  });

  test('more crops than one run takes go in several runs', async () => {
    const many = [0, 200, 400].flatMap((x, i) =>
      ride.map(({ id, className, box }) => track(id + 10 * i, className, box.x1 + x, box.y1, box.x2 + x, box.y2)),
    );
    const detector = new ColourDetector();
    await new HeadReader({ detector, maxCrops: 8 }).read(frame(0), many);
    expect(detector.batches).toEqual([2, 1]);
  });

  test('a walker’s head is nobody’s reading', async () => {
    const walker = track(9, 'person', 115, 130, 160, 275);
    expect(await new HeadReader({ detector: new ColourDetector(), maxCrops: 4 }).read(frame(0), [walker])).toEqual([]);
  });
});
