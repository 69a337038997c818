import { seeded } from './seeded.ts';

/** Crops of drawn plates, for the tests of `register.ts` and `join.ts`. */

export const SIZE = { width: 320, height: 128 };

/** Where a drawn plate lies in its crop: shifts in parts of the sides, from the middle. */
export type Lie = {
  readonly shiftX?: number;
  readonly shiftY?: number;
  readonly scale?: number;
  readonly light?: number;
};

/** A plate of nine smooth blots that stand for letters, each in its own place; brightness 0–255 at any point of it. */
export const plate = (seed: number): ((x: number, y: number) => number) => {
  const random = seeded(seed);
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
export const crop = (
  of: (x: number, y: number) => number,
  { shiftX = 0, shiftY = 0, scale = 1, light = 1 }: Lie = {},
  { size = SIZE, noise = 0, random = seeded(1) } = {},
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
