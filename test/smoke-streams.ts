import type { Box } from '../pipeline/geometry.ts';
import type { Sighted } from '../pipeline/fire/confirmation.ts';
import { random } from './drawn-tracks.ts';

/**
 * A generated stream of one pose: boxes as a smoke detector gives them, one frame every 30 s. How they move and grow, and in
 * which frames they are missed, is drawn; scores are drawn too, or taken from a detector on real pictures (`SmokeScores`).
 */
export type SmokeStream = {
  readonly kind: 'plume' | 'cloud' | 'artefact' | 'specks';
  readonly truthFrame: number | null;
  readonly frames: readonly (readonly Sighted[])[];
};

/** Quantiles from least to most, evenly spaced. */
export type SmokeScores = {
  /** Of boxes on smoke. */
  readonly smoke: readonly number[];
  /** Of boxes on what is none, and of those that may be stray light. */
  readonly other: readonly number[];
  readonly glare: readonly number[];
  /** Share of the latter. */
  readonly glareShare: number;
};

export const STREAM_SIZE = { width: 1280, height: 720 };
const FRAMES = 40;

/** @param scores by default drawn */
export const smokeStreams = (seed: number, count: number, scores?: SmokeScores): readonly SmokeStream[] => {
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? plume(next, normal, scores?.smoke)
      : negative(next, normal, (['cloud', 'artefact', 'specks'] as const)[(index >> 1) % 3]!, scores),
  );
};

type Next = () => number;
const around = (x: number, foot: number, width: number, height: number): Box => ({
  x1: x - width / 2,
  y1: foot - height,
  x2: x + width / 2,
  y2: foot,
});
const bound = (score: number): number => Math.min(0.95, Math.max(0, score));
const specks = (next: Next): Sighted[] =>
  next() < 0.06
    ? [
        {
          box: around(1280 * next(), 300 + 400 * next(), 30 + 60 * next(), 20 + 40 * next()),
          score: 0.12 + 0.35 * next() ** 2,
        },
      ]
    : [];

/** Scores of one thing: somewhere among all that were seen, and near there from frame to frame. */
const scoresFrom = (quantiles: readonly number[], next: Next, normal: Next): (() => number) => {
  const home = next();
  let wander = 0;
  return () => {
    wander = 0.7 * wander + 0.12 * normal();
    const at = Math.min(1, Math.max(0, home + wander)) * (quantiles.length - 1);
    const low = Math.min(quantiles.length - 2, Math.floor(at));
    return quantiles[low]! + (at - low) * (quantiles[low + 1]! - quantiles[low]!);
  };
};

/** A plume over one foot that grows and rises; faint at first, then plain. */
const plume = (next: Next, normal: Next, real: readonly number[] | undefined): SmokeStream => {
  const truthFrame = 6 + Math.floor(8 * next());
  const [x, foot, strength, pace] = [100 + 1080 * next(), 320 + 250 * next(), 0.4 + 0.35 * next(), 0.08 + 0.1 * next()];
  const given = real && scoresFrom(real, next, normal);
  let wander = 0;
  const frames = Array.from({ length: FRAMES }, (_, index) => {
    const seen = specks(next);
    const age = index - truthFrame;
    if (age < 0) return seen;
    wander = 0.7 * wander + 0.08 * normal();
    const faint = 1 - 0.4 * Math.exp(-age / 3);
    const score = bound(given ? given() * faint : strength * faint + wander);
    const size = 22 * Math.exp(pace * Math.min(age, 14));
    const [w, h] = [size * (1 + 0.15 * normal()), 1.2 * size * (1 + 0.15 * normal())];
    if (score >= 0.1 && next() > 0.15)
      seen.push({ box: around(x + 0.08 * size * normal(), foot + 2 * normal(), w, h), score });
    return seen;
  });
  return { kind: 'plume', truthFrame, frames };
};

/** Cloud moves along the ridge; an artefact (antenna, chimney of stone, lens dirt) stays and neither grows nor rises. */
const negative = (
  next: Next,
  normal: Next,
  kind: 'cloud' | 'artefact' | 'specks',
  real: SmokeScores | undefined,
): SmokeStream => {
  const [x, foot, strength] = [200 + 880 * next(), 250 + 250 * next(), 0.14 + 0.16 * next()];
  const speed = (next() < 0.5 ? -1 : 1) * (12 + 40 * next());
  const size = 50 + 90 * next();
  const glare = real && next() < real.glareShare ? { glare: 1 } : {};
  const given = real && scoresFrom('glare' in glare ? real.glare : real.other, next, normal);
  let wander = 0;
  const frames = Array.from({ length: FRAMES }, (_, index) => {
    const seen = specks(next);
    if (kind === 'specks') return [...seen, ...specks(next)];
    wander = 0.7 * wander + 0.06 * normal();
    const score = bound(given ? given() : (kind === 'cloud' ? strength + 0.12 : strength) + wander);
    const shift = kind === 'cloud' ? speed * index : 0;
    const isThere = next() > (kind === 'cloud' ? 0.3 : 0.45);
    if (score >= 0.1 && isThere)
      seen.push({
        box: around(x + shift, foot + 3 * normal(), size * (1 + 0.1 * normal()), 0.5 * size),
        score,
        ...glare,
      });
    return seen;
  });
  return { kind, truthFrame: null, frames };
};
