import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawHills } from '../../test/drawn-hills.ts';
import type { Subject } from '../../pipeline/event.ts';
import { cropPlume, planSeries, type SeriesPicture } from './plume-crops.ts';

const SIZE = { width: 960, height: 540 };
const POSE = { id: 'n', azimuthDeg: 20, tiltDeg: -2, fieldOfViewDeg: 54, k1: 0, errorDeg: 0.1 };
const taken = (ptsMs: number, azimuthDeg: number): SeriesPicture => {
  const pixels = drawHills({ pose: { ...POSE, azimuthDeg }, sky: 1 }, SIZE);
  return { ptsMs, open: () => sharp(pixels, { raw: { ...SIZE, channels: 3 } }) };
};
const smoke: Subject = {
  ...{ trackId: 1, className: 'smoke', role: 'member', score: 0.6 },
  sightings: [
    { ptsMs: 0, box: { x1: 0.48, y1: 0.55, x2: 0.52, y2: 0.6 } },
    { ptsMs: 60_000, box: { x1: 0.47, y1: 0.5, x2: 0.53, y2: 0.6 } },
  ],
};
const grey = (jpeg: Uint8Array): Promise<Buffer> => sharp(jpeg).greyscale().raw().toBuffer();
const unlike = (a: Buffer, b: Buffer): number =>
  a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;

test('crops show the same part of the hill though the camera was turned in between', async () => {
  const crops = await cropPlume({ subjects: [smoke] }, [taken(0, 20.6), taken(30_000, 25), taken(60_000, 20)]);
  expect(crops.map(({ path, ptsMs }) => [path, ptsMs])).toEqual([
    ['plume/1.jpg', 0],
    ['plume/2.jpg', 30_000],
    ['plume/3.jpg', 60_000],
  ]);
  const [turned, far, last] = await Promise.all(crops.map(({ bytes }) => grey(bytes)));
  const [still] = await cropPlume({ subjects: [smoke] }, [taken(0, 20.6)]);
  const untouched = unlike(await grey(still!.bytes), last!);
  expect(unlike(turned!, last!)).toBeLessThan(untouched / 2);
  // Turned as far as this, the lens itself draws the hill a little differently.
  expect(unlike(far!, last!)).toBeLessThan(0.6 * untouched);
});

test('an event that says of no place has none', async () => {
  expect(await cropPlume({ subjects: [] }, [taken(0, 20)])).toEqual([]);
});

test('of smoke the frames of its sightings are taken, of other kinds and outside the clip none', () => {
  const event = { kind: 'smoke', startPtsMs: 1_000, steps: '0:0.45/0.5 10:-/0.1 20:0.5/0.9 31:0.6/1.8' };
  const frames = [1_000, 5_000, 11_000, 20_700, 21_200, 31_800].map((ptsMs) => ({
    ...{ cameraId: 'c', sessionId: 's', ptsMs, capturedAt: ptsMs, tracks: [] },
  }));
  const planned = (kind: string, toPtsMs: number): readonly number[] =>
    planSeries({ ...event, kind, decision: { facts: { steps: event.steps } } } as never, frames, {
      fromPtsMs: 0,
      toPtsMs,
    });
  expect(planned('smoke', 60_000)).toEqual([1_000, 21_200, 31_800]);
  expect(planned('smoke', 30_000)).toEqual([1_000, 21_200]);
  expect(planned('crowding', 60_000)).toEqual([]);
});
