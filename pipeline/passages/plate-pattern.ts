import { WatchpostError } from '../errors.ts';
import { readSymbols } from '../plates/symbols.ts';

/** Every symbol that stands on some Vietnamese plate. */
const SYMBOLS = Array.from('0123456789ABCDEFGHKLMNPQRSTUVXYZĐ');
/** The last two symbols of every plate are digits. */
const DIGITS = SYMBOLS.slice(0, 10);
/** Shortest plates without separators are those of the army, `TM1234`, and old ones, `30A1234`. */
const SHORTEST_WHOLE = 6;
const LONGEST = 16;
const LEAST_FIXED = 2;

/**
 * What somebody looks for: symbols without separators, `?` for exactly one unknown symbol, `*` for any number of them.
 * @example '30A?2345', '*2345', '29B1*'
 */
export type PlatePattern = {
  readonly text: string;
  /** No wildcard in it: one plate. */
  readonly isWhole: boolean;
};

/** A plate's symbols as they are compared and stored: upper case, no separators. */
export const plateSymbols = (text: string): string => readSymbols(text).symbols.join('');

/**
 * Reads what was typed. Separators and case do not matter; a piece shorter than any plate is looked for anywhere in it.
 * @throws WatchpostError REQUEST_INVALID
 */
export const parsePattern = (typed: string): PlatePattern => {
  const bare = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll('\u00D0', 'Đ')
    .replace(/[\s\-./·:_|\u2010-\u2015]/g, '');
  const text = bare.replace(/\*+/g, '*');
  const symbols = Array.from(text);
  const strange = symbols.find((symbol) => symbol !== '?' && symbol !== '*' && !/[0-9A-ZĐ]/.test(symbol));
  if (strange !== undefined)
    throw new WatchpostError('REQUEST_INVALID', `plate: "${strange}" stands on no plate; letters, digits, ? and * do`);
  if (symbols.length > LONGEST)
    throw new WatchpostError('REQUEST_INVALID', `plate: longer than any plate, at most ${LONGEST} symbols`);
  const fixed = symbols.filter((symbol) => symbol !== '?' && symbol !== '*').length;
  if (fixed < LEAST_FIXED)
    throw new WatchpostError('REQUEST_INVALID', `plate: give at least ${LEAST_FIXED} known symbols`);
  const isWhole = fixed === symbols.length && fixed >= SHORTEST_WHOLE;
  const pattern = { isWhole, text: fixed === symbols.length && !isWhole ? `*${text}*` : text };
  if (fixed > LEAST_FIXED && prefixesOf(pattern) === null)
    throw new WatchpostError(
      'REQUEST_INVALID',
      'plate: too scattered to be looked up; give three known symbols in a row, or two at the beginning or the end',
    );
  return pattern;
};

/** The same pattern for SQL `like`, where `_` is one symbol and `%` any number. */
export const toLike = ({ text }: Pick<PlatePattern, 'text'>): string => text.replaceAll('?', '_').replaceAll('*', '%');

/** Whether a plate's symbols fit. */
export const fitsPattern = ({ text }: PlatePattern, symbols: string): boolean =>
  new RegExp(`^${text.replaceAll('?', '.').replaceAll('*', '.*')}$`, 'u').test(symbols);

/** Where a prefix is looked up: the symbols, the same backwards, or without the province (from the third one on). */
export type PrefixColumn = 'symbols' | 'reversed' | 'serial';
export type KeyPrefix = {
  readonly column: PrefixColumn;
  readonly prefix: string;
  /** For `like` on that column: what every fitting plate found under this prefix looks like there. */
  readonly like: string;
};

/** The three spellings under which a plate is stored, so that every piece of it is the beginning of one. */
export const spellings = (symbols: string): Readonly<Record<PrefixColumn, string>> => {
  const each = Array.from(symbols);
  return { symbols, reversed: each.toReversed().join(''), serial: each.slice(2).join('') };
};

/** Of this many prefixes a lookup is still faster than anything else. */
const MOST_PREFIXES = 40;
/** Known symbols from which on a lookup narrows enough: of a plate's beginning or end, and of a piece anywhere in it. */
const ENOUGH = 2;
const ENOUGH_ANYWHERE = 3;

const isKnown = (symbol: string | undefined): symbol is string => symbol !== undefined && symbol !== '?';

/** Ways to fill the unknown symbols before known ones; stops where it would become too many. */
const expand = (tokens: readonly string[]): { prefixes: readonly string[]; known: number } => {
  let prefixes: readonly string[] = [''];
  let known = 0;
  const last = tokens.findLastIndex(isKnown);
  for (const token of tokens.slice(0, last + 1)) {
    const options = token === '?' ? SYMBOLS : [token];
    if (prefixes.length * options.length > MOST_PREFIXES) break;
    if (token !== '?') known += 1;
    prefixes = prefixes.flatMap((prefix) => options.map((option) => prefix + option));
  }
  return { prefixes, known };
};

