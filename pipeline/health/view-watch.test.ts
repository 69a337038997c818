import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { GREY_HEIGHT, GREY_WIDTH } from './grey-picture.ts';
import { ViewWatch } from './view-watch.ts';

/** A town three pictures wide, as brightness 0–1. */
const town = (() => {
  const next = random(11);
  const width = 3 * GREY_WIDTH;
  const grey = new Float32Array(width * 2 * GREY_HEIGHT).fill(0.5);
  for (let house = 0; house < 160; house++) {
    const [left, top] = [Math.floor(next() * width), Math.floor(next() * 2 * GREY_HEIGHT)];
    const [wide, high, brightness] = [2 + Math.floor(next() * 9), 2 + Math.floor(next() * 7), next()];
    for (let y = top; y < Math.min(2 * GREY_HEIGHT, top + high); y++)
      for (let x = left; x < Math.min(width, left + wide); x++) grey[y * width + x] = brightness;
  }
  return (x: number, y: number): number => {
    const column = Math.floor(x);
    const share = x - column;
    const at = (c: number): number => grey[Math.floor(y) * width + Math.min(width - 1, Math.max(0, c))]!;
    return at(column) * (1 - share) + at(column + 1) * share;
  };
})();

type Shown = { readonly left?: number; readonly top?: number; readonly light?: number; readonly truckAt?: number };

/** @returns at which seconds the view was held to move, ten frames a second */
const watch = (shownAt: (second: number) => Shown, seconds = 8): readonly number[] => {
  const view = new ViewWatch();
  const next = random(5);
  const moving: number[] = [];
  for (let ptsMs = 0; ptsMs < seconds * 1_000; ptsMs += 100) {
    const { left = 40, top = 10, light = 1, truckAt } = shownAt(ptsMs / 1_000);
    const small = new Float32Array(GREY_WIDTH * GREY_HEIGHT).map((_, at) => {
      const [x, y] = [at % GREY_WIDTH, Math.floor(at / GREY_WIDTH)];
      const isTruck = truckAt !== undefined && Math.abs(x - truckAt) < 10 && y > 4;
      const grey = isTruck ? 0.3 + 0.4 * (Math.floor((x - truckAt) / 3) % 2) : town(x + left, y + top);
      return grey * light + (next() - 0.5) * 0.02;
    });
    if (view.isDue(ptsMs)) view.look(small, ptsMs);
    if (view.isMoving(ptsMs)) moving.push(ptsMs / 1_000);
  }
  return moving;
};

describe('a camera that moves', () => {
  test('one that is turned is noticed within 1.3 s, and until a second after it stands again', () => {
    const moving = watch((second) => ({ left: 40 + 3 * Math.min(2.5, Math.max(0, second - 3)) }));
    expect(moving[0]).toBeGreaterThan(3);
    expect(moving[0]).toBeLessThanOrEqual(4.3);
    expect(moving.at(-1)).toBeGreaterThan(5.5);
    expect(moving.at(-1)).toBeLessThan(7.8);
  });

  test('one that is tilted is noticed as well', () => {
    expect(watch((second) => ({ top: 10 + 2 * Math.max(0, second - 3) }), 7)).not.toEqual([]);
  });

  test('standing cameras stand: noise, a lamp that is switched off, a lorry that crosses half the picture', () => {
    expect(watch(() => ({}))).toEqual([]);
    expect(watch((second) => ({ light: second < 4 ? 1 : 0.3 }))).toEqual([]);
    expect(watch((second) => ({ truckAt: -10 + second * 9 }))).toEqual([]);
  });

  test('another scene at once is not a movement: no shift explains it', () => {
    expect(watch((second) => ({ left: second < 4 ? 0 : 90 }))).toEqual([]);
  });
});
