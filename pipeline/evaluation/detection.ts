import { type Box, boxArea, intersectionArea } from '../geometry.ts';
import { averagePrecision, byScore, type Outcome, recallAtFalse, recallOf } from './average-precision.ts';
import { type Candidate, matchDetections } from './match-detections.ts';

/** All boxes of one evaluation are in the pixels of their image; `image` is any name that both sides share. */
export type TruthBox = {
  readonly image: string;
  readonly className: string;
  readonly box: Box;
  /** COCO's `iscrowd`: many things in one box. */
  readonly crowd?: boolean;
  /** Too hard to be asked for: neither missed nor false. */
  readonly ignored?: boolean;
  /** px²; the box's own where absent. COCO states the mask's. */
  readonly area?: number;
};

export type ResultBox = {
  readonly image: string;
  readonly className: string;
  readonly box: Box;
  readonly score: number;
};

/** Part of an image whose things are not labelled; of one class, or of every class where none is named. */
export type IgnoreRegion = { readonly image: string; readonly box: Box; readonly className?: string };

export type DetectionOptions = {
  /** All images looked at, those without truth included; default: those that truth or results name. */
  readonly images?: readonly string[];
  readonly ignoreRegions?: readonly IgnoreRegion[];
  /** Boxes per image and class, highest scores first. Default 100. */
  readonly maxDetections?: number;
  /** False boxes per image at which recall is read. Default 0.01, 0.1, 1. */
  readonly falsePerImage?: readonly number[];
};

/** 0–1; null where there is no truth to find. */
type Score = number | null;

export type ClassScores = {
  readonly ap: Score;
  readonly ap50: Score;
  readonly truth: number;
  readonly detections: number;
  /** At overlap 0.5, by false boxes per image. */
  readonly recallAtFalsePerImage: Readonly<Record<string, Score>>;
};

/** Means over the classes that have truth. */
export type DetectionScores = {
  /** Mean over the overlaps 0.5, 0.55 … 0.95. */
  readonly ap: Score;
  readonly ap50: Score;
  readonly ap75: Score;
  /** Below 32² px, up to 96² px, and above. */
  readonly apSmall: Score;
  readonly apMedium: Score;
  readonly apLarge: Score;
  /** Recall of all boxes, mean over the overlaps. */
  readonly recall: Score;
  readonly images: number;
  readonly truth: number;
  readonly detections: number;
  readonly classes: Readonly<Record<string, ClassScores>>;
};

const OVERLAPS = Array.from({ length: 10 }, (_, index) => 0.5 + index * 0.05);
const AREAS = {
  all: [0, Number.POSITIVE_INFINITY],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, Number.POSITIVE_INFINITY],
} as const;
type AreaName = keyof typeof AREAS;
/** A detection whose area lies to this share in an ignore region is not asked about. */
const IGNORE_SHARE = 0.5;
const DEFAULT_MAX_DETECTIONS = 100;
const DEFAULT_FALSE_PER_IMAGE = [0.01, 0.1, 1];

type Bucket = { readonly truth: TruthBox[]; readonly results: ResultBox[]; readonly regions: Box[] };
type Curve = { readonly outcomes: readonly Outcome[]; readonly truth: number };

const outside = (area: number, [least, most]: readonly [number, number]): boolean => area < least || area > most;

const curveOf = (buckets: readonly Bucket[], areaName: AreaName, overlap: number): Curve => {
  const range = AREAS[areaName];
  const outcomes: Outcome[] = [];
  let count = 0;
  for (const { truth, results, regions } of buckets) {
    const candidates: Candidate[] = truth.map(({ box, crowd = false, ignored = false, area = boxArea(box) }) => ({
      box,
      crowd,
      ignored: ignored || crowd || outside(area, range),
    }));
    candidates.sort((a, b) => Number(a.ignored) - Number(b.ignored));
    count += candidates.filter(({ ignored }) => !ignored).length;
    matchDetections(
      results.map(({ box }) => box),
      candidates,
      overlap,
    ).forEach((match, index) => {
      const { box, score } = results[index]!;
      if (match === 'ignored') return;
      const area = boxArea(box);
      const unasked =
        outside(area, range) ||
        regions.some((region) => area > 0 && intersectionArea(box, region) / area >= IGNORE_SHARE);
      if (match === 'hit' || !unasked) outcomes.push({ score, hit: match === 'hit' });
    });
  }
  return { outcomes: byScore(outcomes), truth: count };
};

