import { logAdd, READER_CLASSES, READER_SYMBOLS, type ReaderOutput } from './ctc.ts';

/** Symbols in their order on the plate, without separators; natural-log probability. */
export type BeamCandidate = { readonly symbols: string; readonly score: number };

/** What may be read: where a text begins, and what each further symbol leads to, null where none may follow so. */
export type BeamGrammar<Place> = {
  readonly start: Place;
  readonly after: (place: Place, symbol: string) => Place | null;
  /** Prefixes that are kept at each step. */
  readonly width: number;
};

/** A symbol less probable than this at a step is not tried there. */
const FLOOR = Math.log(1e-3);

type Prefix<Place> = { readonly place: Place; blank: number; symbol: number };

/** CTC prefix beam search [Graves & Jaitly 2014, algorithm 1] over the texts of a grammar, best first. */
export const prefixBeam = <Place>(
  { steps, logProbabilities: log }: ReaderOutput,
  { start, after, width }: BeamGrammar<Place>,
): readonly BeamCandidate[] => {
  let beam = new Map<string, Prefix<Place>>([['', { place: start, blank: 0, symbol: -Infinity }]]);
  for (let step = 0; step < steps; step++) {
    const row = step * READER_CLASSES;
    const likely: { readonly symbol: string; readonly score: number }[] = [];
    for (let c = 1; c < READER_CLASSES; c++)
      if (log[row + c]! >= FLOOR) likely.push({ symbol: READER_SYMBOLS[c - 1]!, score: log[row + c]! });
    const next = new Map<string, Prefix<Place>>();
    const at = (prefix: string, place: Place): Prefix<Place> => {
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
        if (further === null) continue;
        const longer = at(prefix + symbol, further);
        longer.symbol = logAdd(longer.symbol, from + score);
      }
    }
    beam = next;
    if (next.size > width)
      beam = new Map(
        [...next].sort(([, a], [, b]) => logAdd(b.blank, b.symbol) - logAdd(a.blank, a.symbol)).slice(0, width),
      );
  }
  return [...beam]
    .map(([symbols, { blank, symbol }]) => ({ symbols, score: logAdd(blank, symbol) }))
    .sort((a, b) => b.score - a.score);
};

/** Any text at all. */
const FREE: BeamGrammar<true> = { start: true, after: () => true, width: 8 };

/**
 * The most probable text of the upper and of the lower line, without any knowledge of plates. All alignments of a text count,
 * where the best path counts one: a blurred symbol spreads over several.
 */
export const likeliestLines = ({ steps, logProbabilities }: ReaderOutput): readonly [upper: string, lower: string] => {
  const half = Math.floor(steps / 2);
  const textOf = (from: number, to: number): string =>
    prefixBeam(
      { steps: to - from, logProbabilities: logProbabilities.subarray(from * READER_CLASSES, to * READER_CLASSES) },
      FREE,
    )[0]?.symbols ?? '';
  return [textOf(0, half), textOf(half, steps)];
};
