import { logAdd, logLikelihood, READER_CLASSES, READER_SYMBOLS, type ReaderOutput, toClasses } from './ctc.ts';
import type { PlateKind } from './layout.ts';
import { parsePlate, type PlateHints } from './parse.ts';
import { layoutsOf, plateBeam } from './plate-beam.ts';
import { likeliestLines } from './prefix-beam.ts';
import type { PlateEdit } from './symbols.ts';

/** One look at a plate. */
export type PlateLook = {
  readonly output: ReaderOutput;
  /** Height of the plate in source pixels. */
  readonly heightPx: number;
  /** 0–1: how much of the detail that its size allows the crop shows. */
  readonly sharpness: number;
  /** How far it was turned to be read, as a part of the crop, −1 to 1; 0 when seen straight, which is also the default. */
  readonly tilt?: number;
  /** So many looks were laid over each other for it (`joinCrops`), which are among the looks themselves; 1 when left out. */
  readonly joined?: number;
};

export type PlateGuess = {
  /** Display form, e.g. `30A-123.45`. */
  readonly text: string;
  readonly kind: PlateKind;
  readonly probability: number;
};

export type PlateDoubt =
  | 'nothing-read'
  | 'few-frames'
  | 'frames-disagree'
  | 'character-uncertain'
  | 'too-small'
  | 'ambiguous'
  | 'colour-contradicts'
  | 'vehicle-contradicts';

/**
 * What a vehicle's plate says. `evidence`: several frames agree on every symbol and nothing speaks against it; otherwise a
 * person must read, and `doubts` says why. `text` is null when nothing is probable enough to be shown as a reading.
 */
export type PlateVerdict = {
  readonly text: string | null;
  readonly kind: PlateKind | null;
  /** Probability of the whole text. */
  readonly confidence: number;
  /** One for each symbol of the text, separators left out. */
  readonly characters: readonly { readonly symbol: string; readonly confidence: number }[];
  readonly lines: 1 | 2;
  /** Best first, the chosen one included. */
  readonly candidates: readonly PlateGuess[];
  /** What the best single look reads without any knowledge of plates, `/` between the lines. */
  readonly raw: string;
  /** Where the text differs from `raw`; null when their lengths differ. */
  readonly edits: readonly PlateEdit[] | null;
  readonly framesUsed: number;
  readonly framesAgreeing: number;
  readonly heightPx: number;
  readonly grade: 'evidence' | 'needs-human-reading';
  readonly doubts: readonly PlateDoubt[];
};

/** Share of looks that say nothing about the plate: another plate, a hand before it, a flash. */
const OUTLIERS = 0.02;
/**
 * A look that is less sure of its own free reading than the surest one counts less, by this power of the ratio: blur makes
 * the reader guess, and a guess is more often wrong than its probabilities say.
 */
const SURENESS = 0.5;
const MIN_FRAMES = 3;
const MIN_CHARACTER = 0.9;
const MIN_HEIGHT_PX = { 1: 16, 2: 24 } as const;
/** Below this a reading is a guess, and is not shown as one. */
const MIN_SHOWN = 0.3;
const MAX_POOL = 24;

/** What noise leaves of the looks that were joined: a picture of them counts as much as the root of their number. */
const joinedWeight = ({ joined = 1 }: PlateLook): number => Math.sqrt(joined);

/** Weight 0–1 of a look: small, blurred and oblique ones count less. */
export const weightOf = ({ heightPx, sharpness, tilt = 0 }: Omit<PlateLook, 'output'>, lines: 1 | 2): number => {
  const letterPx = heightPx * (1 - Math.abs(tilt)) * (lines === 2 ? 0.4 : 0.7);
  // Turned until it read as a plate: what it says was partly chosen.
  const straight = Math.max(0.3, 1 - 2 * Math.abs(tilt));
  return Math.max(0.05, Math.min(1, letterPx / 14)) * Math.max(0.2, Math.min(1, sharpness)) * straight;
};

