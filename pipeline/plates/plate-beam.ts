import { logAdd, READER_CLASSES, READER_SYMBOLS, type ReaderOutput } from './ctc.ts';
import { fits, type Layout, LAYOUTS } from './layout.ts';
import { findProvince } from './provinces.ts';

/** Symbols in their order on the plate, without separators; natural-log probability. */
export type BeamCandidate = { readonly symbols: string; readonly score: number };

/** Prefixes that are kept at each step. */
const WIDTH = 24;
/** A symbol less probable than this at a step is not tried there. */
const FLOOR = Math.log(1e-3);

const aliveAfter = (layouts: readonly Layout[], prefix: string, symbol: string): readonly Layout[] => {
  const at = prefix.length;
  const left = layouts.filter(({ slots }) => at < slots.length && fits(slots[at]!, symbol));
  // The first two digits must be a code that was issued; army plates have none.
  if (at !== 1 || findProvince(prefix + symbol) !== null) return left;
  return left.filter(({ kind }) => kind === 'army');
};

/** Whether the symbols are a whole plate of one of the layouts. */
export const layoutsOf = (symbols: string): readonly Layout[] => {
  let alive: readonly Layout[] = LAYOUTS;
  for (let at = 0; at < symbols.length; at++) alive = aliveAfter(alive, symbols.slice(0, at), symbols[at]!);
  return alive.filter(
    ({ slots, number: [from, length] }) =>
      slots.length === symbols.length && /[^0]/.test(symbols.slice(from, from + length)),
  );
};

type Prefix = { readonly layouts: readonly Layout[]; blank: number; symbol: number };

/**
 * CTC prefix beam search that only walks along plates: every layout is a hypothesis, and a prefix lives as long as one of
 * them can still hold it.
 * @returns whole plates, best first; empty when the crop holds none
 */
export const plateBeam = ({ steps, logProbabilities: log }: ReaderOutput): readonly BeamCandidate[] => {
  let beam = new Map<string, Prefix>([['', { layouts: LAYOUTS, blank: 0, symbol: -Infinity }]]);
  for (let step = 0; step < steps; step++) {
    const row = step * READER_CLASSES;
    const next = new Map<string, Prefix>();
    const at = (prefix: string, layouts: () => readonly Layout[]): Prefix | null => {
      const known = next.get(prefix);
      if (known) return known;
      const alive = layouts();
      if (alive.length === 0) return null;
      const made = { layouts: alive, blank: -Infinity, symbol: -Infinity };
      next.set(prefix, made);
      return made;
    };
    for (const [prefix, { layouts, blank, symbol: ended }] of beam) {
      const whole = logAdd(blank, ended);
      const same = at(prefix, () => layouts);
      if (same) same.blank = logAdd(same.blank, whole + log[row]!);
      const last = prefix.at(-1);
      for (let c = 1; c < READER_CLASSES; c++) {
        const score = log[row + c]!;
        if (score < FLOOR) continue;
        const symbol = READER_SYMBOLS[c - 1]!;
        if (symbol === last && same) same.symbol = logAdd(same.symbol, ended + score);
        const from = symbol === last ? blank : whole;
        if (from === -Infinity) continue;
        const longer = at(prefix + symbol, () => aliveAfter(layouts, prefix, symbol));
        if (longer) longer.symbol = logAdd(longer.symbol, from + score);
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
