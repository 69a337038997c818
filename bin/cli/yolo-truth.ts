import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { Type } from '@sinclair/typebox';
import { WatchpostError } from '../../pipeline/errors.ts';
import { parseJsonAs } from '../../pipeline/evaluation/check-input.ts';
import type { DetectionTruth } from '../../pipeline/evaluation/coco.ts';
import type { IgnoreRegion, TruthBox } from '../../pipeline/evaluation/detection.ts';
import type { Box, Size } from '../../pipeline/geometry.ts';
import { imageSize } from './image-size.ts';
import { readInput } from './read-input.ts';

const CLASSES_FILE = 'classes.txt';
/** Parts of an image whose things are not labelled: `{image: [[x1, y1, x2, y2], …]}`, fractions. */
const IGNORE_FILE = 'ignore.json';
const IMAGE_ENDINGS = new Set(['.jpg', '.jpeg', '.png']);
/** `labels/test` finds the class names of its data set two folders up. */
const LEVELS_UP = 2;

const IgnoreRegions = Type.Record(
  Type.String(),
  Type.Array(Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()])),
);

const fail = (message: string): never => {
  throw new WatchpostError('INPUT_UNREADABLE', message);
};

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const withoutEnding = (path: string): string => path.slice(0, path.length - extname(path).length);

/** The same path with its last folder `labels` called `images`. */
const imagesBeside = (path: string): string => {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('labels');
  return at < 0 ? path : parts.with(at, 'images').join(sep);
};

const dataSetRoot = (folder: string): string => {
  let root = folder;
  for (let level = 0; level <= LEVELS_UP; level++, root = dirname(root))
    if (existsSync(join(root, CLASSES_FILE))) return root;
  return fail(`${folder}: no ${CLASSES_FILE} here or in the ${LEVELS_UP} folders above`);
};

const toPixels = (x1: number, y1: number, x2: number, y2: number, { width, height }: Size): Box => ({
  x1: x1 * width,
  y1: y1 * height,
  x2: x2 * width,
  y2: y2 * height,
});

const parseLabel = (line: string, where: string, names: readonly string[]): readonly [string, number[]] => {
  const fields = line.split(/\s+/);
  const values = fields.map(Number);
  if (values.length !== 5 || !values.every(Number.isFinite))
    return fail(`${where}: expected "class cx cy width height", found "${line}"`);
  const name = names[values[0]!];
  return name === undefined
    ? fail(`${where}: class ${fields[0]!}, but ${CLASSES_FILE} names ${names.length}`)
    : [name, values.slice(1)];
};

/**
 * A folder of YOLO labels (`class cx cy width height`, fractions, one file an image) with `classes.txt`. The images are
 * needed for their size: under `images/` where the labels are under `labels/`, else beside them. An image without labels
 * has nothing in it; `ignore.json` beside `classes.txt` is respected.
 * @throws WatchpostError INPUT_UNREADABLE naming file and line
 */
export const readYoloTruth = (path: string): DetectionTruth => {
  const folder = resolve(path);
  const root = dataSetRoot(folder);
  const names = readInput(join(root, CLASSES_FILE))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const inLabels = folder === root && existsSync(join(root, 'labels')) ? join(root, 'labels') : folder;
  const images = new Map(
    (existsSync(imagesBeside(inLabels)) ? filesUnder(imagesBeside(inLabels)) : [])
      .filter((file) => IMAGE_ENDINGS.has(extname(file).toLowerCase()))
      .map((file) => [withoutEnding(file), file]),
  );
  const sizes = new Map<string, Size>();
  for (const file of images.values()) {
    if (sizes.has(basename(file))) fail(`${file}: two images have this name; results are matched by name`);
    sizes.set(basename(file), imageSize(file));
  }

  const boxes: TruthBox[] = [];
  for (const file of filesUnder(inLabels).filter((name) => name.endsWith('.txt') && basename(name) !== CLASSES_FILE)) {
    const imageFile = images.get(imagesBeside(withoutEnding(file)));
    if (imageFile === undefined) return fail(`${file}: no image of that name; labels need its size`);
    const image = basename(imageFile);
    for (const [index, raw] of readInput(file).split('\n').entries()) {
      const line = raw.trim();
      if (line === '') continue;
      const [className, values] = parseLabel(line, `${file}:${index + 1}`, names);
      const [cx, cy, width, height] = values as [number, number, number, number];
      const box = toPixels(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2, sizes.get(image)!);
      boxes.push({ image, className, box });
    }
  }
  return {
    images: [...sizes.keys()],
    boxes,
    ignoreRegions: readIgnoreRegions(join(root, IGNORE_FILE), sizes),
    imageNames: new Map(),
    classNames: new Map(),
  };
};

const readIgnoreRegions = (file: string, sizes: ReadonlyMap<string, Size>): readonly IgnoreRegion[] =>
  existsSync(file)
    ? Object.entries(parseJsonAs(IgnoreRegions, readInput(file), file)).flatMap(([image, regions]) => {
        const size = sizes.get(image);
        return size ? regions.map((region) => ({ image, box: toPixels(...region, size) })) : [];
      })
    : [];
