import { Type } from '@sinclair/typebox';
import { WatchpostError } from '../errors.ts';
import type { Box } from '../geometry.ts';
import { parseJsonAs } from './check-input.ts';
import type { IgnoreRegion, ResultBox, TruthBox } from './detection.ts';

const Bbox = Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]);
const Flag = Type.Union([Type.Literal(0), Type.Literal(1), Type.Boolean()]);

const CocoTruth = Type.Object({
  images: Type.Array(Type.Object({ id: Type.Integer(), file_name: Type.String() })),
  categories: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
  annotations: Type.Array(
    Type.Object({
      image_id: Type.Integer(),
      category_id: Type.Integer(),
      bbox: Bbox,
      area: Type.Optional(Type.Number()),
      iscrowd: Type.Optional(Flag),
      ignore: Type.Optional(Flag),
    }),
  ),
});

const CocoResults = Type.Array(
  Type.Object({
    image_id: Type.Optional(Type.Integer()),
    file_name: Type.Optional(Type.String()),
    category_id: Type.Optional(Type.Integer()),
    category_name: Type.Optional(Type.String()),
    bbox: Bbox,
    score: Type.Number(),
  }),
);

/** Labelled images, from whatever format they came in. */
export type DetectionTruth = {
  /** File names without folders. */
  readonly images: readonly string[];
  readonly boxes: readonly TruthBox[];
  readonly ignoreRegions: readonly IgnoreRegion[];
  /** Names behind the numbers of COCO files; empty for other formats. */
  readonly imageNames: ReadonlyMap<number, string>;
  readonly classNames: ReadonlyMap<number, string>;
};

/** File name without its folders: what results and truth are matched by. */
export const baseName = (path: string): string => path.split(/[/\\]/).at(-1)!;

const toBox = ([x, y, width, height]: readonly [number, number, number, number]): Box => ({
  x1: x,
  y1: y,
  x2: x + width,
  y2: y + height,
});

const lookUp = (names: ReadonlyMap<number, string>, id: number | undefined, what: string, where: string): string => {
  const found = id === undefined ? undefined : names.get(id);
  if (found === undefined)
    throw new WatchpostError('INPUT_UNREADABLE', `${where}: ${what} ${id ?? 'without id or name'} is not in the truth`);
  return found;
};

/**
 * COCO annotations (cocodataset.org/#format-data): `iscrowd` and `ignore` are respected.
 * @throws WatchpostError INPUT_UNREADABLE naming the file and the place in it
 */
export const parseCocoTruth = (text: string, name: string): DetectionTruth => {
  const { images, categories, annotations } = parseJsonAs(CocoTruth, text, name);
  const imageNames = new Map(images.map(({ id, file_name }) => [id, baseName(file_name)]));
  const classNames = new Map(categories.map((category) => [category.id, category.name]));
  const boxes = annotations.map(({ image_id, category_id, bbox, area, iscrowd, ignore }, index): TruthBox => {
    const where = `${name}: /annotations/${index}`;
    return {
      image: lookUp(imageNames, image_id, 'image', where),
      className: lookUp(classNames, category_id, 'category', where),
      box: toBox(bbox),
      crowd: Boolean(iscrowd),
      ignored: Boolean(ignore),
      ...(area === undefined ? {} : { area }),
    };
  });
  return { images: [...imageNames.values()], boxes, ignoreRegions: [], imageNames, classNames };
};

/**
 * COCO results, matched by `file_name` and `category_name` as `watchpost detect` writes them; by the truth's numbers
 * where the names are absent.
 * @throws WatchpostError INPUT_UNREADABLE naming the file and the place in it
 */
export const parseCocoResults = (text: string, name: string, truth: DetectionTruth): readonly ResultBox[] =>
  parseJsonAs(CocoResults, text, name).map(
    ({ image_id, file_name, category_id, category_name, bbox, score }, index): ResultBox => ({
      image:
        file_name === undefined
          ? lookUp(truth.imageNames, image_id, 'image', `${name}: /${index}`)
          : baseName(file_name),
      className: category_name ?? lookUp(truth.classNames, category_id, 'category', `${name}: /${index}`),
      box: toBox(bbox),
      score,
    }),
  );
