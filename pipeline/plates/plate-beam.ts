import type { ReaderOutput } from './ctc.ts';
import { fits, type Layout, LAYOUTS } from './layout.ts';
import { type BeamCandidate, prefixBeam } from './prefix-beam.ts';
import { findProvince } from './provinces.ts';

/** Prefixes that are kept at each step. */
const WIDTH = 24;

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

/**
 * CTC prefix beam search that only walks along plates: every layout is a hypothesis, and a prefix lives as long as one of
 * them can still hold it.
 * @returns whole plates, best first; empty when the crop holds none
 */
export const plateBeam = (output: ReaderOutput): readonly BeamCandidate[] =>
  prefixBeam(output, { start: START, after, width: WIDTH }).filter(({ symbols }) => layoutsOf(symbols).length > 0);
