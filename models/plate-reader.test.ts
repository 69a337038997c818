import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boxHeight, iou } from '../pipeline/geometry.ts';
import { fusePlate } from '../pipeline/plates/fusion.ts';
import { mulberry32 } from '../pipeline/random.ts';
import { goldenImage } from './check-model.ts';
import type { SeenPlate } from './joined-plate.ts';
import { levelled, type Picture } from './plate-crop.ts';
import { openPlateReader, type PlateReader, readPicture } from './plate-reader.ts';
import { readPlate, readPlates } from './read-plates.ts';

/** Where the drawn plate hangs in plate.png; its text is 59T1-154.17. */
const PLATE = { x1: 192, y1: 180, x2: 288, y2: 252 };

describe('plate reader', () => {
  let reader: PlateReader;
  let picture: Picture;
  beforeAll(async () => {
    reader = await openPlateReader();
    picture = await readPicture(goldenImage('plate'));
  });
  afterAll(() => reader.close());

  test('finds the plate on a drawn motorbike and reads its two lines', async () => {
    const [found] = await reader.find(picture, [{ x1: 0, y1: 0, x2: picture.width, y2: picture.height }]);
    expect(iou(found!.box, PLATE)).toBeGreaterThan(0.6);
    const verdict = await readPlate(reader, picture, found!.box);
    expect(verdict).toMatchObject({ text: '59T1-154.17', lines: 2 });
  });

  test('two crops of one picture are never evidence', async () => {
    expect(await readPlate(reader, picture, PLATE)).toMatchObject({
      grade: 'needs-human-reading',
      doubts: expect.arrayContaining(['few-frames']) as unknown,
    });
  });

  test('a plate whose lines fall across the picture is read', async () => {
    const fall = 0.3;
    const { data, info } = await sharp(picture.pixels, {
      raw: { width: picture.width, height: picture.height, channels: 3 },
    })
      .affine([
        [1, 0],
        [fall, 1],
      ])
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { x1, x2, y1, y2 } = PLATE;
    const box = { x1, x2, y1: y1 + fall * x1, y2: y2 + fall * x2 };
    const slanted = { width: info.width, height: info.height, pixels: data };
    expect(await readPlate(reader, slanted, box)).toMatchObject({ text: '59T1-154.17' });
  });

  test('a line that falls and leans across a crop is level and upright when laid so', () => {
    const from = { width: 80, height: 40 };
    const lie = { tilt: 0.4, lean: -0.3 };
    // Dark where the lying plate's upper half would be.
    const pixels = new Uint8Array(from.width * from.height * 3).fill(200);
    for (let y = 0; y < from.height; y++)
      for (let x = 0; x < from.width; x++) {
        const [across, down] = [(x + 0.5) / from.width - 0.5, (y + 0.5) / from.height - 0.5];
        // Solved for the plate's own height: down = own * (1 - tilt) + ownAcross * tilt, and likewise across.
        const determinant = 0.7 * 0.6 - lie.lean * lie.tilt;
        if ((0.7 * down - lie.tilt * across) / determinant < 0)
          pixels.fill(20, (y * from.width + x) * 3, (y * from.width + x) * 3 + 3);
      }
    const laid = levelled(pixels, from, lie, { width: 40, height: 20 });
    const rows = Array.from({ length: 20 }, (_, y) => Array.from({ length: 40 }, (__, x) => laid[(y * 40 + x) * 3]!));
    for (const row of rows.slice(0, 8)) expect(Math.max(...row)).toBeLessThan(60);
    for (const row of rows.slice(12)) expect(Math.min(...row)).toBeGreaterThan(160);
  });

  /** The plate so high, at another part of a pixel each time, grainy. */
  const farAway = async (heightPx: number, look: number, grain: number): Promise<SeenPlate> => {
    const scale = heightPx / boxHeight(PLATE);
    const [left, top] = [(look * 7) % 11, (look * 5) % 9];
    const cut = { left, top, width: picture.width - 11, height: picture.height - 9 };
    const size = { width: Math.round(cut.width * scale), height: Math.round(cut.height * scale) };
    const pixels = await sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 3 } })
      .extract(cut)
      .resize(size.width, size.height, { fit: 'fill' })
      .raw()
      .toBuffer();
    const random = mulberry32(look + 1);
    const noisy = pixels.map((value) => Math.max(0, Math.min(255, value + (random() + random() - 1) * grain)));
    const [x, y] = [size.width / cut.width, size.height / cut.height];
    const { x1, x2, y1, y2 } = PLATE;
    const box = { x1: (x1 - left) * x, x2: (x2 - left) * x, y1: (y1 - top) * y, y2: (y2 - top) * y };
    return { picture: { ...size, pixels: noisy }, box, sharpness: 1 };
  };

  test('small grainy looks at one plate are laid over each other and read as one', async () => {
    const seen = await Promise.all(Array.from({ length: 7 }, (_, look) => farAway(26, look, 90)));
    const sight = await reader.together(seen);
    expect(sight).toMatchObject({ joined: 7 });
    expect(fusePlate([sight!]).candidates[0]?.text).toBe('59T1-154.17');
  });

  test('one look, or a plate that fills the reader’s input, is not joined', async () => {
    expect(await reader.together([await farAway(26, 0, 0)])).toBeNull();
    expect(await reader.together([1, 2].map(() => ({ picture, box: PLATE, sharpness: 1 })))).toBeNull();
  });

  test('a plate of six pixels is refused, not guessed', async () => {
    const width = Math.round((picture.width * 6) / boxHeight(PLATE));
    const height = Math.round((picture.height * 6) / boxHeight(PLATE));
    const pixels = await sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 3 } })
      .resize(width, height)
      .raw()
      .toBuffer();
    const scale = width / picture.width;
    const box = { x1: PLATE.x1 * scale, y1: PLATE.y1 * scale, x2: PLATE.x2 * scale, y2: PLATE.y2 * scale };
    expect((await readPlate(reader, { width, height, pixels }, box)).grade).toBe('needs-human-reading');
    expect((await readPlate(reader, { width, height, pixels }, box)).text).not.toBe('59T1-154.17');
  });

  test('a box outside the picture reads nothing', async () => {
    const outside = { x1: 9_000, y1: 9_000, x2: 9_100, y2: 9_100 };
    expect(await readPlate(reader, picture, outside)).toMatchObject({ text: null, framesUsed: 0 });
  });

  test('a file that is no picture is reported and the others are read', async () => {
    const unreadable: string[] = [];
    const read = await readPlates({
      reader,
      paths: [join(import.meta.dirname, 'plate-reader.test.ts'), goldenImage('plate')],
      crops: true,
      onUnreadable: ({ message }) => unreadable.push(message),
    });
    expect(unreadable).toHaveLength(1);
    expect(read.map(({ file }) => file)).toEqual(['plate.png']);
  });
});
