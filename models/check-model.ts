import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { WatchpostError } from '../pipeline/errors.ts';
import { iou } from '../pipeline/geometry.ts';
import { type CocoResult, detectImages } from './detect-images.ts';
import { checkReader } from './check-reader.ts';
import { isDetector, type ModelEntry, type ReaderEntry } from './manifest.ts';
import { type ModelFolders, repositoryDir, resolveModelFile } from './model-files.ts';

const GoldenDetection = Type.Object({
  className: Type.String(),
  score: Type.Number(),
  bbox: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
});
const Golden = Type.Record(Type.String(), Type.Array(GoldenDetection));
type GoldenDetection = Static<typeof GoldenDetection>;

/** Recorded down to 0.2; providers and processors differ in the last bits, never by more than this. */
export const GOLDEN_MIN_SCORE = 0.2;
const SCORE_TOLERANCE = 0.03;
const LEAST_IOU = 0.95;

export const goldenFolder = (): string => join(repositoryDir(), 'test', 'fixtures', 'tensors');
/** Drawn pictures; a model that looks at crops has one of its own. */
const OWN_PICTURES: Readonly<Record<string, string>> = { rider: 'ride.png', smoke: 'hillside.png', plate: 'plate.png' };
export const goldenImage = (id = ''): string => join(goldenFolder(), OWN_PICTURES[id] ?? 'scene.png');

export type ModelCheck = {
  readonly id: string;
  /** `unrecorded`: the model runs, but nothing is stored to compare with. */
  readonly state: 'ok' | 'unrecorded' | 'missing' | 'differs' | 'broken';
  readonly detail: string;
};

/**
 * Runs a model on a drawn picture and compares what it says with the recording: file, runtime, preprocessing and decoder
 * in one look. Never throws for a fault of the model: the answer says what is wrong.
 */
export const checkModel = async (entry: ModelEntry | ReaderEntry, folders: ModelFolders = {}): Promise<ModelCheck> => {
  const { id } = entry;
  try {
    const file = await resolveModelFile(entry, folders);
    if (!isDetector(entry)) return await checkReader(entry, file, goldenFolder());
    const text = await readFile(join(goldenFolder(), 'golden.json'), 'utf8');
    const golden = Value.Parse(Golden, JSON.parse(text))[id];
    const minScore = lowestScore(golden ?? []) - SCORE_TOLERANCE;
    const found = await detectImages({ entry, file, paths: [goldenImage(id)], minScore });
    if (!golden)
      return { id, state: 'unrecorded', detail: `runs, ${found.length} boxes; nothing is recorded to compare with` };
    const fault = compare(golden, found);
    return fault
      ? { id, state: 'differs', detail: fault }
      : { id, state: 'ok', detail: `${golden.length} recorded boxes found` };
  } catch (error) {
    if (!(error instanceof WatchpostError)) throw error;
    return { id, state: error.code === 'MODEL_MISSING' ? 'missing' : 'broken', detail: error.message };
  }
};

/** A model that sees less in a drawing is recorded further down, so that its check can fail too. */
const lowestScore = (golden: readonly GoldenDetection[]): number =>
  Math.min(GOLDEN_MIN_SCORE, ...golden.map(({ score }) => score));

const toBox = ([x, y, width, height]: readonly [number, number, number, number]) => ({
  x1: x,
  y1: y,
  x2: x + width,
  y2: y + height,
});

const name = (className: string, score: number): string => `${className} ${score.toFixed(2)}`;

/** What differs, in words; null when nothing does. Boxes near the recording's lowest score may come or go. */
export const compare = (golden: readonly GoldenDetection[], found: readonly CocoResult[]): string | null => {
  const left = [...found];
  for (const { className, score, bbox } of golden) {
    const at = left.findIndex(
      (each) =>
        each.category_name === className &&
        Math.abs(each.score - score) <= SCORE_TOLERANCE &&
        iou(toBox(each.bbox), toBox(bbox)) >= LEAST_IOU,
    );
    if (at < 0) return `recorded box ${name(className, score)} at [${bbox.join(', ')}] was not found again`;
    left.splice(at, 1);
  }
  const extra = left.find(({ score }) => score > lowestScore(golden) + SCORE_TOLERANCE);
  return extra
    ? `found ${name(extra.category_name, extra.score)} at [${extra.bbox.join(', ')}], which is not recorded`
    : null;
};
