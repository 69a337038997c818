import { describe, expect, test } from 'vitest';
import { drawnFrame } from '../test/drawn-frame.ts';
import { random as randomOf } from '../test/drawn-tracks.ts';
import { MotionGate } from './motion-gate.ts';

const SIZE = { width: 640, height: 384 };
const EVERY_MS = 200;
type Scene = {
  readonly object?: { x: number; y: number; side: number };
  readonly light?: number;
  readonly noise?: number;
};

/** A textured road with, if wanted, a square object, more light, and noise. */
const picture = ({ object, light = 0, noise = 0 }: Scene, ptsMs: number) => {
  const noiseOf = randomOf(ptsMs + 1);
  return drawnFrame(
    SIZE,
    SIZE,
    (x, y) => {
      const isObject =
        object && x >= object.x && x < object.x + object.side && y >= object.y && y < object.y + object.side;
      const base = isObject ? 150 : 90 + ((x * 7 + y * 13) % 20);
      const grey = Math.max(
        0,
        Math.min(255, Math.round(base + light + noise * (noiseOf() + noiseOf() + noiseOf() - 1.5))),
      );
      return [grey, grey, grey];
    },
    ptsMs,
  );
};
/** @returns numbers of the frames that the detector is to look at */
const due = (gate: MotionGate, scenes: readonly Scene[]): number[] =>
  scenes.flatMap((scene, i) => (gate.isDue(picture(scene, i * EVERY_MS), i * EVERY_MS) ? [i] : []));
const still = (count: number, scene: Scene = {}): Scene[] => Array.from({ length: count }, () => scene);

describe('a motion gate', () => {
  test('lets the first frame through, then one in each floor time while nothing moves', () => {
    expect(due(new MotionGate(1_000), still(11))).toEqual([0, 5, 10]);
  });

  test('is not opened by the noise of a night camera', () => {
    expect(due(new MotionGate(60_000), still(20, { noise: 16 }))).toEqual([0]);
  });

  test('is opened at once by an object as small as a detector can see', () => {
    const comes = [...still(4), { object: { x: 301, y: 203, side: 16 } }];
    expect(due(new MotionGate(60_000), comes)).toEqual([0, 4]);
  });

  test('stays open while it moves, and shuts when it stands', () => {
    const moves = Array.from({ length: 5 }, (_, i) => ({ object: { x: 100 + 12 * i, y: 100, side: 24 } }));
    expect(due(new MotionGate(60_000), [...still(2), ...moves, ...still(4, moves.at(-1))])).toEqual([0, 2, 3, 4, 5, 6]);
  });

  test('notices what creeps by less than a place a frame', () => {
    const creeps = Array.from({ length: 20 }, (_, i) => ({ object: { x: 100 + i, y: 100, side: 32 } }));
    const seen = due(new MotionGate(60_000), creeps);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.length).toBeLessThan(12);
  });

  test('is not opened by a cloud that darkens the whole picture', () => {
    const darker = Array.from({ length: 10 }, (_, i) => ({ light: -3 * i }));
    expect(due(new MotionGate(60_000), darker)).toEqual([0]);
  });

  test('looks at the next frame when the detector did not see the one it let through', () => {
    const gate = new MotionGate(60_000);
    expect(due(gate, still(3))).toEqual([0]);
    gate.forget();
    expect(gate.isDue(picture({}, 600), 600)).toBe(true);
    expect(gate.isDue(picture({}, 800), 800)).toBe(false);
  });
});
