import { isDigit, isLetter, LOOKALIKES } from './alphabet.ts';

/** One change on the way from what was read to what is meant. `at` counts symbols, separators not included. */
export type PlateEdit = { readonly at: number; readonly from: string; readonly to: string };

export type Separator = 'line' | 'hyphen' | 'dot' | 'space';

export type PlateSymbols = {
  readonly symbols: readonly string[];
  /** Separators before the symbol of that index. */
  readonly separators: ReadonlyMap<number, ReadonlySet<Separator>>;
  /** Look-alike letters of other alphabets that were folded. */
  readonly edits: readonly PlateEdit[];
  /** A symbol that stands on no plate, with the nearest that does. */
  readonly foreign: { readonly at: number; readonly symbol: string; readonly base: string | null } | null;
};

const separatorOf = (character: string): Separator | null => {
  if (character === '/' || character === '\n' || character === '|') return 'line';
  if (/[-\u2010-\u2015\u2212_:]/.test(character)) return 'hyphen';
  if (/[.·•,]/.test(character)) return 'dot';
  if (/\s/.test(character)) return 'space';
  return null;
};

/** Upper case, NFKC, separators aside; `Ð` (U+00D0) is the same glyph as `Đ`. */
export const readSymbols = (raw: string): PlateSymbols => {
  const symbols: string[] = [];
  const separators = new Map<number, Set<Separator>>();
  const edits: PlateEdit[] = [];
  let foreign: PlateSymbols['foreign'] = null;
  for (const character of raw.normalize('NFKC').toUpperCase().replaceAll('\u00D0', 'Đ')) {
    // Nearly all of them: a million passages are read so.
    if (isDigit(character) || isLetter(character)) {
      symbols.push(character);
      continue;
    }
    const separator = separatorOf(character);
    if (separator) {
      const here = separators.get(symbols.length) ?? new Set<Separator>();
      separators.set(symbols.length, here.add(separator));
      continue;
    }
    const latin = LOOKALIKES[character];
    if (latin !== undefined) edits.push({ at: symbols.length, from: character, to: latin });
    const symbol = latin ?? character;
    if (latin === undefined && !foreign) {
      const base = symbol.normalize('NFD')[0] ?? '';
      foreign = { at: symbols.length, symbol, base: base !== symbol && isLetter(base) ? base : null };
    }
    symbols.push(symbol);
  }
  separators.delete(0);
  separators.delete(symbols.length);
  return { symbols, separators, edits, foreign };
};
