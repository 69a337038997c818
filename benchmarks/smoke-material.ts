import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '../pipeline/geometry.ts';

/** A real picture of a tower. */
export type SmokePicture = { readonly file: string; readonly atMs: number; readonly hasSmoke: boolean };
/** Pictures of one view in order of time. */
export type SmokeView = { readonly id: string; readonly kind: string; readonly pictures: readonly SmokePicture[] };
/** A picture without smoke, whose time is not known. */
export type SmokeNegative = { readonly file: string; readonly kind: string; readonly isChoice: boolean };

/** Sequences that the rule's cost of glare was chosen with, beside pictures that the detector was trained on. */
const CHOICE = ['hill-glare'];
/** Towers that the detector was not trained on, only its checkpoint chosen (models/training/smoke/dataset.py). */
const HELD_OUT = ['tower6', 'tower9', 'tower16', 'tower22', 'tower24'];

const rowsOf = (file: string): readonly Record<string, string>[] => {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
};

/** A picture with what its label says. */
export type LabelledPicture = {
  readonly file: string;
  /** `held out`: of towers that the detector was not trained on, only its checkpoint chosen. */
  readonly set: 'held out' | 'test';
  /** Smoke, in fractions of the picture. */
  readonly smoke: readonly Box[];
};

/** Pictures of the shared folder that the detector was not trained on. */
export const readLabelledPictures = (shared: string): readonly LabelledPicture[] => {
  const folder = join(shared, 'data', 'smoke');
  return rowsOf(join(folder, 'index.csv')).flatMap(({ image = '', split, group = '' }): LabelledPicture[] => {
    const isHeldOut = split === 'train' && HELD_OUT.includes(group.replace('-nobox', ''));
    if (split !== 'test' && !isHeldOut) return [];
    const labels = join(folder, image.replace('images/', 'labels/').replace(/\.jpg$/, '.txt'));
    const lines = existsSync(labels) ? readFileSync(labels, 'utf8').trim().split('\n').filter(Boolean) : [];
    const boxes = lines.map((line) => line.split(' ').map(Number));
    return [
      {
        file: join(folder, image),
        set: isHeldOut ? 'held out' : 'test',
        smoke: boxes.flatMap(([kind, x = 0, y = 0, w = 0, h = 0]) =>
          kind === 0 ? [{ x1: x - w / 2, y1: y - h / 2, x2: x + w / 2, y2: y + h / 2 }] : [],
        ),
      },
    ];
  });
};

/**
 * The test pictures of smoke of the shared folder, as sequences: times and kinds were read off the pictures (`smoke-frames.csv`),
 * whether there is smoke is what their labels say. Beside them pictures without smoke of towers that are held out of training.
 */
export const readSmokeMaterial = (
  shared: string,
  table: string,
): { readonly views: readonly SmokeView[]; readonly negatives: readonly SmokeNegative[] } => {
  const folder = join(shared, 'data', 'smoke');
  const views = new Map<string, { kind: string; pictures: SmokePicture[] }>();
  const negatives: SmokeNegative[] = [];
  for (const { sequence = '', kind = '', file = '', taken_at: takenAt = '' } of rowsOf(table)) {
    const path = join(folder, file);
    const label = readFileSync(path.replace('/images/', '/labels/').replace(/\.jpg$/, '.txt'), 'utf8');
    const hasSmoke = label.trim() !== '';
    if (!hasSmoke) negatives.push({ file: path, kind, isChoice: CHOICE.includes(sequence) });
    if (sequence === '') continue;
    const view = views.get(sequence) ?? { kind, pictures: [] };
    view.pictures.push({ file: path, atMs: Date.parse(takenAt), hasSmoke });
    views.set(sequence, view);
  }
  for (const { image = '', group = '' } of rowsOf(join(folder, 'index.csv')))
    if (HELD_OUT.some((tower) => group === `${tower}-nobox`))
      negatives.push({ file: join(folder, image), kind: 'other towers', isChoice: false });
  const ignition = join(shared, 'data', 'smoke-sequences');
  for (const row of rowsOf(join(ignition, 'labels.csv'))) {
    const { sequence = '', file = '', offset_s: offsetS, smoke_label_by_filename: label } = row;
    // The table names a sequence that is kept for others.
    if (!existsSync(join(ignition, sequence, file))) continue;
    const view = views.get(sequence) ?? { kind: 'clear', pictures: [] };
    view.pictures.push({ file: join(ignition, sequence, file), atMs: Number(offsetS) * 1000, hasSmoke: label === '1' });
    views.set(sequence, view);
  }
  const inOrder = [...views].map(([id, { kind, pictures }]) => ({
    id: id.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    kind,
    pictures: pictures.sort((a, b) => a.atMs - b.atMs),
  }));
  return { views: inOrder, negatives };
};
