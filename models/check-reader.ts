import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { bestPath, READER_CLASSES, type ReaderOutput } from '../pipeline/plates/ctc.ts';
import type { ModelCheck } from './check-model.ts';
import { findReader, type ReaderEntry } from './manifest.ts';
import { stretch } from './plate-crop.ts';
import { readPicture } from './plate-reader.ts';
import { openTextModel } from './text-model.ts';

const GoldenReading = Type.Object({
  picture: Type.String(),
  /** Where the plate hangs, in pixels of the picture. */
  box: Type.Object({ x1: Type.Number(), y1: Type.Number(), x2: Type.Number(), y2: Type.Number() }),
  text: Type.String(),
  /** The output tensor, step by step: its likeliest class and that class's probability. */
  steps: Type.Array(Type.Tuple([Type.Integer(), Type.Number()])),
});
const Golden = Type.Record(Type.String(), GoldenReading);
export type GoldenReading = Static<typeof GoldenReading>;

/** Providers and processors differ in the last bits, resamplers a little more; never by more than this. */
const PROBABILITY_TOLERANCE = 0.05;

/** Reads the drawn plate and compares the text and every step of the output with the recording. */
export const checkReader = async (entry: ReaderEntry, file: string, folder: string): Promise<ModelCheck> => {
  const { id } = entry;
  const text = await readFile(join(folder, 'golden-readings.json'), 'utf8');
  const golden = Value.Parse(Golden, JSON.parse(text))[id];
  if (!golden) return { id, state: 'unrecorded', detail: 'nothing is recorded to compare with' };
  const reader = await openTextModel(entry, file);
  try {
    const { box } = golden;
    const picture = await readPicture(join(folder, golden.picture));
    const pixels = await stretch(picture, box, findReader('plate-text').input);
    const [output] = await reader.read([{ picture, box, pixels: pixels! }]);
    const fault = compareReading(golden, output!);
    return fault
      ? { id, state: 'differs', detail: fault }
      : { id, state: 'ok', detail: `"${golden.text}" read again, ${golden.steps.length} steps as recorded` };
  } finally {
    await reader.close();
  }
};

/** What differs, in words; null when nothing does. */
export const compareReading = (golden: GoldenReading, output: ReaderOutput): string | null => {
  const text = bestPath(output)
    .map(({ symbol }) => symbol)
    .join('');
  if (text !== golden.text) return `reads "${text}", recorded is "${golden.text}"`;
  if (output.steps !== golden.steps.length) return `${output.steps} steps, recorded are ${golden.steps.length}`;
  for (const [step, [symbolClass, recorded]] of golden.steps.entries()) {
    const found = Math.exp(output.logProbabilities[step * READER_CLASSES + symbolClass]!);
    if (Math.abs(found - recorded) > PROBABILITY_TOLERANCE)
      return `step ${step}: class ${symbolClass} has ${found.toFixed(3)}, recorded is ${recorded.toFixed(3)}`;
  }
  return null;
};
