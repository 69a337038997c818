import type { HeadReading } from '../head-reading.ts';
import type { PtsMs } from '../time.ts';

export type HelmetVerdict = 'helmet' | 'bare' | 'other' | 'unsure';

/** Evidence on one rider's head, added up over the track. */
export type HelmetVote = {
  /** Sum over the readings that counted: what each gives for "no helmet" (bare or other headwear) against "helmet". */
  readonly sum: number;
  /** Sum of their weights: by size, and two within a tenth of a second share one. */
  readonly weight: number;
  /** Readings that counted. */
  readonly readings: number;
  /** What the frames that speak for each outcome show. */
  readonly speaks: { readonly helmet: number; readonly bare: number; readonly other: number };
  readonly firstPtsMs: PtsMs;
  readonly lastPtsMs: PtsMs;
};

/** Heads from this height on are looked at, and count in full from the second [DOMAIN.md §1.2: below 16–20 px guesses]. */
const LEAST_HEIGHT_PX = 16;
const FULL_HEIGHT_PX = 32;
/** No single frame is believed more: a head that is misread is often misread with certainty. */
const MOST_LOG_ODDS = 2;
/** Frames closer together than this show the same mistake and share one vote. */
const INDEPENDENT_MS = 100;
/** Least evidence for a verdict: so many readings over this much time, mostly of one opinion [DOMAIN.md §1.3]. */
const LEAST_READINGS = 5;
const LEAST_SHARPNESS = 0.1;
const MOST_UNSURE = 0.5;
export const LEAST_SPAN_MS = 500;
export const LEAST_AGREEMENT = 0.8;
/**
 * What the mean of a track's frames is worth. Frames of one head are alike (their correlation is 0.7 and more), so ten count
 * as 1.3 that are not, and a sum would grow surer with every frame: the mean counts, so much, plus what the model leans to
 * "helmet" where as many heads are bare as not [fitted: `helmet-vote.test.ts`]. A frame's sharpness and doubt only say
 * whether it counts: as weights they made the vote worse [measured: models/weights/rider.md].
 */
export const WORTH = { slope: 1.9, offset: 0.95 };
/** Of ten riders about one wears no helmet; readings have to outweigh that. */
const STREET = Math.log(1 / 9);
/** Least log-odds for a verdict. For "no helmet" the readings alone then speak fifteen to one. */
export const LEAST_LOG_ODDS = 0.5;

const EMPTY = { sum: 0, weight: 0, readings: 0, speaks: { helmet: 0, bare: 0, other: 0 } };
const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

const sizeOf = (heightPx: number): number =>
  Math.min(1, Math.max(0, (heightPx - LEAST_HEIGHT_PX) / (FULL_HEIGHT_PX - LEAST_HEIGHT_PX)));

/** How much a frame shows of a head, 0–1. */
export const readingWeight = ({ heightPx, sharpness, unsure }: HeadReading): number =>
  sizeOf(heightPx) * sharpness * (1 - unsure);

/** Large, sharp and sure enough to count. */
const isUsable = ({ heightPx, sharpness, unsure }: HeadReading): boolean =>
  heightPx >= LEAST_HEIGHT_PX && sharpness >= LEAST_SHARPNESS && unsure < MOST_UNSURE;

export const addReading = (vote: HelmetVote | null, reading: HeadReading, ptsMs: PtsMs): HelmetVote => {
  const passedMs = vote ? ptsMs - vote.lastPtsMs : INDEPENDENT_MS;
  const independent = Math.min(1, passedMs / INDEPENDENT_MS);
  const weight = isUsable(reading) ? sizeOf(reading.heightPx) * independent : 0;
  const { helmet, bare, other } = reading;
  const odds = clamp(Math.log((bare + other + 1e-6) / (helmet + 1e-6)), MOST_LOG_ODDS);
  const before = vote ?? { ...EMPTY, firstPtsMs: ptsMs, lastPtsMs: ptsMs };
  const loudest = helmet >= bare && helmet >= other ? 'helmet' : bare >= other ? 'bare' : 'other';
  return {
    sum: before.sum + weight * odds,
    weight: before.weight + weight,
    readings: before.readings + (isUsable(reading) ? 1 : 0),
    speaks: { ...before.speaks, [loudest]: before.speaks[loudest] + readingWeight(reading) * independent },
    firstPtsMs: before.firstPtsMs,
    lastPtsMs: ptsMs,
  };
};

/** Log-odds that somebody on a street wears no helmet, after all frames that counted; without any, as on any street. */
export const logOddsOf = ({ sum, weight }: HelmetVote): number =>
  STREET + (weight > 0 ? WORTH.slope * (sum / weight) + WORTH.offset : 0);

/** Share of the evidence that is of the verdict's opinion, 0–1. */
export const agreement = (vote: HelmetVote): number => {
  const { helmet, bare, other } = vote.speaks;
  const all = helmet + bare + other;
  return all === 0 ? 0 : (logOddsOf(vote) > 0 ? bare + other : helmet) / all;
};

/** The verdict, or `unsure` when there is too little evidence, or it is divided. */
export const verdictOf = (vote: HelmetVote | null): HelmetVerdict => {
  if (!vote || vote.lastPtsMs - vote.firstPtsMs < LEAST_SPAN_MS) return 'unsure';
  if (vote.readings < LEAST_READINGS || agreement(vote) < LEAST_AGREEMENT) return 'unsure';
  const logOdds = logOddsOf(vote);
  if (Math.abs(logOdds) < LEAST_LOG_ODDS) return 'unsure';
  if (logOdds < 0) return 'helmet';
  return vote.speaks.bare >= vote.speaks.other ? 'bare' : 'other';
};
