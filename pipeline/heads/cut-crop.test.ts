import { describe, expect, test } from 'vitest';
import { drawnFrame } from '../../test/drawn-frame.ts';
import { toSource } from '../letterbox.ts';
import { cutCrop } from './cut-crop.ts';

const source = { width: 1000, height: 500 };
const target = { width: 500, height: 250 };
const input = { width: 64, height: 96 };
/** White from (100, 50) to (120, 80) in the analysis frame: (200, 100) to (240, 160) in the source. */
const frame = drawnFrame(source, target, (x, y) =>
  x >= 100 && x < 120 && y >= 50 && y < 80 ? [255, 255, 255] : [0, 0, 0],
);

describe('crops of an analysis frame', () => {
  test('a box found in the crop comes back to source pixels', () => {
    const crop = cutCrop(frame, { x1: 180, y1: 80, x2: 280, y2: 240 }, input)!;
    const white = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
    for (let i = 0; i < crop.pixels.length; i += 3) {
      if (crop.pixels[i]! < 200) continue;
      const [x, y] = [(i / 3) % input.width, Math.floor(i / 3 / input.width)];
      white.x1 = Math.min(white.x1, x);
      white.y1 = Math.min(white.y1, y);
      white.x2 = Math.max(white.x2, x + 1);
      white.y2 = Math.max(white.y2, y + 1);
    }
    const back = toSource(white, crop.letterbox);
    expect(Math.abs(back.x1 - 200)).toBeLessThan(3);
    expect(Math.abs(back.y1 - 100)).toBeLessThan(3);
    expect(Math.abs(back.x2 - 240)).toBeLessThan(3);
    expect(Math.abs(back.y2 - 160)).toBeLessThan(3);
  });

  test('what is beside a narrow crop is grey', () => {
    const crop = cutCrop(frame, { x1: 180, y1: 80, x2: 220, y2: 240 }, input)!;
    expect([...crop.pixels.slice((input.width - 1) * 3, input.width * 3)]).toEqual([114, 114, 114]);
  });

  test('a crop is shrunk by averaging, not by leaving pixels out', () => {
    const stripes = drawnFrame(target, target, (x) => (x % 2 === 0 ? [200, 0, 0] : [0, 0, 0]));
    const crop = cutCrop(stripes, { x1: 0, y1: 0, x2: 128, y2: 192 }, input)!;
    expect(new Set(crop.pixels.filter((_, i) => i % 3 === 0))).toEqual(new Set([100]));
  });

  test('an even picture stays even when it is enlarged', () => {
    const even = drawnFrame(target, target, () => [10, 120, 250]);
    const crop = cutCrop(even, { x1: 33, y1: 17, x2: 53, y2: 47 }, input)!;
    expect([...crop.pixels.slice(0, 3)]).toEqual([10, 120, 250]);
    expect(new Set(crop.pixels.slice(0, input.width * 3))).toEqual(new Set([10, 120, 250]));
  });

  test('a part that lies outside the picture gives no crop', () => {
    expect(cutCrop(frame, { x1: 990, y1: 80, x2: 1200, y2: 240 }, input)).toBeNull();
  });
});
