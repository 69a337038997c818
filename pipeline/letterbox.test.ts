import { describe, expect, test } from 'vitest';
import type { Box } from './geometry.ts';
import { letterboxFilter, planLetterbox, toSource, toTarget } from './letterbox.ts';

const size = (width: number, height: number) => ({ width, height });
const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 });
const largestGap = (a: Box, b: Box): number =>
  Math.max(...(['x1', 'y1', 'x2', 'y2'] as const).map((side) => Math.abs(a[side] - b[side])));

describe('letterbox', () => {
  test('a wide picture keeps its shape and is padded below', () => {
    const letterbox = planLetterbox({
      source: size(1920, 1080),
      target: size(416, 416),
      fit: 'letterbox',
      padPosition: 'top-left',
    });
    expect(letterboxFilter(letterbox)).toEqual({
      crop: null,
      scaled: size(416, 234),
      pad: { x: 0, y: 0, width: 416, height: 416 },
    });
  });

  test('a centred picture has the same number of whole rows above as below, or one less', () => {
    const letterbox = planLetterbox({
      source: size(1568, 778),
      target: size(416, 416),
      fit: 'letterbox',
      padPosition: 'centred',
    });
    expect(letterboxFilter(letterbox)).toEqual({
      crop: null,
      scaled: size(416, 206),
      pad: { x: 0, y: 105, width: 416, height: 416 },
    });
  });

  test('a stretched picture fills the target and is never padded', () => {
    const letterbox = planLetterbox({
      source: size(320, 240),
      target: size(416, 416),
      fit: 'stretch',
      padPosition: 'centred',
    });
    expect(letterboxFilter(letterbox)).toEqual({ crop: null, scaled: size(416, 416), pad: null });
    expect([letterbox.scaleX, letterbox.scaleY]).toEqual([416 / 320, 416 / 240]);
  });

  test('a region starts and ends on even pixels inside the picture', () => {
    const { crop } = planLetterbox({
      source: size(1568, 778),
      target: size(416, 416),
      crop: box(940.8, 77.8, 1568, 700.2),
      fit: 'letterbox',
      padPosition: 'top-left',
    });
    expect(crop).toEqual(box(940, 78, 1568, 700));
  });

  test('a region that reaches an odd last pixel ends before it, as ffmpeg’s crop does', () => {
    const { crop } = planLetterbox({
      source: size(641, 361),
      target: size(416, 416),
      crop: box(100, 100, 641, 361),
      fit: 'letterbox',
      padPosition: 'top-left',
    });
    expect(crop).toEqual(box(100, 100, 640, 360));
  });

  // The corners of a known box, worked out by hand: 1080 → 234 rows, 1920 → 416 columns, both 416/1920.
  test('a known box lands where it was drawn', () => {
    const letterbox = planLetterbox({
      source: size(1920, 1080),
      target: size(416, 416),
      fit: 'letterbox',
      padPosition: 'centred',
    });
    expect(largestGap(toTarget(box(960, 540, 1440, 1080), letterbox), box(208, 208, 312, 325))).toBeLessThan(0.5);
    expect(largestGap(toSource(box(208, 208, 312, 325), letterbox), box(960, 540, 1440, 1080))).toBeLessThan(0.5);
  });

  test.each([
    ['odd sizes', size(1279, 717), undefined],
    ['portrait', size(720, 1280), undefined],
    ['a thin strip', size(1920, 64), undefined],
    ['smaller than the target', size(320, 240), undefined],
    ['an odd region', size(1568, 778), box(333.3, 77.7, 901.9, 555.5)],
  ])('there and back is exact to half a source pixel: %s', (_, source, crop) => {
    for (const fit of ['letterbox', 'stretch'] as const)
      for (const padPosition of ['top-left', 'centred'] as const) {
        const letterbox = planLetterbox({
          source,
          target: size(416, 416),
          fit,
          padPosition,
          ...(crop ? { crop } : {}),
        });
        const { x1, y1, x2, y2 } = letterbox.crop;
        const drawn = box(x1 + (x2 - x1) * 0.13, y1 + (y2 - y1) * 0.29, x1 + (x2 - x1) * 0.71, y1 + (y2 - y1) * 0.93);
        expect(largestGap(toSource(toTarget(drawn, letterbox), letterbox), drawn)).toBeLessThan(0.5);
      }
  });

  test('the edges of the scaled picture are the edges of the shown part, rounding included', () => {
    for (let width = 300; width < 1000; width += 7) {
      const letterbox = planLetterbox({
        source: size(width, 333),
        target: size(320, 320),
        fit: 'letterbox',
        padPosition: 'centred',
      });
      const { scaled } = letterboxFilter(letterbox);
      const { x, y } = letterbox.offset;
      const edges = toSource(box(x, y, x + scaled.width, y + scaled.height), letterbox);
      expect(largestGap(edges, box(0, 0, width, 333))).toBeLessThan(1e-6);
    }
  });

  test('what reaches into the padding is cut at the picture’s edge', () => {
    const letterbox = planLetterbox({
      source: size(200, 100),
      target: size(100, 100),
      fit: 'letterbox',
      padPosition: 'centred',
    });
    expect(toSource(box(-10, 0, 120, 100), letterbox)).toEqual(box(0, 0, 200, 100));
  });

  test('a size of zero is refused', () => {
    const plan = () =>
      planLetterbox({ source: size(0, 100), target: size(100, 100), fit: 'stretch', padPosition: 'top-left' });
    expect(plan).toThrow('positive');
  });
});
