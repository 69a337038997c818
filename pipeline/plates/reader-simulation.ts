import { READER_CLASSES, READER_SYMBOLS, type ReaderOutput } from './ctc.ts';
import type { PlateLook } from './fusion.ts';
import { layoutsOf } from './plate-beam.ts';

/** A symbol, or the symbols it looks like, most probable first. */
type Seen = string | readonly string[];

/**
 * What a reader could have said of a plate with these lines; `noise` is the spread of its logits in nats. For tests.
 */
export const outputOf = (
  lines: readonly (readonly Seen[])[],
  random: () => number,
  { steps = 80, noise = 0.5 }: { steps?: number; noise?: number } = {},
): ReaderOutput => {
  const logits = Float32Array.from({ length: steps * READER_CLASSES }, () => gaussian(random) * noise);
  for (let step = 0; step < steps; step++) logits[step * READER_CLASSES] = logits[step * READER_CLASSES]! + 9;
  lines.forEach((seen, line) => {
    const pitch = steps / 2 / (seen.length + 1);
    seen.forEach((each, at) => {
      const step = Math.round((line * steps) / 2 + (at + 1) * pitch);
      const row = step * READER_CLASSES;
      logits[row] = logits[row]! - 9;
      const options = typeof each === 'string' ? [each] : each;
      options.forEach((symbol, rank) => {
        const index = row + READER_SYMBOLS.indexOf(symbol) + 1;
        logits[index] = logits[index]! + 9 - rank;
      });
    });
  });
  return { steps, logProbabilities: logSoftmax(logits) };
};

const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

const logSoftmax = (logits: Float32Array): Float32Array => {
  const out = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += READER_CLASSES) {
    let sum = 0;
    for (let c = 0; c < READER_CLASSES; c++) sum += Math.exp(logits[row + c]!);
    for (let c = 0; c < READER_CLASSES; c++) out[row + c] = logits[row + c]! - Math.log(sum);
  }
  return out;
};

export type SimulatedPlate = { readonly symbols: string; readonly lines: readonly (readonly string[])[] };

export const randomPlate = (random: () => number): SimulatedPlate => {
  const pick = (among: string): string => among[Math.floor(random() * among.length)]!;
  const province = ['29', '30', '51', '59', '43', '92', '65', '18'][Math.floor(random() * 8)]!;
  const series = pick('ABCDEFGHKLMNPSTUVXYZ');
  const digits = Array.from({ length: 5 }, () => pick('0123456789'));
  const motorbike = random() < 0.7;
  const top = [province[0]!, province[1]!, series, ...(motorbike ? [pick('123456789')] : [])];
  const symbols = top.concat(digits).join('');
  if (layoutsOf(symbols).length === 0) return randomPlate(random);
  return { symbols, lines: motorbike ? [top, digits] : [[...top, ...digits], []] };
};

/** Pairs that low resolution, glare and dirt turn into each other. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  ...{ '0': 'DU9', '1': '7TL', '2': 'Z7', '3': '8B', '4': 'A', '5': 'S6', '6': 'G5', '7': '1T', '8': 'B3', '9': '0' },
  ...{ A: '4', B: '83', C: 'G0', D: '0', E: 'F', F: 'E', G: '6C', H: 'KM', K: 'HX', L: '1', M: 'N', N: 'M', P: 'F' },
  ...{ S: '5', T: '17', U: 'V0', V: 'UY', X: 'K', Y: 'V', Z: '2' },
};

/** Looks at one plate that each get some symbols wrong, independently of each other, with the reader's doubt about them. */
export const degradedTrack = (plate: SimulatedPlate, count: number, random: () => number): readonly PlateLook[] =>
  Array.from({ length: count }, () => {
    const quality = random();
    const lines = plate.lines.map((line) =>
      line.map((symbol): Seen => {
        if (random() > 0.45 - 0.2 * quality) return symbol;
        const similar = LOOKS_LIKE[symbol] ?? symbol;
        const other = similar[Math.floor(random() * similar.length)]!;
        return random() < 0.7 ? [other, symbol] : [symbol, other];
      }),
    );
    const output = outputOf(lines, random, { noise: 1.6 - 0.6 * quality });
    return { output, heightPx: 14 + 26 * quality, sharpness: 0.4 + 0.6 * quality };
  });
