import {
  BLUE_LETTERS,
  FIRST_LETTERS,
  INSTEAD_OF_NEVER_USED,
  isDigit,
  isLetter,
  NEVER_USED_LETTERS,
  SECOND_LETTERS,
  TO_DIGIT,
  TO_LETTERS,
} from './alphabet.ts';
import { fits, type Layout, layoutsOfLength, type PlateKind } from './layout.ts';
import { findProvince, NEVER_ISSUED, type Province } from './provinces.ts';
import { type PlateEdit, type PlateSymbols, readSymbols } from './symbols.ts';

/** Colour of a plate: ground first, then letters. */
export type PlateColour = 'white' | 'yellow' | 'blue' | 'red-on-white' | 'white-on-red';

/** What is known besides the symbols; each narrows, none is needed. */
export type PlateHints = {
  readonly lines?: 1 | 2;
  readonly colour?: PlateColour;
  readonly vehicle?: 'motorcycle' | 'car' | 'bus' | 'truck';
};

export type PlateCandidate = {
  /** Display form, e.g. `30A-123.45`. */
  readonly text: string;
  readonly kind: PlateKind;
  /** Series as printed, e.g. `A`, `B1`, `LD`, `NG`. */
  readonly series: string;
  /** Null on army plates. */
  readonly province: Province | null;
  readonly edits: readonly PlateEdit[];
};

export type PlateFlag = 'colour-series' | 'temporary-possible' | 'colour-kind' | 'vehicle-kind';

export type PlateReason =
  | 'unreadable'
  | 'symbol'
  | 'province-missing'
  | 'series-missing'
  | 'province-range'
  | 'never-issued-province'
  | 'letter-never-used'
  | 'series-first-letter'
  | 'series-second-letter'
  | 'series-digit'
  | 'army-first-letter'
  | 'number-length'
  | 'number-zero'
  | 'layout';

/**
 * What a string means as a Vietnamese plate.
 * - `valid`: exactly one plate, as read. `repaired`: exactly one, after the listed edits, each forced by its place.
 * - `ambiguous`: the candidates are all possible; a person or more evidence decides.
 * - `invalid`: no plate; candidates are suggestions that were never chosen.
 * A repaired plate alone is never proof.
 */
export type PlateParse = {
  readonly raw: string;
  readonly status: 'valid' | 'repaired' | 'ambiguous' | 'invalid';
  readonly candidates: readonly PlateCandidate[];
  readonly reason: PlateReason | null;
  readonly flags: readonly PlateFlag[];
  /** What told several readings apart, when something outside the symbols did. */
  readonly decidedBy: 'vehicle-class' | 'colour' | null;
};

type Reading = {
  readonly layout: Layout;
  readonly symbols: readonly string[];
  readonly edits: readonly PlateEdit[];
  /** Whether every edit was the only possible one in its place. */
  readonly strong: boolean;
};

/** Parses one reading of a plate under the grammar of Circular 79/2024 and the older forms that stay valid. */
export const parsePlate = (raw: string, hints: PlateHints = {}): PlateParse => {
  const read = readSymbols(raw);
  const invalid = (reason: PlateReason, candidates: readonly Reading[] = []): PlateParse => ({
    raw,
    status: 'invalid',
    candidates: candidates.map(toCandidate),
    reason,
    flags: [],
    decidedBy: null,
  });
  if (read.symbols.length === 0) return invalid('unreadable');
  if (read.foreign) {
    const { at, symbol, base } = read.foreign;
    if (base === null) return invalid('symbol');
    const folded = read.symbols.map((own, index) => (index === at ? base : own));
    const edits = [{ at, from: symbol, to: base }];
    return invalid('symbol', exactReadings({ ...read, symbols: folded, edits }, hints));
  }

  // Spaces often come from the reader, not from the plate: they count only while they contradict nothing.
  const strict = exactReadings(read, hints);
  const exact = preferSpecial(strict.length > 0 ? strict : exactReadings(withoutSpaces(read), hints));
  const withBar = barReadings(read, hints);
  const asRead = [...exact, ...withBar.filter(({ layout }) => !exact.some((other) => other.layout === layout))];
  if (exact.length > 0) return decide(raw, asRead, hints, read.edits.length > 0 ? 'repaired' : 'valid');

  const fault = hardFault(read);
  if (fault) return invalid(fault, suggestions(read));
  const repaired = [...withBar, ...once(repairs(withoutSpaces(read), hints))];
  const strong = repaired.filter((reading) => reading.strong);
  if (strong.length > 0) return decide(raw, strong, hints, 'repaired');
  if (repaired.length > 0) return decide(raw, repaired, hints, 'ambiguous');
  return invalid(softFault(read, hints), suggestions(read));
};

