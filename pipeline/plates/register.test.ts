import { describe, expect, test } from 'vitest';
import { crop, plate, SIZE } from './drawn-crops.ts';
import { type Grey, greyOf, register } from './register.ts';

const grid = (...drawn: Parameters<typeof crop>): Grey => greyOf(crop(...drawn), SIZE, 4);

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
    // What lies between pixels loses a little contrast, which the gain gives back.
    expect(Math.abs(placement.gain * (lie.light ?? 1) - 1)).toBeLessThan(0.1);
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
