import { readSymbols } from '../plates/symbols.ts';

/** One plate as it is: which picture, its symbols, and how many lines it has when that is known. */
export type PlateTruth = { readonly file: string; readonly text: string; readonly lines: string };
/** One reading; empty text where the reader gave none. */
export type PlateResult = {
  readonly file: string;
  readonly text: string;
  readonly raw: string;
  readonly confidence: number;
};

export type PlateScore = {
  readonly plates: number;
  /** Shares 0–1 of the plates whose text, and whose reading without grammar, is right in every symbol. */
  readonly exact: number;
  readonly exactRaw: number;
  /** Share for which no text was given. */
  readonly silent: number;
  /** Share of the plates with a wrong text of at least `CONFIDENT`. */
  readonly wrongButConfident: number;
  /** Edit distance of the text over the number of symbols, all plates together. */
  readonly characterErrorRate: number;
};

export const CONFIDENT = 0.9;

/** Separators, case and the line break do not count. */
const plain = (text: string): string => readSymbols(text).symbols.join('');

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
};

/**
 * Exact match of plates, in all and by number of lines. A picture with several readings is judged by the nearest one; files
 * are compared by their last part, so that a table may name folders.
 */
export const evaluatePlates = (
  truth: readonly PlateTruth[],
  results: readonly PlateResult[],
): Readonly<Record<string, PlateScore>> => {
  const name = (file: string): string => file.split(/[\\/]/).at(-1)!;
  const byFile = new Map<string, PlateResult[]>();
  for (const result of results) byFile.set(name(result.file), [...(byFile.get(name(result.file)) ?? []), result]);
  const judged = truth.map(({ file, text, lines }) => {
    const wanted = plain(text);
    const found = (byFile.get(name(file)) ?? []).map((result) => ({
      ...result,
      text: plain(result.text),
      raw: plain(result.raw),
      errors: editDistance(wanted, plain(result.text)),
    }));
    const nearest = found.sort((a, b) => a.errors - b.errors)[0];
    return { wanted, lines, nearest };
  });
  const score = (part: typeof judged): PlateScore => {
    const share = (count: number): number => (part.length > 0 ? count / part.length : 0);
    const symbols = part.reduce((sum, { wanted }) => sum + wanted.length, 0);
    const errors = part.reduce((sum, { wanted, nearest }) => sum + (nearest?.errors ?? wanted.length), 0);
    return {
      plates: part.length,
      exact: share(part.filter(({ wanted, nearest }) => nearest?.text === wanted).length),
      exactRaw: share(part.filter(({ wanted, nearest }) => nearest?.raw === wanted).length),
      silent: share(part.filter(({ nearest }) => !nearest?.text).length),
      wrongButConfident: share(
        part.filter(
          ({ wanted, nearest }) =>
            nearest !== undefined && nearest.text !== '' && nearest.text !== wanted && nearest.confidence >= CONFIDENT,
        ).length,
      ),
      characterErrorRate: symbols > 0 ? errors / symbols : 0,
    };
  };
  const kinds = [...new Set(judged.map(({ lines }) => lines))].filter((lines) => lines !== '').sort();
  return Object.fromEntries([
    ['all', score(judged)],
    ...kinds.map((lines) => [`${lines}-line`, score(judged.filter((each) => each.lines === lines))] as const),
  ]);
};
