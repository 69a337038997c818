import { expect, test } from 'vitest';
import { glareAt } from './glare.ts';

const [WIDTH, HEIGHT] = [512, 384];
/** A hillside below a sky of one brightness, as far down as told, with grain where it is not burnt out. */
const picture = (sky: number, skyline: number, spread = 0) => {
  const grey = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      grey[y * WIDTH + x] = y < skyline ? sky - ((x * 7 + y * 3) % (spread + 1)) : 60 + ((x * 13 + y * 5) % 40);
  return { width: WIDTH, height: HEIGHT, grey };
};
const onRidge = { x1: 200, y1: 90, x2: 260, y2: 130 };
const inValley = { x1: 200, y1: 300, x2: 260, y2: 340 };

test('a veil below a sky that is burnt out may be stray light, smoke far below it is not', () => {
  expect(glareAt(picture(241, 96), [onRidge, inValley])).toEqual([1, 0]);
});

test('a bright sky in which something can be told apart is no glare, nor is a small burnt-out patch', () => {
  expect(glareAt(picture(241, 96, 20), [onRidge])).toEqual([0]);
  expect(glareAt(picture(200, 96), [onRidge])).toEqual([0]);
  expect(glareAt(picture(241, 40), [{ ...onRidge, y1: 40, y2: 80 }])).toEqual([0]);
});
