import { describe, expect, test } from 'vitest';
import { greyOf, type Grey, type JoinCrop, joinCrops, register } from './join.ts';
import { mulberry32 } from '../random.ts';

const SIZE = { width: 320, height: 128 };
const HALF = { width: 160, height: 64 };

/** Where a drawn plate lies in its crop: shifts in parts of the sides, from the middle. */
type Lie = { readonly shiftX?: number; readonly shiftY?: number; readonly scale?: number; readonly light?: number };

/** A plate of nine smooth blots that stand for letters, each in its own place; brightness 0–255 at any point of it. */
const plate = (seed: number): ((x: number, y: number) => number) => {
  const random = mulberry32(seed);
  const blots = Array.from({ length: 9 }, (_, i) => ({
    x: -0.42 + 0.105 * i + (random() - 0.5) * 0.05,
    y: (random() - 0.5) * 0.5,
    wide: 0.012 + random() * 0.025,
    tall: 0.06 + random() * 0.12,
  }));
  return (x, y) =>
    blots.reduce(
      (bright, blot) => bright - 150 * Math.exp(-(((x - blot.x) / blot.wide) ** 2) - ((y - blot.y) / blot.tall) ** 2),
      210,
    );
};

/** @param noise typical deviation in grey levels */
const crop = (
  of: (x: number, y: number) => number,
  { shiftX = 0, shiftY = 0, scale = 1, light = 1 }: Lie = {},
  { size = SIZE, noise = 0, random = mulberry32(1) } = {},
): Uint8Array => {
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const value = of(
        ((x + 0.5) / size.width - 0.5 - shiftX) / scale,
        ((y + 0.5) / size.height - 0.5 - shiftY) / scale,
      );
      const grain = noise * (random() + random() + random() + random() - 2) * Math.sqrt(3);
      pixels.fill(
        Math.max(0, Math.min(255, value * light + grain)),
        (y * size.width + x) * 3,
        (y * size.width + x) * 3 + 3,
      );
    }
  return pixels;
};
const grid = (...drawn: Parameters<typeof crop>): Grey => greyOf(crop(...drawn), SIZE, 4);

/** Root of the mean square, in grey levels, away from the edges. */
const distance = (a: Uint8Array, b: Uint8Array, { width, height } = HALF): number => {
  let [sum, count] = [0, 0];
  for (let y = 6; y < height - 6; y++)
    for (let x = 12; x < width - 12; x++, count++) sum += (a[(y * width + x) * 3]! - b[(y * width + x) * 3]!) ** 2;
  return Math.sqrt(sum / count);
};

describe('laying one crop of a plate over another', () => {
  test.each([
    { shiftX: 0, shiftY: 0, scale: 1 },
    { shiftX: 0.004, shiftY: -0.011, scale: 1 },
    { shiftX: -0.031, shiftY: 0.047, scale: 1.04 },
    { shiftX: 0.07, shiftY: 0.02, scale: 0.95, light: 0.6 },
  ])('finds a shift and scale of $shiftX, $shiftY, $scale to a tenth of a grid pixel', (lie) => {
    const placement = register(grid(plate(3)), grid(plate(3), lie))!;
    expect(Math.abs(placement.shiftX - lie.shiftX)).toBeLessThan(0.1 / 80);
    expect(Math.abs(placement.shiftY - lie.shiftY)).toBeLessThan(0.1 / 32);
    expect(Math.abs(placement.scaleX - lie.scale)).toBeLessThan(0.005);
    expect(Math.abs(placement.scaleY - lie.scale)).toBeLessThan(0.02);
    expect(placement.gain * (lie.light ?? 1)).toBeCloseTo(1, 1);
  });

  test('another plate, and a crop that shows nothing, do not lie over it', () => {
    expect(register(grid(plate(3)), grid(plate(4)))).toBeNull();
    expect(
      register(
        grid(plate(3)),
        grid(() => 128),
      ),
    ).toBeNull();
    expect(
      register(
        grid(() => 128),
        grid(plate(3)),
      ),
    ).toBeNull();
  });
});

describe('many crops in one picture', () => {
  const random = mulberry32(9);
  const looks = (count: number): JoinCrop[] =>
    Array.from({ length: count }, (_, i) => ({
      pixels: crop(
        plate(5),
        i === 0
          ? {}
          : { shiftX: (random() - 0.5) * 0.1, shiftY: (random() - 0.5) * 0.1, scale: 0.97 + random() * 0.06 },
        { noise: 25, random },
      ),
      weight: i === 0 ? 1 : 0.9,
    }));
  const clean = crop(plate(5), {}, { size: HALF });

  test('seven are much less noisy than one', () => {
    const seven = looks(7);
    const joined = joinCrops(seven, SIZE)!;
    const one = joinCrops([seven[0]!, seven[0]!, { ...seven[0]! }], SIZE)!;
    expect(joined).toMatchObject({ ...HALF, joined: 7 });
    expect(distance(joined.pixels, clean)).toBeLessThan(distance(one.pixels, clean) * 0.6);
  });

  test('a reflection in one of them does not show', () => {
    const seven = looks(7);
    const dazzled = seven[3]!.pixels;
    for (let y = 40; y < 90; y++) dazzled.fill(255, (y * 320 + 100) * 3, (y * 320 + 160) * 3);
    expect(distance(joinCrops(seven, SIZE)!.pixels, clean)).toBeLessThan(12);
  });

  test('a crop of another plate is left out', () => {
    const other = { pixels: crop(plate(6)), weight: 0.5 };
    expect(joinCrops([...looks(3), other], SIZE)?.joined).toBe(3);
  });

  test('one crop, or crops of different plates, are not joined', () => {
    expect(joinCrops([], SIZE)).toBeNull();
    expect(joinCrops(looks(1), SIZE)).toBeNull();
    expect(joinCrops([...looks(1), { pixels: crop(plate(6)), weight: 0.5 }], SIZE)).toBeNull();
  });
});