const withoutSpaces = (read: PlateSymbols): PlateSymbols => ({
  ...read,
  separators: new Map([...read.separators].filter(([, kinds]) => [...kinds].some((kind) => kind !== 'space'))),
});

/** Ends of the layout's groups: the places where a separator may stand. */
const boundaries = ({ groups }: Layout): number[] => {
  let end = 0;
  return groups.slice(0, -1).map((length) => (end += length));
};

const isNumbered = ({ kind }: Layout): boolean => kind === 'car' || kind === 'special' || kind.startsWith('motorbike');

/** Whether the separators can stand where they do on a plate of that layout. */
const separatorsFit = (layout: Layout, { separators }: PlateSymbols): boolean => {
  const ends = boundaries(layout);
  for (const [at, kinds] of separators) {
    if (!ends.includes(at)) return false;
    // A dot before the last two symbols parts five digits; four digits and diplomatic plates have none.
    if (kinds.has('dot') && at === ends.at(-1) && (!isNumbered(layout) || layout.number[1] !== 5)) return false;
    // A second line begins with the number, or on diplomatic plates at any group.
    if (kinds.has('line') && isNumbered(layout) && at !== ends[layout.breakAfterGroup]) return false;
  }
  return true;
};

const linesFit = (layout: Layout, { lines }: PlateHints): boolean =>
  lines === undefined || layout.lines.includes(lines);

const provinceOf = (layout: Layout, symbols: readonly string[]): string | null =>
  layout.kind === 'army' ? null : `${symbols[0] ?? ''}${symbols[1] ?? ''}`;

const isIssued = (layout: Layout, symbols: readonly string[]): boolean => {
  const code = provinceOf(layout, symbols);
  return code === null || findProvince(code) !== null;
};

const isZero = ({ number: [from, length] }: Layout, symbols: readonly string[]): boolean =>
  symbols.slice(from, from + length).every((symbol) => symbol === '0');

const exactReadings = (read: PlateSymbols, hints: PlateHints): Reading[] =>
  layoutsOfLength(read.symbols.length)
    .filter(
      (layout) =>
        layout.slots.every((slot, index) => fits(slot, read.symbols[index]!)) &&
        isIssued(layout, read.symbols) &&
        !isZero(layout, read.symbols) &&
        separatorsFit(layout, read) &&
        linesFit(layout, hints),
    )
    .map((layout) => ({ layout, symbols: read.symbols, edits: read.edits, strong: true }));

/** Special two-letter series come before the motorbike rule; diplomatic ones do not, NN and CV are ordinary pairs too. */
const preferSpecial = (readings: readonly Reading[]): readonly Reading[] =>
  readings.some(({ layout }) => layout.kind === 'special')
    ? readings.filter(({ layout }) => layout.kind === 'special')
    : readings;

/** The same symbols are a special series before they are a motorbike's. */
const once = (readings: readonly Reading[]): readonly Reading[] => {
  const special = readings.filter(({ layout }) => layout.kind === 'special').map(({ symbols }) => symbols.join(''));
  return readings.filter(({ layout, symbols }) => layout.kind === 'special' || !special.includes(symbols.join('')));
};

/** Readers drop the bar of Đ: MD and TD may be MĐ and TĐ, the only series that have it. */
const barReadings = (read: PlateSymbols, hints: PlateHints): Reading[] => {
  const series = `${read.symbols[2] ?? ''}${read.symbols[3] ?? ''}`;
  if (series !== 'MD' && series !== 'TD') return [];
  const symbols = read.symbols.map((symbol, index) => (index === 3 ? 'Đ' : symbol));
  const edits = [...read.edits, { at: 3, from: 'D', to: 'Đ' }];
  return exactReadings({ ...withoutSpaces(read), symbols, edits }, hints);
};

/** One way of changing a symbol so that it fits its slot. */
type Change = { readonly symbol: string; readonly strong: boolean };

const changes = (slot: Layout['slots'][number], symbol: string): readonly Change[] => {
  if (fits(slot, symbol)) return [{ symbol, strong: true }];
  if (slot.takes === 'digit') {
    const change = TO_DIGIT[symbol];
    return change ? [{ symbol: change.digit, strong: change.strong }] : [];
  }
  if (slot.takes === 'first') {
    const letters = TO_LETTERS[symbol] ?? [];
    return letters.map((letter) => ({ symbol: letter, strong: letters.length === 1 }));
  }
  return [];
};

