import { describe, expect, test } from 'vitest';
import { angleBetweenDeg, type Pose, toBearing, toPixel } from './lens.ts';

const SIZE = { width: 1920, height: 1080 };
const pose = (extra: Partial<Pose> = {}): Pose => ({
  id: 'north',
  azimuthDeg: 350,
  tiltDeg: 0,
  fieldOfViewDeg: 54,
  k1: 0,
  errorDeg: 0.1,
  ...extra,
});

describe('lens', () => {
  test('the middle looks along the axis and the edges half the field of view to either side', () => {
    expect(toBearing({ x: 960, y: 540 }, pose(), SIZE)).toEqual({ azimuthDeg: 350, elevationDeg: 0 });
    expect(toBearing({ x: 1920, y: 540 }, pose(), SIZE).azimuthDeg).toBeCloseTo(17, 9);
    expect(toBearing({ x: 0, y: 540 }, pose(), SIZE).azimuthDeg).toBeCloseTo(323, 9);
  });

  test('pixels of known directions come back within 0.05°, with tilt and distortion', () => {
    let worst = 0;
    for (const tiltDeg of [-12, 0, 4])
      for (const k1 of [-0.25, 0, 0.1])
        for (let turn = -25; turn <= 25; turn += 2.5)
          for (let elevation = -8; elevation <= 5; elevation += 2.5) {
            const camera = pose({ tiltDeg, k1 });
            const truth = { azimuthDeg: 350 + turn, elevationDeg: elevation + tiltDeg };
            const found = toBearing(toPixel(truth, camera, SIZE)!, camera, SIZE);
            worst = Math.max(
              worst,
              Math.abs(angleBetweenDeg(found.azimuthDeg, truth.azimuthDeg)),
              Math.abs(found.elevationDeg - truth.elevationDeg),
            );
          }
    expect(worst).toBeLessThan(0.05);
  });

  test('a linear mapping would err by 0.81° somewhere in a field of view of 54°', () => {
    let worst = 0;
    for (let x = 0; x <= SIZE.width; x++) {
      const linear = 54 * (x / SIZE.width - 0.5);
      const turn = angleBetweenDeg(toBearing({ x, y: 540 }, pose(), SIZE).azimuthDeg, 350);
      worst = Math.max(worst, Math.abs(linear - turn));
    }
    expect(worst).toBeCloseTo(0.81, 2);
  });

  test('what lies behind the camera has no pixel', () => {
    expect(toPixel({ azimuthDeg: 170, elevationDeg: 0 }, pose(), SIZE)).toBeNull();
  });
});
