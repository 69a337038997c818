import type { PtsMs } from '../time.ts';
import type { LampLevel } from './lamp-level.ts';
import type { LampColour, SignalReading, SignalState } from './signal.ts';

export type LampObservation = { readonly colour: LampColour; readonly level: LampLevel | null };

type HiddenState = LampColour | 'off';

export type SignalFilterState = {
  readonly ptsMs: PtsMs;
  /** Probability of each hidden state; they add up to 1. */
  readonly belief: Readonly<Partial<Record<HiddenState, number>>>;
  /** The state that the lamps alone speak for, and since when without a break. */
  readonly speaksFor: HiddenState;
  readonly speaksSincePtsMs: PtsMs;
  readonly reading: SignalReading;
};

/** A lit lamp measured 0.83–1.0 in its region, an unlit one 0.27–0.46 by day: the step lies between. */
const LIT_BRIGHTNESS = 0.64;
const LIT_SOFTNESS = 0.05;
/** A halo of the lamp's colour measured 0.09–0.17, an unlit lamp under 0.07. */
const TINT = 0.06;
const TINT_SOFTNESS = 0.02;
/** No single picture is believed more than this: a passing bus or a flare covers lamps for a while. */
const MOST_CERTAIN = 0.97;
/** Lamps in pictures closer together than this say the same thing again and count in proportion. */
const INDEPENDENT_MS = 200;
/** Least probability of a state that is reported. */
const REPORTED = 0.9;
/** Mean time a state lasts; only its order of magnitude matters. */
const MEAN_STATE_MS = 15_000;
/** Signals go green, yellow, red, green; some show red and yellow or skip yellow. The rest hardly happens. */
const USUAL: Readonly<Record<HiddenState, readonly HiddenState[]>> = {
  green: ['yellow', 'off'],
  yellow: ['red', 'off'],
  red: ['green'],
  off: ['green', 'yellow', 'red'],
};
const UNUSUAL = 0.02;

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** Probability that the lamp is lit, from its picture alone; null when the picture says nothing. */
export const litProbability = ({ colour, level }: LampObservation): number | null => {
  if (!level) return null;
  const tint = { red: level.redness, yellow: Math.min(level.warmth, 0.3 - level.redness), green: -level.redness }[
    colour
  ];
  const isBright = logistic((level.brightness - LIT_BRIGHTNESS) / LIT_SOFTNESS);
  const isTinted = logistic((tint - TINT) / TINT_SOFTNESS);
  return isBright * isTinted;
};

/**
 * One step of a hidden Markov model over what a signal shows: time changes the belief along the usual order of colours,
 * the lamps correct it. States are the colours that have a lamp, and `off`. Below 0.9 the reading is `unknown`.
 * @param before null at the first frame
 */
export const stepSignal = (
  before: SignalFilterState | null,
  lamps: readonly LampObservation[],
  ptsMs: PtsMs,
): SignalFilterState => {
  const states: readonly HiddenState[] = [...new Set<HiddenState>(lamps.map(({ colour }) => colour)), 'off'];
  const passedMs = before ? Math.max(0, ptsMs - before.ptsMs) : INDEPENDENT_MS;
  const predicted = before ? predict(before.belief, states, passedMs) : states.map(() => 1 / states.length);
  const weight = Math.min(1, passedMs / INDEPENDENT_MS);
  const likelihoods = states.map((state) => likelihood(state, lamps));
  const posterior = predicted.map((share, index) => share * likelihoods[index]! ** weight);
  const total = posterior.reduce((sum, share) => sum + share, 0);
  const belief = Object.fromEntries(states.map((state, index) => [state, posterior[index]! / total]));

  const loudest = likelihoods.indexOf(Math.max(...likelihoods));
  const isSilent = lamps.every(({ level }) => level === null);
  const speaksFor = isSilent && before ? before.speaksFor : states[loudest]!;
  const speaksSincePtsMs = before?.speaksFor === speaksFor ? before.speaksSincePtsMs : ptsMs;
  const best = states.reduce((a, b) => ((belief[b] ?? 0) > (belief[a] ?? 0) ? b : a));
  const state: SignalState = (belief[best] ?? 0) >= REPORTED ? best : 'unknown';
  return {
    ptsMs,
    belief,
    speaksFor,
    speaksSincePtsMs,
    reading: nextReading(before, state, ptsMs, speaksSincePtsMs),
  };
};

/** The belief lags the lamps by a frame or two; a state that is now believed began when the lamps began to say so. */
const nextReading = (
  before: SignalFilterState | null,
  state: SignalState,
  ptsMs: PtsMs,
  speaksSincePtsMs: PtsMs,
): SignalReading => {
  if (!before) return { state, sincePtsMs: ptsMs, isStartSeen: false };
  if (before.reading.state === state) return before.reading;
  if (state === 'unknown') return { state, sincePtsMs: ptsMs, isStartSeen: true };
  // Out of a first `unknown` the start was not seen either.
  const isStartSeen = before.reading.state !== 'unknown' || before.reading.isStartSeen;
  return { state, sincePtsMs: Math.max(speaksSincePtsMs, lastOther(before, state)), isStartSeen };
};

const lastOther = ({ reading }: SignalFilterState, state: SignalState): PtsMs =>
  reading.state === 'unknown' || reading.state === state ? -Infinity : reading.sincePtsMs;

const predict = (
  belief: SignalFilterState['belief'],
  states: readonly HiddenState[],
  passedMs: number,
): readonly number[] => {
  const leave = 1 - Math.exp(-passedMs / MEAN_STATE_MS);
  const next = states.map(() => 0);
  for (const from of states) {
    const share = belief[from] ?? 0;
    const weights = states.map((to): number => (to === from ? 0 : USUAL[from].includes(to) ? 1 : UNUSUAL));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    states.forEach((to, index) => {
      const moved = sum > 0 ? (leave * weights[index]!) / sum : 0;
      next[index]! += share * (to === from ? 1 - leave : moved);
    });
  }
  return next;
};

const likelihood = (state: HiddenState, lamps: readonly LampObservation[]): number =>
  lamps.reduce((product, lamp) => {
    const lit = litProbability(lamp);
    if (lit === null) return product;
    const certain = Math.min(MOST_CERTAIN, Math.max(1 - MOST_CERTAIN, lit));
    return product * (lamp.colour === state ? certain : 1 - certain);
  }, 1);