/** Every way to make a layout fit by changes that its places force. Digits are never changed into digits. */
const repairs = (read: PlateSymbols, hints: PlateHints): Reading[] => {
  const found: Reading[] = [];
  for (const layout of layoutsOfLength(read.symbols.length)) {
    if (!separatorsFit(layout, read) || !linesFit(layout, hints)) continue;
    let partial: { symbols: string[]; edits: PlateEdit[]; strong: boolean }[] = [
      { symbols: [], edits: [...read.edits], strong: true },
    ];
    layout.slots.forEach((slot, at) => {
      const from = read.symbols[at]!;
      const isSeries = at === 3 && layout.kind === 'car' && SECOND_LETTERS.includes(from) && !isCar(hints);
      const options = changes(slot, from).map(({ symbol, strong }) => ({ symbol, strong: strong && !isSeries }));
      partial = partial.flatMap((before) =>
        options.map(({ symbol, strong }) => ({
          symbols: [...before.symbols, symbol],
          edits: symbol === from ? before.edits : [...before.edits, { at, from, to: symbol }],
          strong: before.strong && strong,
        })),
      );
    });
    for (const { symbols, edits, strong } of partial) {
      if (isIssued(layout, symbols) && !isZero(layout, symbols)) found.push({ layout, symbols, edits, strong });
    }
  }
  return found;
};

const CAR_LIKE = ['car', 'bus', 'truck'];

/**
 * Whether something besides the symbols says that it is no motorbike. Until then a letter in the fourth place may be a
 * motorbike's series whose number lost a digit, and is not turned into a digit for good.
 */
const isCar = ({ lines, vehicle }: PlateHints): boolean =>
  lines === 1 || (vehicle !== undefined && CAR_LIKE.includes(vehicle));

const decide = (
  raw: string,
  readings: readonly Reading[],
  hints: PlateHints,
  status: 'valid' | 'repaired' | 'ambiguous',
): PlateParse => {
  let left = readings;
  let decidedBy: PlateParse['decidedBy'] = null;
  const narrow = (by: 'vehicle-class' | 'colour', keep: (kind: PlateKind) => boolean): void => {
    if (left.length < 2) return;
    const kept = left.filter(({ layout }) => keep(layout.kind));
    if (kept.length === 0 || kept.length === left.length) return;
    left = kept;
    if (left.length === 1) decidedBy = by;
  };
  const { vehicle, colour } = hints;
  if (colour === 'red-on-white') narrow('colour', isDiplomatic);
  else if (colour === 'white-on-red') narrow('colour', (kind) => kind === 'army');
  else if (colour) narrow('colour', (kind) => !isDiplomatic(kind) && kind !== 'army');
  // Special series say nothing of the class: MĐ and TĐ stand on motorbikes too.
  if (vehicle === 'motorcycle') narrow('vehicle-class', (kind) => kind.startsWith('motorbike') || kind === 'special');
  else if (vehicle && CAR_LIKE.includes(vehicle)) narrow('vehicle-class', (kind) => !kind.startsWith('motorbike'));

  const candidates = left.map(toCandidate);
  const single = candidates.length === 1 ? left[0]! : null;
  return {
    raw,
    status: single === null || status === 'ambiguous' ? 'ambiguous' : single.edits.length > 0 ? 'repaired' : 'valid',
    candidates,
    reason: null,
    flags: single ? flagsOf(single, hints) : [],
    decidedBy,
  };
};

const isDiplomatic = (kind: PlateKind): boolean =>
  kind === 'diplomatic' || kind === 'international' || kind === 'diplomatic-staff' || kind === 'foreign';

const flagsOf = ({ layout, symbols }: Reading, { colour, vehicle }: PlateHints): PlateFlag[] => {
  const flags: PlateFlag[] = [];
  if (layout.kind === 'car' && symbols[2] === 'T') flags.push('temporary-possible');
  if (colour === 'blue') {
    const stateSeries =
      BLUE_LETTERS.includes(symbols[2]!) && (layout.kind === 'car' || layout.kind === 'motorbike-old');
    if (!stateSeries) flags.push('colour-series');
  }
  const contradicts =
    (colour === 'red-on-white' && !isDiplomatic(layout.kind)) ||
    (isDiplomatic(layout.kind) && (colour === 'yellow' || colour === 'blue')) ||
    (colour !== undefined && (colour === 'white-on-red') !== (layout.kind === 'army'));
  if (contradicts) flags.push('colour-kind');
  const isMotorbike = layout.kind.startsWith('motorbike') || layout.special === 'MĐ';
  const onlyMotorcycles = vehicle === 'motorcycle' && layout.kind === 'car';
  if (onlyMotorcycles || (isMotorbike && vehicle !== undefined && CAR_LIKE.includes(vehicle)))
    flags.push('vehicle-kind');
  return flags;
};

