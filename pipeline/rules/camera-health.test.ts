import { describe, expect, test } from 'vitest';
import { FRAME, random, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { explain } from '../explanation.ts';
import { PictureWatch } from '../health/picture-facts.ts';
import type { TrackedFrame } from '../track.ts';
import { CameraHealthRule } from './camera-health.ts';

const [WIDTH, HEIGHT] = [320, 180];
const letterbox = {
  source: { width: WIDTH, height: HEIGHT },
  target: { width: WIDTH, height: HEIGHT },
  crop: { x1: 0, y1: 0, x2: WIDTH, y2: HEIGHT },
  scaleX: 1,
  scaleY: 1,
  offset: { x: 0, y: 0 },
};
type Look = (x: number, y: number) => number;

/** Computed once; frames only look it up. */
const drawn = (look: Look): Look => {
  const pixels = Float64Array.from({ length: WIDTH * HEIGHT }, (_, at) => look(at % WIDTH, Math.floor(at / WIDTH)));
  return (x, y) => pixels[y * WIDTH + Math.min(WIDTH - 1, Math.max(0, x))]!;
};

/** Houses: rectangles of their own brightness, sharp at their edges. */
const town = (seed: number): Look => {
  const next = random(seed);
  const houses = Array.from({ length: 30 }, () => {
    const [x, y] = [next() * WIDTH, next() * HEIGHT];
    return { x, y, right: x + 10 + next() * 70, bottom: y + 10 + next() * 50, grey: 0.15 + next() * 0.8 };
  });
  return drawn((x, y) => houses.findLast((h) => x >= h.x && y >= h.y && x < h.right && y < h.bottom)?.grey ?? 0.5);
};
const here = town(1);
const elsewhere = town(2);
const blurred = drawn((x, y) => {
  let sum = 0;
  for (let step = -6; step <= 6; step++) sum += here(x + step, y);
  return sum / 13;
});

/** Two frames a second, with the noise of a sensor. */
const watch = (lookAt: (ptsMs: number) => Look, { untilMs = 35_000, noise = 0.01 } = {}) => {
  const pictures = new PictureWatch();
  const next = random(3);
  const frames: TrackedFrame[] = [];
  for (let ptsMs = 0; ptsMs <= untilMs; ptsMs += 500) {
    const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
    const look = lookAt(ptsMs);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const grey = Math.min(1, Math.max(0, look(x, y) + (next() - 0.5) * 2 * noise));
        const at = (y * WIDTH + x) * 3;
        pixels[at] = pixels[at + 1] = pixels[at + 2] = Math.round(grey * 255);
      }
    const picture = pictures.read({ pixels, letterbox }, ptsMs);
    frames.push({ cameraId: 'c', sessionId: 's', ptsMs, capturedAt: ptsMs, frameSize: FRAME, tracks: [], picture });
  }
  const rule = new CameraHealthRule(ruleConfig({ kind: 'camera_health', minDurationMs: 8_000 }));
  return replay(rule, frames);
};
const from =
  (atMs: number, after: Look, untilMs = Infinity) =>
  (ptsMs: number): Look =>
    ptsMs >= atMs && ptsMs < untilMs ? after : here;

describe('camera health', { timeout: 30_000 }, () => {
  test.each([
    ['dark', from(20_000, (x, y) => here(x, y) * 0.04)],
    ['covered', from(20_000, () => 0.4)],
    ['blurred', from(20_000, blurred)],
    ['moved', from(20_000, elsewhere)],
  ] as const)('a picture that is %s is told once, after the time given, and nothing else', (fault, lookAt) => {
    const found = watch(lookAt);
    expect(found.map(({ decision }) => decision.facts['fault'])).toEqual([fault]);
    expect(found[0]).toMatchObject({ startPtsMs: 20_000, triggerPtsMs: 28_000, endPtsMs: null });
  });

  test('a picture that stands still to the last bit is frozen', () => {
    const found = watch(() => here, { noise: 0 });
    expect(found.map(({ decision }) => decision.facts['fault'])).toEqual(['frozen']);
  });

  test('a quiet street with the noise of a sensor is well', () => {
    expect(watch(() => here)).toEqual([]);
  });

  test('light that falls by half, and a lorry before the lens for five seconds, are no faults', () => {
    expect(watch((ptsMs) => (x, y) => here(x, y) * (1 - Math.min(0.5, ptsMs / 80_000)))).toEqual([]);
    expect(watch(from(20_000, () => 0.4, 25_000))).toEqual([]);
  });

  test('a fault that pauses is one, one that was gone for long is told again', () => {
    const pauses = (ptsMs: number): Look => ((ptsMs >= 20_000 && ptsMs < 30_000) || ptsMs >= 32_000 ? () => 0.4 : here);
    expect(watch(pauses, { untilMs: 45_000 })).toHaveLength(1);
    const returns = (ptsMs: number): Look =>
      (ptsMs >= 20_000 && ptsMs < 30_000) || ptsMs >= 45_000 ? () => 0.4 : here;
    expect(watch(returns, { untilMs: 55_000 })).toHaveLength(2);
  });

  test('the sentences name the fault', () => {
    const [found] = watch(from(20_000, () => 0.4));
    expect(explain(found!)).toEqual({
      vi: 'Hình ảnh camera bị che khuất ít nhất 8 giây (ngưỡng 8 giây).',
      en: "The camera's picture was covered for at least 8 s (threshold 8 s).",
    });
  });
});
