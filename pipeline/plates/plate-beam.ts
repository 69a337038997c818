import { logAdd, READER_CLASSES, READER_SYMBOLS, type ReaderOutput } from './ctc.ts';
import { fits, type Layout, LAYOUTS } from './layout.ts';
import { findProvince } from './provinces.ts';

/** Symbols in their order on the plate, without separators; natural-log probability. */
export type BeamCandidate = { readonly symbols: string; readonly score: number };

/** Prefixes that are kept at each step. */
const WIDTH = 24;
/** A symbol less probable than this at a step is not tried there. */
const FLOOR = Math.log(1e-3);

/** How far along a plate: the layouts that can still hold what came so far. Prefixes that leave the same ones share it. */
type Place = {
  readonly at: number;
  /** The province's first digit while its second is to come. */
  readonly first: string;
  readonly layouts: readonly Layout[];
  readonly next: Map<string, Place | null>;
};

const places = new Map<string, Place>();
const placeOf = (at: number, first: string, layouts: readonly Layout[]): Place => {
  const key = `${at} ${first} ${layouts.map((layout) => LAYOUTS.indexOf(layout)).join()}`;
  const place = places.get(key) ?? { at, first, layouts, next: new Map<string, Place | null>() };
  places.set(key, place);
  return place;
};
const START = placeOf(0, '', LAYOUTS);

/** The place after one more symbol, null when no plate goes on so. Worked out once for each place and symbol. */
const after = (place: Place, symbol: string): Place | null => {
  const known = place.next.get(symbol);
  if (known !== undefined) return known;
  const { at, first } = place;
  const fitting = place.layouts.filter(({ slots }) => at < slots.length && fits(slots[at]!, symbol));
  // The first two digits must be a code that was issued; army plates have none.
  const isIssued = at !== 1 || findProvince(first + symbol) !== null;
  const alive = isIssued ? fitting : fitting.filter(({ kind }) => kind === 'army');
  const made = alive.length === 0 ? null : placeOf(at + 1, at === 0 ? symbol : '', alive);
  place.next.set(symbol, made);
  return made;
};

/** Whether the symbols are a whole plate of one of the layouts. */
export const layoutsOf = (symbols: string): readonly Layout[] => {
  let place: Place | null = START;
  for (let at = 0; at < symbols.length && place; at++) place = after(place, symbols[at]!);
  return (place?.layouts ?? []).filter(
    ({ slots, number: [from, length] }) =>
      slots.length === symbols.length && /[^0]/.test(symbols.slice(from, from + length)),
  );
};

type Prefix = { readonly place: Place; blank: number; symbol: number };

/**
 * CTC prefix beam search that only walks along plates: every layout is a hypothesis, and a prefix lives as long as one of
 * them can still hold it.
 * @returns whole plates, best first; empty when the crop holds none
 */
export const plateBeam = ({ steps, logProbabilities: log }: ReaderOutput): readonly BeamCandidate[] => {
  let beam = new Map<string, Prefix>([['', { place: START, blank: 0, symbol: -Infinity }]]);
  for (let step = 0; step < steps; step++) {
    const row = step * READER_CLASSES;
    const likely: { readonly symbol: string; readonly score: number }[] = [];
    for (let c = 1; c < READER_CLASSES; c++)
      if (log[row + c]! >= FLOOR) likely.push({ symbol: READER_SYMBOLS[c - 1]!, score: log[row + c]! });
    const next = new Map<string, Prefix>();
    const at = (prefix: string, place: Place): Prefix => {
      const known = next.get(prefix);
      if (known) return known;
      const made = { place, blank: -Infinity, symbol: -Infinity };
      next.set(prefix, made);
      return made;
    };
    for (const [prefix, { place, blank, symbol: ended }] of beam) {
      const whole = logAdd(blank, ended);
      const same = at(prefix, place);
      same.blank = logAdd(same.blank, whole + log[row]!);
      const last = prefix.at(-1);
      for (const { symbol, score } of likely) {
        if (symbol === last) same.symbol = logAdd(same.symbol, ended + score);
        const from = symbol === last ? blank : whole;
        const further = from === -Infinity ? null : after(place, symbol);
        if (!further) continue;
        const longer = at(prefix + symbol, further);
        longer.symbol = logAdd(longer.symbol, from + score);
      }
    }
    beam = next;
    if (next.size > WIDTH)
      beam = new Map(
        [...next].sort(([, a], [, b]) => logAdd(b.blank, b.symbol) - logAdd(a.blank, a.symbol)).slice(0, WIDTH),
      );
  }
  return [...beam]
    .filter(([symbols]) => layoutsOf(symbols).length > 0)
    .map(([symbols, { blank, symbol }]) => ({ symbols, score: logAdd(blank, symbol) }))
    .sort((a, b) => b.score - a.score);
};
