import { wilson } from '../../pipeline/evaluation/wilson.ts';

/** A decided case: what the rule measured, and whether a person found it right. */
export type Judged = { readonly value: number; readonly isRight: boolean };

/** Whether the rule takes cases above its threshold or below. */
export type Side = 'above' | 'below';

export type Bin = { readonly from: number; readonly to: number; readonly right: number; readonly decided: number };

export type Proposal = {
  readonly threshold: number;
  /** Of the cases that would remain, the share that is right, with its 95 % interval; on cases not used to choose. */
  readonly precision: number;
  readonly interval: readonly [number, number];
  /** Shares of the right and of the wrong cases that would remain; on cases not used to choose. */
  readonly keptRight: number;
  readonly keptWrong: number;
};

export type Refusal = 'few-verdicts' | 'few-rejected' | 'few-right' | 'no-gain';

export type Reliability = {
  readonly decided: number;
  readonly right: number;
  /** Share of right cases by the size of the measure, in parts with about as many cases each. */
  readonly bins: readonly Bin[];
  readonly proposal: Proposal | null;
  readonly refusal: Refusal | null;
};

/** Below these, any threshold would fit the chance of a few cases. */
const LEAST_DECIDED = 40;
const LEAST_EACH = 8;
/** A proposal may lose so many of the right cases, no more: they are the point of the rule. */
const KEEP_RIGHT = 0.95;
const FOLDS = 5;
const BINS = 5;

/**
 * Whether a measure tells right cases from wrong ones, and a stricter threshold that would drop wrong ones. It is
 * chosen to keep 95 % of the right cases; what is promised of it is measured on cases that had no part in choosing
 * (five-fold cross-validation), because the cases it was chosen on flatter it. Proposed only when even the lower end of
 * the promised precision is above the precision now.
 */
export const judgeMeasure = (cases: readonly Judged[], side: Side): Reliability => {
  const right = cases.filter(({ isRight }) => isRight).length;
  const decided = cases.length;
  const sorted = cases.toSorted((a, b) => a.value - b.value || Number(a.isRight) - Number(b.isRight));
  const common = { decided, right, bins: binsOf(sorted) };
  const refuse = (refusal: Refusal): Reliability => ({ ...common, proposal: null, refusal });
  if (decided < LEAST_DECIDED) return refuse('few-verdicts');
  if (decided - right < LEAST_EACH) return refuse('few-rejected');
  if (right < LEAST_EACH) return refuse('few-right');

  // By order of value, so that every fold holds small and large ones alike.
  const held = Array.from({ length: FOLDS }, (_, fold) => {
    const isTest = (_one: Judged, index: number): boolean => index % FOLDS === fold;
    const threshold = choose(
      sorted.filter((one, index) => !isTest(one, index)),
      side,
    );
    return sorted.filter((one, index) => isTest(one, index) && passes(one.value, threshold, side));
  }).flat();
  const keptRight = held.filter(({ isRight }) => isRight).length;
  const interval = wilson(keptRight, held.length);
  if (!interval || interval.low <= right / decided) return refuse('no-gain');
  const proposal: Proposal = {
    threshold: choose(sorted, side),
    precision: interval.share,
    interval: [interval.low, interval.high],
    keptRight: keptRight / right,
    keptWrong: (held.length - keptRight) / (decided - right),
  };
  return { ...common, proposal, refusal: null };
};

const passes = (value: number, threshold: number, side: Side): boolean =>
  side === 'above' ? value >= threshold : value <= threshold;

/** The strictest threshold, in three digits, that keeps 95 % of the right cases. */
const choose = (cases: readonly Judged[], side: Side): number => {
  const values = cases.filter(({ isRight }) => isRight).map(({ value }) => value);
  const strictestFirst = values.toSorted((a, b) => (side === 'above' ? b - a : a - b));
  const last = strictestFirst[Math.ceil(KEEP_RIGHT * strictestFirst.length) - 1]!;
  return threeDigits(last, side);
};

/** Rounded to the side that lets more pass. */
const threeDigits = (value: number, side: Side): number => {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  const steps = value / unit;
  // A value with three digits stays as it is, whatever its last bit says.
  const whole = Math.abs(steps - Math.round(steps)) < 1e-6 ? Math.round(steps) : null;
  return Number(((whole ?? (side === 'above' ? Math.floor(steps) : Math.ceil(steps))) * unit).toPrecision(3));
};

const binsOf = (sorted: readonly Judged[]): readonly Bin[] => {
  const count = Math.min(BINS, sorted.length);
  return Array.from({ length: count }, (_, index) => {
    const part = sorted.slice(
      Math.round((index * sorted.length) / count),
      Math.round(((index + 1) * sorted.length) / count),
    );
    const right = part.filter(({ isRight }) => isRight).length;
    return { from: part[0]!.value, to: part.at(-1)!.value, right, decided: part.length };
  });
};
