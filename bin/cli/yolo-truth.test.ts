import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { readYoloTruth } from './yolo-truth.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchpost-yolo-'));
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const draw = async (path: string, width: number, height: number): Promise<void> => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: 'grey' } }).toFile(join(folder, path));
};

beforeAll(async () => {
  write('good/classes.txt', 'person\ncar\n');
  write('good/labels/test/a.txt', '1 0.5 0.5 0.2 0.4\r\n');
  write('good/ignore.json', '{"a.jpg": [[0, 0, 0.1, 1]], "gone.jpg": [[0, 0, 1, 1]]}');
  await draw('good/images/test/a.jpg', 200, 100);
  await draw('good/images/test/empty.png', 64, 32);
});

const EXPECTED = {
  images: ['a.jpg', 'empty.png'],
  boxes: [{ image: 'a.jpg', className: 'car', box: { x1: 80, y1: 30, x2: 120, y2: 70 } }],
  ignoreRegions: [{ image: 'a.jpg', box: { x1: 0, y1: 0, x2: 20, y2: 100 } }],
};

test('fractions become pixels of the image, images without labels count as seen', () => {
  expect(readYoloTruth(join(folder, 'good'))).toMatchObject(EXPECTED);
});

test('a part of the data set finds its class names above', () => {
  expect(readYoloTruth(join(folder, 'good/labels/test'))).toMatchObject(EXPECTED);
});

test('labels and images in one folder are found', async () => {
  write('flat/classes.txt', 'car');
  write('flat/b.txt', '0 0.5 0.5 1 1');
  await draw('flat/b.png', 10, 20);
  expect(readYoloTruth(join(folder, 'flat')).boxes).toEqual([
    { image: 'b.png', className: 'car', box: { x1: 0, y1: 0, x2: 10, y2: 20 } },
  ]);
});

test.each([
  ['0 0.5 0.5 0.2', /c\.txt:2: expected "class cx cy width height", found "0 0\.5 0\.5 0\.2"/],
  ['5 0.5 0.5 0.2 0.2', /c\.txt:2: class 5, but classes\.txt names 1/],
])('"%s" is refused with file and line', async (line, message) => {
  write('bad/classes.txt', 'car');
  write('bad/labels/c.txt', `0 0.5 0.5 0.2 0.2\n${line}\n`);
  await draw('bad/images/c.png', 10, 10);
  expect(() => readYoloTruth(join(folder, 'bad'))).toThrow(message);
});

test('labels without their image and folders without class names say what is missing', () => {
  write('alone/classes.txt', 'car');
  write('alone/labels/d.txt', '0 0.5 0.5 0.2 0.2');
  expect(() => readYoloTruth(join(folder, 'alone'))).toThrow('d.txt: no image of that name');
  write('nameless/labels/e.txt', '');
  expect(() => readYoloTruth(join(folder, 'nameless'))).toThrow('no classes.txt here');
});
