import { describe, expect, test } from 'vitest';
import { crop, plate, SIZE } from './drawn-crops.ts';
import { type JoinCrop, joinCrops } from './join.ts';
import { seeded } from './seeded.ts';

const HALF = { width: 160, height: 64 };

/** Root of the mean square, in grey levels, away from the edges. */
const distance = (a: Uint8Array, b: Uint8Array, { width, height } = HALF): number => {
  let [sum, count] = [0, 0];
  for (let y = 6; y < height - 6; y++)
    for (let x = 12; x < width - 12; x++, count++) sum += (a[(y * width + x) * 3]! - b[(y * width + x) * 3]!) ** 2;
  return Math.sqrt(sum / count);
};

describe('many crops in one picture', () => {
  const random = seeded(9);
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
