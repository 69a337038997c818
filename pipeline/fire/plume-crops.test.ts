import { expect, test } from 'vitest';
import { drawHills } from '../../test/drawn-hills.ts';
import { boxHeight, boxWidth } from '../geometry.ts';
import { planLetterbox } from '../letterbox.ts';
import { greyOf, type GreyPicture } from './landmarks.ts';
import { cropWindow, MOST_CROPS, shiftBetween, shifted, spread } from './plume-crops.ts';

const SIZE = { width: 480, height: 270 };
const POSE = { id: 'n', azimuthDeg: 20, tiltDeg: -2, fieldOfViewDeg: 54, k1: 0, errorDeg: 0.1 };
const letterbox = planLetterbox({ source: SIZE, target: SIZE, fit: 'letterbox', padPosition: 'top-left' });
const view = (azimuthDeg: number, light = 1): GreyPicture =>
  greyOf({ pixels: drawHills({ pose: { ...POSE, azimuthDeg }, rollDeg: 0, light, sky: 1 }, SIZE), letterbox });

const FIRST = { x1: 0.5, y1: 0.4, x2: 0.52, y2: 0.44 };
const GROWN = { x1: 0.49, y1: 0.3, x2: 0.56, y2: 0.44 };

test('one part of the view holds the plume from its first sighting to the trigger, with room around', () => {
  const { x1, y1, x2, y2 } = cropWindow([FIRST, GROWN], { width: 1920, height: 1080 });
  expect([x1 < 0.49 * 1920, y1 < 0.3 * 1080, x2 > 0.56 * 1920, y2 > 0.44 * 1080]).toEqual([true, true, true, true]);
  expect((x2 - x1) / (y2 - y1)).toBeCloseTo(4 / 3, 1);
});

test('it lies inside the picture, also at an edge and where a picture is small', () => {
  for (const size of [SIZE, { width: 1920, height: 1080 }, { width: 240, height: 320 }])
    for (const box of [
      FIRST,
      { x1: 0, y1: 0, x2: 0.02, y2: 0.02 },
      { x1: 0.9, y1: 0.8, x2: 1, y2: 1 },
      { x1: 0, y1: 0, x2: 1, y2: 1 },
    ]) {
      const { x1, y1, x2, y2 } = cropWindow([box], size);
      expect([x1 >= 0, y1 >= 0, x2 <= size.width, y2 <= size.height, x2 > x1]).toEqual([true, true, true, true, true]);
    }
});

test('a camera that was turned a little is followed to a pixel, and the view keeps its size', () => {
  const turned = shiftBetween(view(20), view(20.8, 0.6))!;
  // 0.8° at 54° across 480 px: f = 471 px.
  expect(Math.abs(turned.x + 471 * Math.tan((0.8 * Math.PI) / 180))).toBeLessThan(1);
  expect(Math.abs(turned.y)).toBeLessThan(1);
  const window = cropWindow([FIRST, GROWN], SIZE);
  const moved = shifted(window, turned, SIZE);
  expect([boxWidth(moved), boxHeight(moved)]).toEqual([boxWidth(window), boxHeight(window)]);
  expect(moved.x1 - window.x1).toBe(Math.round(turned.x));
});

test('where nothing can be recognised the picture is left as it is', () => {
  const night = { ...SIZE, grey: new Uint8Array(SIZE.width * SIZE.height).fill(6) };
  expect(shiftBetween(view(20), night)).toBeNull();
});

test('of many looks eight are shown, the first and the last among them', () => {
  const looks = Array.from({ length: 30 }, (_, index) => index);
  const shown = spread(looks);
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([MOST_CROPS, 0, 29]);
  expect(spread([1, 2, 3])).toEqual([1, 2, 3]);
});