const mean = (values: readonly Score[]): Score => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** By class, then by image; images in the order of their first mention. */
const toBuckets = (
  truth: readonly TruthBox[],
  results: readonly ResultBox[],
  regions: readonly IgnoreRegion[],
  maxDetections: number,
): ReadonlyMap<string, readonly Bucket[]> => {
  const classes = new Map<string, Map<string, Bucket>>();
  const bucketOf = (className: string, image: string): Bucket => {
    const images = classes.get(className) ?? new Map<string, Bucket>();
    classes.set(className, images);
    const bucket = images.get(image) ?? { truth: [], results: [], regions: [] };
    images.set(image, bucket);
    return bucket;
  };
  for (const box of truth) bucketOf(box.className, box.image).truth.push(box);
  for (const box of results) bucketOf(box.className, box.image).results.push(box);
  for (const { image, box, className } of regions)
    for (const [name, images] of classes)
      if (className === undefined || className === name) images.get(image)?.regions.push(box);
  return new Map(
    [...classes].map(([className, images]) => [
      className,
      [...images.values()].map((bucket) => ({
        ...bucket,
        results: byScore(bucket.results).slice(0, maxDetections),
      })),
    ]),
  );
};

/**
 * Detection measures as COCO defines them (cocodataset.org/#detection-eval), and recall at a fixed rate of false boxes.
 * Unmatched detections that lie mostly in an ignore region are dropped. Classes without truth have null scores and
 * enter no mean.
 */
export const evaluateDetections = (
  truth: readonly TruthBox[],
  results: readonly ResultBox[],
  {
    images = [...new Set([...truth, ...results].map(({ image }) => image))],
    ignoreRegions = [],
    maxDetections = DEFAULT_MAX_DETECTIONS,
    falsePerImage = DEFAULT_FALSE_PER_IMAGE,
  }: DetectionOptions = {},
): DetectionScores => {
  const known = new Set(images);
  const [scored, found] = [
    truth.filter(({ image }) => known.has(image)),
    results.filter(({ image }) => known.has(image)),
  ];
  const buckets = toBuckets(scored, found, ignoreRegions, maxDetections);
  const names = [...buckets.keys()].sort();
  const curves = (className: string, area: AreaName): readonly Curve[] =>
    OVERLAPS.map((overlap) => curveOf(buckets.get(className)!, area, overlap));
  const precisions = (list: readonly Curve[]): readonly Score[] =>
    list.map(({ outcomes, truth: count }) => (count === 0 ? null : averagePrecision(outcomes, count)));

  const all = new Map(names.map((name) => [name, curves(name, 'all')]));
  const perOverlap = new Map(names.map((name) => [name, precisions(all.get(name)!)]));
  const apOf = (area: AreaName): Score => mean(names.map((name) => mean(precisions(curves(name, area)))));
  const atOverlap = (index: number): Score => mean(names.map((name) => perOverlap.get(name)![index]!));

  return {
    ap: mean(names.map((name) => mean(perOverlap.get(name)!))),
    ap50: atOverlap(0),
    ap75: atOverlap(5),
    apSmall: apOf('small'),
    apMedium: apOf('medium'),
    apLarge: apOf('large'),
    recall: mean(
      names.map((name) =>
        mean(all.get(name)!.map(({ outcomes, truth: count }) => (count === 0 ? null : recallOf(outcomes, count)))),
      ),
    ),
    images: known.size,
    truth: names.reduce((sum, name) => sum + all.get(name)![0]!.truth, 0),
    detections: found.length,
    classes: Object.fromEntries(
      names.map((name): [string, ClassScores] => {
        const { outcomes, truth: count } = all.get(name)![0]!;
        const recallAt = (limit: number): Score =>
          count === 0 ? null : recallAtFalse(outcomes, count, limit * known.size);
        return [
          name,
          {
            ap: mean(perOverlap.get(name)!),
            ap50: perOverlap.get(name)![0]!,
            truth: count,
            detections: found.filter(({ className }) => className === name).length,
            recallAtFalsePerImage: Object.fromEntries(falsePerImage.map((limit) => [String(limit), recallAt(limit)])),
          },
        ];
      }),
    ),
  };
};