const backwards = (text: string): string => Array.from(text).toReversed().join('');

/**
 * Every beginning of the three spellings that a plate with the piece anywhere in it has. Plates have at most ten symbols.
 * @param text of the pattern, which holds the piece
 */
const anywhere = (piece: string, text: string): readonly KeyPrefix[] => {
  const ending = backwards(piece);
  const after = (prefixes: readonly string[], text: string): string[] => prefixes.map((prefix) => prefix + text);
  const two = DIGITS.flatMap((first) => DIGITS.map((second) => first + second));
  const of = (column: PrefixColumn, prefixes: readonly string[], like: string): KeyPrefix[] =>
    prefixes.map((prefix) => ({ column, prefix, like: toLike({ text: like }) }));
  return [
    ...of('symbols', [piece, ...after(SYMBOLS, piece)], text),
    // The third and fourth symbol; the fifth of a ten-symbol plate, whose series is MĐ and a digit.
    ...of('serial', [piece, ...after(SYMBOLS, piece), `MĐ${piece}`], `*${text.slice(text.indexOf(piece))}`),
    ...of('reversed', [ending, ...after(DIGITS, ending), ...after(two, ending)], backwards(text)),
  ];
};

/**
 * Beginnings under which every fitting plate is stored; null when they would narrow the search too little: two symbols
 * somewhere, which are common enough to be come upon by going back in time.
 * What is found there must still be held against the pattern.
 */
export const prefixesOf = ({ text }: PlatePattern): readonly KeyPrefix[] | null => {
  const tokens = Array.from(text);
  const first = tokens.indexOf('*');
  const start = first < 0 ? tokens : tokens.slice(0, first);
  const end = first < 0 ? tokens : tokens.slice(tokens.lastIndexOf('*') + 1);
  const like = toLike({ text });
  // Of ways with as many known symbols the end of the plate comes first: digits are spread evenly, provinces are not.
  const ways = [
    { column: 'reversed' as const, like: toLike({ text: backwards(text) }), ...expand(end.toReversed()) },
    { column: 'symbols' as const, like, ...expand(start) },
    { column: 'serial' as const, like: toLike({ text: tokens.slice(2).join('') }), ...expand(start.slice(2)) },
  ];
  const best = ways.sort((a, b) => b.known - a.known || a.prefixes.length - b.prefixes.length)[0]!;
  const lookups = best.prefixes.map((prefix) => ({ column: best.column, prefix, like: best.like }));
  if (best.known >= ENOUGH_ANYWHERE) return lookups;
  const piece = text.split(/[?*]+/).sort((a, b) => Array.from(b).length - Array.from(a).length)[0] ?? '';
  if (Array.from(piece).length >= ENOUGH_ANYWHERE) return anywhere(piece, text);
  return best.known >= ENOUGH ? lookups : null;
};

/** Symbols that readers and people take for one another [UIT-HCMC 2026, Circular 79/2024 glyphs]. */
const CONFUSED = ['0DQU', '8B3', '5S', '2Z', '17TL', '6G', '4A', 'HKX', 'VUY', 'MN', 'DĐ'];
const alternatives = (symbol: string): readonly string[] =>
  [...new Set(CONFUSED.flatMap((group) => (Array.from(group).includes(symbol) ? Array.from(group) : [])))].filter(
    (other) => other !== symbol,
  );

const substituted = (text: string): string[] => {
  const symbols = Array.from(text);
  return symbols.flatMap((symbol, at) => alternatives(symbol).map((other) => symbols.with(at, other).join('')));
};

/** A pattern that likely confusions lead to, and how many symbols differ. */
export type SimilarPattern = { readonly pattern: PlatePattern; readonly differing: 0 | 1 | 2 };

/**
 * The pattern itself, then those one confusion away, then for whole plates those two away. Wildcards may grow a pattern's
 * lookups, so only whole plates get the second round.
 */
export const similarPatterns = (pattern: PlatePattern): readonly SimilarPattern[] => {
  const found = new Map<string, 0 | 1 | 2>([[pattern.text, 0]]);
  const add = (texts: readonly string[], differing: 1 | 2): void => {
    for (const text of texts) if (!found.has(text)) found.set(text, differing);
  };
  const once = substituted(pattern.text);
  add(once, 1);
  if (pattern.isWhole) add(once.flatMap(substituted), 2);
  return [...found].map(([text, differing]) => ({ pattern: { text, isWhole: pattern.isWhole }, differing }));
};