/** Joins looks at one vehicle's plate into one verdict. Order does not matter. */
export const fusePlate = (looks: readonly PlateLook[], hints: PlateHints = {}): PlateVerdict => {
  const read = looks.map(readOf);
  const twoLine = read.filter(({ lines: [, lower] }) => lower !== '').length;
  const lines = hints.lines ?? (twoLine * 2 > read.length ? 2 : 1);
  const surest = Math.max(...read.map(({ free }) => free));
  const weights = read.map(
    ({ look, free }) => joinedWeight(look) * weightOf(look, lines) * Math.exp(SURENESS * (free - surest)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Looks at one vehicle share their angle, light and dirt: they count less than as many independent ones would.
  const temper = total > 1 ? 1 / Math.sqrt(total) : 1;

  const scoreOf = (symbols: string): number => {
    const classes = toClasses(symbols);
    const noise = Math.log(OUTLIERS) - classes.length * Math.log(READER_CLASSES);
    return looks.reduce(
      (sum, { output }, i) => sum + weights[i]! * logAdd(Math.log1p(-OUTLIERS) + logLikelihood(output, classes), noise),
      0,
    );
  };

  const pool = new Map<string, number>();
  const add = (symbols: string): number => {
    const known = pool.get(symbols);
    if (known !== undefined) return known;
    const score = scoreOf(symbols) * temper;
    pool.set(symbols, score);
    return score;
  };
  const proposed = new Map<string, number>();
  looks.forEach(({ output }, i) => {
    for (const { symbols, score } of plateBeam(output).slice(0, 8))
      proposed.set(symbols, Math.max(proposed.get(symbols) ?? -Infinity, score + Math.log(weights[i]!)));
  });
  for (const [symbols] of [...proposed].sort(([, a], [, b]) => b - a).slice(0, MAX_POOL)) add(symbols);
  const likeliest = [...pool].sort(([, a], [, b]) => b - a)[0]?.[0];
  // Where every look reads the same by itself, nothing near it is better.
  if (looks.length > 1 && read.some(({ text }) => text !== likeliest)) improve(pool, add, looks);

  const ranked = [...pool].sort(([, a], [, b]) => b - a);
  const sum = ranked.reduce((all, [, score]) => logAdd(all, score), -Infinity);
  // A joined picture is no witness of its own: it shows what the frames that are in it have shown.
  const frames = read.filter(({ look }) => look.joined === undefined);
  const weightOfFrame = (frame: Read): number => weights[read.indexOf(frame)]!;
  const raw = rawOf([...frames].sort((a, b) => weightOfFrame(b) - weightOfFrame(a))[0]);
  const heightPx = Math.max(0, ...looks.map((look) => look.heightPx * (1 - Math.abs(look.tilt ?? 0))));
  const best = ranked[0];
  // What no plate can say is part of what the looks may have shown, or nonsense would be certain of its only candidate.
  const explained = best ? explainedShare(best[0], read, weights) : 0;
  const nothing: PlateVerdict = {
    text: null,
    kind: null,
    confidence: 0,
    characters: [],
    lines,
    candidates: [],
    raw,
    edits: null,
    framesUsed: frames.length,
    framesAgreeing: 0,
    heightPx,
    grade: 'needs-human-reading',
    doubts: ['nothing-read'],
  };
  if (!best) return nothing;

  const probability = (score: number): number => Math.exp(score - sum) * explained;
  const symbols = best[0];
  const characters = Array.from(symbols, (symbol, at) => ({
    symbol,
    confidence: ranked.reduce(
      (all, [other, score]) =>
        other.length === symbols.length && other[at] === symbol ? all + probability(score) : all,
      0,
    ),
  }));
  const breaks = read.flatMap(({ lines: [upper, lower] }) => (upper !== '' && lower !== '' ? [upper.length] : []));
  const parse = (own: string) => parsePlate(withBreak(own, lines === 2 ? common(breaks) : null), { ...hints, lines });
  const parsed = parse(symbols);
  const candidates = ranked.slice(0, 5).flatMap(([own, score]) => {
    const { candidates: meanings } = parse(own);
    return meanings.map(({ text, kind }) => ({ text, kind, probability: probability(score) / meanings.length }));
  });
  const chosen = parsed.candidates[0];
  const confidence = probability(best[1]);
  const framesAgreeing = frames.filter(({ text }) => text === symbols).length;
  const doubts: PlateDoubt[] = [];
  if (frames.length < MIN_FRAMES) doubts.push('few-frames');
  else if (framesAgreeing < MIN_FRAMES) doubts.push('frames-disagree');
  if (characters.some((character) => character.confidence < MIN_CHARACTER)) doubts.push('character-uncertain');
  if (heightPx < MIN_HEIGHT_PX[lines]) doubts.push('too-small');
  if (parsed.candidates.length !== 1 || parsed.status === 'invalid') doubts.push('ambiguous');
  if (parsed.flags.includes('colour-kind') || parsed.flags.includes('colour-series')) doubts.push('colour-contradicts');
  if (parsed.flags.includes('vehicle-kind')) doubts.push('vehicle-contradicts');
  // What was made of the frames may say more than they do, but it is never evidence unless they are without it.
  if (frames.length > 0 && frames.length < looks.length) {
    const own = fusePlate(
      frames.map(({ look }) => look),
      hints,
    );
    const theirs: PlateDoubt[] = own.text === chosen?.text ? [] : ['frames-disagree'];
    for (const doubt of [...own.doubts, ...theirs]) if (!doubts.includes(doubt)) doubts.push(doubt);
  }
  if (!chosen || confidence < MIN_SHOWN)
    return { ...nothing, candidates, doubts: ['nothing-read', ...doubts], framesAgreeing, confidence };
  return {
    text: chosen.text,
    kind: parsed.candidates.length === 1 ? chosen.kind : null,
    confidence,
    characters,
    lines,
    candidates,
    raw,
    edits: editsBetween(raw.replaceAll('/', ''), symbols),
    framesUsed: frames.length,
    framesAgreeing,
    heightPx,
    grade: doubts.length === 0 ? 'evidence' : 'needs-human-reading',
    doubts,
  };
};

/** Whether more looks would hardly change the verdict, so that reading may stop. */
export const isSettled = (verdict: PlateVerdict): boolean =>
  verdict.grade === 'evidence' && verdict.confidence > 0.99 && verdict.framesAgreeing >= 5;

/**
 * Looks for better plates one symbol away from the best ones: what no single look has right may still be what all of them
 * say together.
 */
const improve = (pool: Map<string, number>, add: (symbols: string) => number, looks: readonly PlateLook[]): void => {
  const seen = new Set<string>();
  for (const { output } of looks)
    for (let i = 0; i < output.logProbabilities.length; i++) {
      const c = i % READER_CLASSES;
      if (c > 0 && output.logProbabilities[i]! > Math.log(0.03)) seen.add(READER_SYMBOLS[c - 1]!);
    }
  const visited = new Set<string>();
  for (let round = 0; round < 6; round++) {
    const best = [...pool].sort(([, a], [, b]) => b - a).find(([symbols]) => !visited.has(symbols))?.[0];
    // The best one's neighbours have all been looked at: nothing better is near.
    const top = Math.max(...pool.values());
    if (best === undefined || (round > 1 && pool.get(best)! < top)) return;
    visited.add(best);
    for (let at = 0; at < best.length; at++)
      for (const symbol of seen) {
        const other = best.slice(0, at) + symbol + best.slice(at + 1);
        if (symbol !== best[at] && !pool.has(other) && layoutsOf(other).length > 0) add(other);
      }
  }
};

/**
 * Mean, over the looks, of how much of the best free reading's probability the plate has: 0–1. A look counts by its weight
 * and by how sure its free reading is: one too small or blurred to say anything does not speak against what others show.
 */
const explainedShare = (symbols: string, read: readonly Read[], weights: readonly number[]): number => {
  const classes = toClasses(symbols);
  let share = 0;
  let total = 0;
  read.forEach(({ look, text, free }, i) => {
    const own = text === symbols ? free : logLikelihood(look.output, classes);
    // Softened: that the plate stands a little behind the free reading is what the grammar is for.
    const weight = weights[i]! * Math.exp(free);
    share += weight * Math.exp(Math.min(0, own - free) / 3);
    total += weight;
  });
  return total > 0 ? share / total : 0;
};

/** A look with what it reads without any knowledge of plates, and the log-likelihood of that. */
type Read = {
  readonly look: PlateLook;
  readonly lines: readonly [upper: string, lower: string];
  readonly text: string;
  readonly free: number;
};

const readOf = (look: PlateLook): Read => {
  const lines = likeliestLines(look.output);
  const text = lines.join('');
  return { look, lines, text, free: logLikelihood(look.output, toClasses(text)) };
};

const rawOf = (read: Read | undefined): string => {
  const [upper, lower] = read?.lines ?? ['', ''];
  return lower === '' ? upper : `${upper}/${lower}`;
};

const withBreak = (symbols: string, at: number | null): string =>
  at === null ? symbols : `${symbols.slice(0, at)}/${symbols.slice(at)}`;

const common = (values: readonly number[]): number | null => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
};

const editsBetween = (raw: string, symbols: string): readonly PlateEdit[] | null => {
  if (raw.length !== symbols.length) return null;
  return Array.from(symbols, (to, at) => ({ at, from: raw[at]!, to })).filter(({ from, to }) => from !== to);
};
