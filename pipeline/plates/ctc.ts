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

const exponentials = new WeakMap<Float32Array, Float64Array>();

/** One output is asked about many texts: its probabilities are worked out once. */
const probabilitiesOf = (log: Float32Array): Float64Array => {
  const known = exponentials.get(log);
  if (known) return known;
  const made = Float64Array.from(log, Math.exp);
  exponentials.set(log, made);
  return made;
};

/**
 * Natural log of the probability that the crop says exactly these symbols, summed over all alignments [Graves et al.
 * 2006, connectionist temporal classification, scaled forward variables].
 */
export const logLikelihood = ({ steps, logProbabilities }: ReaderOutput, classes: readonly number[]): number => {
  const probability = probabilitiesOf(logProbabilities);
  const states = classes.length * 2 + 1;
  const own = Array.from({ length: states }, (_, state) => (state % 2 === 0 ? 0 : classes[(state - 1) / 2]!));
  let before = new Float64Array(states);
  let now = new Float64Array(states);
  // Before the first step everything waits in front of the first two states.
  before[0] = 1;
  let log = 0;
  for (let step = 0; step < steps; step++) {
    const row = step * READER_CLASSES;
    let total = 0;
    for (let state = 0; state < states; state++) {
      let sum = before[state]!;
      if (state > 0 && (step > 0 || state === 1)) sum += before[state - 1]!;
      if (step > 0 && state > 1 && own[state] !== 0 && own[state] !== own[state - 2]) sum += before[state - 2]!;
      total += now[state] = sum * probability[row + own[state]!]!;
    }
    if (total === 0) return -Infinity;
    for (let state = 0; state < states; state++) now[state] = now[state]! / total;
    log += Math.log(total);
    [before, now] = [now, before];
  }
  return log + Math.log(before[states - 1]! + (states > 1 ? before[states - 2]! : 0));
};

/** Of a step of the best path, natural logarithm: how sure the reader is of what it sees, whatever it is. */
export const meanLogProbability = ({ steps, logProbabilities: log }: ReaderOutput): number => {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const row = step * READER_CLASSES;
    let best = -Infinity;
    for (let c = 0; c < READER_CLASSES; c++) best = Math.max(best, log[row + c]!);
    sum += best;
  }
  return steps > 0 ? sum / steps : 0;
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