const toCandidate = ({ layout, symbols, edits }: Reading): PlateCandidate => {
  const text = symbols.join('');
  const province = layout.kind === 'army' ? null : findProvince(text.slice(0, 2));
  if (layout.kind === 'army')
    return {
      text: `${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`,
      kind: 'army',
      series: text.slice(0, 2),
      province,
      edits,
    };
  if (isDiplomatic(layout.kind)) {
    const series = layout.special ?? '';
    const rest = text.slice(2).replace(series, '');
    return {
      text: `${text.slice(0, 2)}-${rest.slice(0, 3)}-${series}-${rest.slice(3)}`,
      kind: layout.kind,
      series,
      province,
      edits,
    };
  }
  const [from, length] = layout.number;
  const number = text.slice(from);
  const printed = length === 5 ? `${number.slice(0, 3)}.${number.slice(3)}` : number;
  return { text: `${text.slice(0, from)}-${printed}`, kind: layout.kind, series: text.slice(2, from), province, edits };
};

/** Faults that no repair may hide: digits are never turned into other digits, letters never into letters. */
const hardFault = ({ symbols }: PlateSymbols): PlateReason | null => {
  const [a = '', b = '', c = ''] = symbols;
  if (isDigit(a) && isDigit(b)) {
    const code = a + b;
    if ((NEVER_ISSUED as readonly string[]).includes(code)) return 'never-issued-province';
    if (findProvince(code) === null) return 'province-range';
    if (c !== '' && NEVER_USED_LETTERS.includes(c)) return 'letter-never-used';
  }
  if (isZeroNumber(symbols)) return 'number-zero';
  return null;
};

const isZeroNumber = (symbols: readonly string[]): boolean =>
  layoutsOfLength(symbols.length).some(
    (layout) => layout.slots.every((slot, index) => fits(slot, symbols[index]!)) && isZero(layout, symbols),
  );

/** Why nothing fits, from left to right along the plate. */
const softFault = (read: PlateSymbols, hints: PlateHints): PlateReason => {
  const { symbols } = read;
  const [a = '', b = '', c = '', d = ''] = symbols;
  if (isLetter(a) && isLetter(b)) return fits({ takes: 'army' }, a) ? 'number-length' : 'army-first-letter';
  if (isLetter(a)) return 'province-missing';
  if (!isLetter(c)) return symbols.length < 2 ? 'province-missing' : 'series-missing';
  if (!FIRST_LETTERS.includes(c)) return 'series-first-letter';
  const unhinted = exactReadings(withoutSpaces(read), {});
  if (hints.lines !== undefined && unhinted.length > 0) return 'layout';
  if (d === 'Đ' && (c === 'M' || c === 'T'))
    return symbols[4] === '0' && symbols.length === 10 ? 'series-digit' : 'number-length';
  if (isLetter(d)) {
    if (NEVER_USED_LETTERS.includes(d)) return 'letter-never-used';
    if (!SECOND_LETTERS.includes(d)) return 'series-second-letter';
  } else if (d === '0' && symbols.length === 9) return 'series-digit';
  return 'number-length';
};

/** What may have been meant, for a person; none of it is ever chosen. */
const suggestions = (read: PlateSymbols): readonly Reading[] => {
  const plain: PlateSymbols = { ...read, separators: new Map() };
  const alternatives = (at: number): readonly string[] => {
    const symbol = read.symbols[at] ?? '';
    if (at === 2) return INSTEAD_OF_NEVER_USED[symbol] ?? [];
    if (symbol === 'Đ') return ['D'];
    const digit = TO_DIGIT[symbol]?.digit;
    return [
      ...(digit !== undefined && !SECOND_LETTERS.includes(symbol) ? [digit] : []),
      ...(INSTEAD_OF_NEVER_USED[symbol] ?? []),
      ...(symbol === '0' ? (TO_LETTERS[symbol] ?? []) : []),
    ];
  };
  const found = exactReadings(plain, {});
  for (const at of [2, 3])
    for (const to of alternatives(at)) {
      const symbols = read.symbols.map((symbol, index) => (index === at ? to : symbol));
      const edits = [...read.edits, { at, from: read.symbols[at]!, to }];
      // Separators still count: `30I-123.45` is a car's plate whatever its letter.
      const readings = exactReadings({ ...withoutSpaces(read), symbols, edits }, {});
      found.push(...readings);
    }
  return once(found);
};
