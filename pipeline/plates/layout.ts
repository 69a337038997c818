import { ARMY_LETTERS, DIPLOMATIC_SERIES, FIRST_LETTERS, isDigit, SECOND_LETTERS, SPECIAL_SERIES } from './alphabet.ts';

export type PlateKind =
  | 'car'
  | 'motorbike-old'
  | 'motorbike-new'
  | 'special'
  | 'diplomatic'
  | 'international'
  | 'diplomatic-staff'
  | 'foreign'
  | 'army';

/**
 * What one place of a layout takes. `fixed` symbols are never repaired into; `second` and `series-digit` share the
 * motorbike's fourth place, where letter and digit are both legal, so that nothing may be repaired there.
 */
export type Slot =
  | { readonly takes: 'digit' }
  | { readonly takes: 'first' }
  | { readonly takes: 'second' }
  | { readonly takes: 'series-digit' }
  | { readonly takes: 'army' }
  | { readonly takes: 'any-letter' }
  | { readonly takes: 'fixed'; readonly symbol: string };

export type Layout = {
  readonly kind: PlateKind;
  /** Slots of province (absent on army plates), series and number, in the order they stand on the plate. */
  readonly slots: readonly Slot[];
  /** Lengths of the groups that separators may part; the display form puts them together. */
  readonly groups: readonly number[];
  /** Index of the group after which a second line may begin. */
  readonly breakAfterGroup: number;
  readonly lines: readonly (1 | 2)[];
  /** First index and length of the number that must not be zero. */
  readonly number: readonly [from: number, length: number];
  readonly special?: string;
};

const digits = (count: number): Slot[] => Array.from({ length: count }, () => ({ takes: 'digit' }) as const);
const fixed = (text: string): Slot[] => Array.from(text, (symbol) => ({ takes: 'fixed', symbol }) as const);
const first: Slot = { takes: 'first' };
const second: Slot = { takes: 'second' };
const seriesDigit: Slot = { takes: 'series-digit' };

const numbered = (
  kind: PlateKind,
  series: readonly Slot[],
  length: 4 | 5,
  lines: readonly (1 | 2)[],
  special?: string,
): Layout => ({
  kind,
  slots: [...digits(2), ...series, ...digits(length)],
  groups: length === 5 ? [2, series.length, 3, 2] : [2, series.length, 4],
  breakAfterGroup: 1,
  lines,
  number: [2 + series.length, length],
  ...(special === undefined ? {} : { special }),
});

const diplomaticKinds: Readonly<Record<(typeof DIPLOMATIC_SERIES)[number], PlateKind>> = {
  NG: 'diplomatic',
  QT: 'international',
  CV: 'diplomatic-staff',
  NN: 'foreign',
};

/** All layouts of Vietnamese plates, in order of precedence. */
export const LAYOUTS: readonly Layout[] = [
  ...DIPLOMATIC_SERIES.flatMap((series): Layout[] => [
    {
      kind: diplomaticKinds[series],
      slots: [...digits(5), ...fixed(series), ...digits(2)],
      groups: [2, 3, 2, 2],
      breakAfterGroup: 1,
      lines: [1, 2],
      number: [7, 2],
      special: series,
    },
    {
      kind: diplomaticKinds[series],
      slots: [...digits(2), ...fixed(series), ...digits(5)],
      groups: [2, 2, 3, 2],
      breakAfterGroup: 1,
      lines: [1, 2],
      number: [7, 2],
      special: series,
    },
  ]),
  // Electric motorbikes: five digits always, with or without a series digit.
  numbered('special', [...fixed('MĐ'), seriesDigit], 5, [2], 'MĐ'),
  numbered('special', fixed('MĐ'), 5, [2], 'MĐ'),
  ...SPECIAL_SERIES.flatMap((series): Layout[] => [
    numbered('special', fixed(series), 5, [1, 2], series),
    numbered('special', fixed(series), 4, [1, 2], series),
  ]),
  numbered('car', [first], 5, [1, 2]),
  numbered('car', [first], 4, [1, 2]),
  numbered('motorbike-old', [first, seriesDigit], 5, [2]),
  numbered('motorbike-old', [first, seriesDigit], 4, [2]),
  numbered('motorbike-new', [first, second], 5, [2]),
  {
    kind: 'army',
    slots: [{ takes: 'army' }, { takes: 'any-letter' }, ...digits(4)],
    groups: [2, 2, 2],
    breakAfterGroup: 0,
    lines: [1, 2],
    number: [2, 4],
  },
];

const byLength = new Map<number, Layout[]>();
for (const layout of LAYOUTS) byLength.set(layout.slots.length, [...(byLength.get(layout.slots.length) ?? []), layout]);

/** The layouts that have so many symbols, in order of precedence. */
export const layoutsOfLength = (length: number): readonly Layout[] => byLength.get(length) ?? [];

/** Whether the symbol may stand in that slot as it is. */
export const fits = (slot: Slot, symbol: string): boolean => {
  switch (slot.takes) {
    case 'digit':
      return isDigit(symbol);
    case 'first':
      return FIRST_LETTERS.includes(symbol);
    case 'second':
      return SECOND_LETTERS.includes(symbol);
    case 'series-digit':
      return isDigit(symbol) && symbol !== '0';
    case 'army':
      return ARMY_LETTERS.includes(symbol);
    case 'any-letter':
      return symbol >= 'A' && symbol <= 'Z';
    case 'fixed':
      return symbol === slot.symbol;
  }
};
