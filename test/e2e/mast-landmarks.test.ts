import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { GreyPicture } from '../../pipeline/fire/landmarks.ts';
import type { Pose } from '../../pipeline/fire/lens.ts';
import { register } from '../../pipeline/fire/registration.ts';
import { sharedFile } from '../shared.ts';

const FOLDER = sharedFile('data', 'smoke-sequences', '20180718_FIRE_syp-w-mobo-c');
const why = existsSync(FOLDER) ? '' : ' (skipped: the shared sequence is not there)';
const PICTURES = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .filter((name) => name.endsWith('.jpg'))
      .sort()
  : [];
/** So narrow that a window further right is what a camera turned right would show, to a hundredth. */
const SIZE = { width: 640, height: 400 };
const POSE: Pose = { id: 'w', azimuthDeg: 270, tiltDeg: 0, fieldOfViewDeg: 20, k1: 0, errorDeg: 0.1 };
const PX_PER_DEG = (SIZE.width / 2 / Math.tan((10 * Math.PI) / 180)) * (Math.PI / 180);

/** A window of a real picture of a mast: one that lies further right is what the camera shows when it was turned right. */
const windowAt = async (minute: number, dx: number, dy: number): Promise<GreyPicture> => {
  const { data } = await sharp(join(FOLDER, PICTURES[minute]!))
    .resize({ width: 720 })
    .extract({ left: 40 + dx, top: 40 + dy, ...SIZE })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...SIZE, grey: new Uint8Array(data) };
};

describe.skipIf(why !== '')('landmarks of a real mast', () => {
  // Forty minutes later with the smoke of a fire in it, and the light of another hour.
  test.each([
    [0, 0, 0],
    [20, 12, 5],
    [40, -17, 3],
    [60, 9, -8],
    [80, -30, 10],
  ])(`a shift is told to 0.03°, %i minutes later, by %i and %i pixels${why}`, async (minute, dx, dy) => {
    const found = register(await windowAt(0, 0, 0), await windowAt(minute, dx, dy), POSE, SIZE);
    expect(found).toMatchObject({ kind: 'found' });
    if (found.kind !== 'found') return;
    expect(Math.abs(found.azimuthDeg - dx / PX_PER_DEG)).toBeLessThan(0.03);
    expect(Math.abs(found.tiltDeg + dy / PX_PER_DEG)).toBeLessThan(0.03);
  });
});
