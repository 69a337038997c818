/** Class 0 is CTC's blank, then the symbols in this order; what the readers' outputs are counted by. */
export const READER_SYMBOLS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ';
export const READER_CLASSES = READER_SYMBOLS.length + 1;

/**
 * What a reader says of one crop: natural-log probabilities, `steps` × `READER_CLASSES`, row by row. The first half of
 * the steps runs along the upper line, the second along the lower; a plate of one line is read in the first half.
 */
export type ReaderOutput = { readonly steps: number; readonly logProbabilities: Float32Array };

export const logAdd = (a: number, b: number): number => {
  if (a === -Infinity) return b;
  if (b === -Infinity) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
};

export const toClasses = (text: string): number[] =>
  Array.from(text, (symbol) => {
    const index = READER_SYMBOLS.indexOf(symbol);
    if (index < 0) throw new TypeError(`"${symbol}" is no symbol of the readers`);
    return index + 1;
  });

/**
 * Natural log of the probability that the crop says exactly these symbols, summed over all alignments [Graves et al.
 * 2006, connectionist temporal classification, forward variables].
 */
export const logLikelihood = ({ steps, logProbabilities: log }: ReaderOutput, classes: readonly number[]): number => {
  const states = classes.length * 2 + 1;
  const classOf = (state: number): number => (state % 2 === 0 ? 0 : classes[(state - 1) / 2]!);
  let before = new Float64Array(states).fill(-Infinity);
  let now = new Float64Array(states);
  before[0] = log[0]!;
  if (states > 1) before[1] = log[classOf(1)]!;
  for (let step = 1; step < steps; step++) {
    const row = step * READER_CLASSES;
    for (let state = 0; state < states; state++) {
      let sum = before[state]!;
      if (state > 0) sum = logAdd(sum, before[state - 1]!);
      const own = classOf(state);
      if (state > 1 && own !== 0 && own !== classOf(state - 2)) sum = logAdd(sum, before[state - 2]!);
      now[state] = sum + log[row + own]!;
    }
    [before, now] = [now, before];
  }
  return logAdd(before[states - 1]!, states > 1 ? before[states - 2]! : -Infinity);
};

/** One symbol on the best path. `line` is the half of the steps it stands in. */
export type ReadSymbol = { readonly symbol: string; readonly confidence: number; readonly line: 1 | 2 };

/** The most probable path, repeats and blanks dropped: what is read without any knowledge of plates. */
export const bestPath = ({ steps, logProbabilities: log }: ReaderOutput): readonly ReadSymbol[] => {
  const read: { symbol: string; confidence: number; line: 1 | 2 }[] = [];
  let previous = 0;
  for (let step = 0; step < steps; step++) {
    const row = step * READER_CLASSES;
    let best = 0;
    for (let c = 1; c < READER_CLASSES; c++) if (log[row + c]! > log[row + best]!) best = c;
    const line = step < steps / 2 ? 1 : 2;
    const confidence = Math.exp(log[row + best]!);
    const last = read.at(-1);
    if (best !== 0 && best === previous && last?.line === line) last.confidence = Math.max(last.confidence, confidence);
    else if (best !== 0) read.push({ symbol: READER_SYMBOLS[best - 1]!, confidence, line });
    previous = best;
  }
  return read;
};
