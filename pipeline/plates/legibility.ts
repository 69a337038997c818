import { bestPath, meanLogProbability, type ReaderOutput } from './ctc.ts';
import { layoutsOf } from './plate-beam.ts';
import { likeliestLines } from './prefix-beam.ts';

/** What no layout holds, and each symbol fewer than the shortest common plate has, speak so much against a crop, in nats. */
const NO_PLATE = 5;
const MISSING_SYMBOL = 2;
const SHORTEST = 7;
/** The steps between the symbols count too: a crop that lies askew is doubtful everywhere. */
const STEPS = 10;

/** What a look reads on its own, and whether that is a plate. */
export const readAlone = (output: ReaderOutput): { readonly symbols: string; readonly isPlate: boolean } => {
  const symbols = likeliestLines(output).join('');
  return { symbols, isPlate: layoutsOf(symbols).length > 0 };
};

/** How well a look reads as a plate, in nats, to choose among crops of one picture. Chosen on photos of one garage camera. */
export const legibility = (output: ReaderOutput): number => {
  const path = bestPath(output);
  const certainty = path.reduce((sum, { confidence }) => sum + Math.log(confidence), 0);
  const missing = Math.max(0, SHORTEST - path.length);
  const isPlate = layoutsOf(path.map(({ symbol }) => symbol).join('')).length > 0;
  const penalty = (isPlate ? 0 : NO_PLATE) + missing * MISSING_SYMBOL;
  return certainty + STEPS * meanLogProbability(output) - penalty;
};
