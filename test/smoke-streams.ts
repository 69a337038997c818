import type { Box } from '../pipeline/geometry.ts';
import type { Sighted } from '../pipeline/fire/confirmation.ts';
import { random } from './drawn-tracks.ts';

/**
 * A generated stream of one pose: boxes as a smoke detector gives them, one frame every 30 s. Distributions are drawn to
 * resemble a small detector's (frames missed in runs, scores that wander slowly), not taken from one.
 */
export type SmokeStream = {
  readonly kind: 'plume' | 'cloud' | 'artefact' | 'specks';
  readonly truthFrame: number | null;
  readonly frames: readonly (readonly Sighted[])[];
};

export const STREAM_SIZE = { width: 1280, height: 720 };
const FRAMES = 40;

export const smokeStreams = (seed: number, count: number): readonly SmokeStream[] => {
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? plume(next, normal)
      : negative(next, normal, (['cloud', 'artefact', 'specks'] as const)[(index >> 1) % 3]!),
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

/** A plume over one foot that grows and rises; faint at first, then plain. */
const plume = (next: Next, normal: Next): SmokeStream => {
  const truthFrame = 6 + Math.floor(8 * next());
  const [x, foot, strength, pace] = [100 + 1080 * next(), 320 + 250 * next(), 0.4 + 0.35 * next(), 0.08 + 0.1 * next()];
  let wander = 0;
  const frames = Array.from({ length: FRAMES }, (_, index) => {
    const seen = specks(next);
    const age = index - truthFrame;
    if (age < 0) return seen;
    wander = 0.7 * wander + 0.08 * normal();
    const score = bound(strength * (1 - 0.4 * Math.exp(-age / 3)) + wander);
    const size = 22 * Math.exp(pace * Math.min(age, 14));
    const [w, h] = [size * (1 + 0.15 * normal()), 1.2 * size * (1 + 0.15 * normal())];
    if (score >= 0.1 && next() > 0.15)
      seen.push({ box: around(x + 0.08 * size * normal(), foot + 2 * normal(), w, h), score });
    return seen;
  });
  return { kind: 'plume', truthFrame, frames };
};

/** Cloud moves along the ridge; an artefact (antenna, chimney of stone, lens dirt) stays and neither grows nor rises. */
const negative = (next: Next, normal: Next, kind: 'cloud' | 'artefact' | 'specks'): SmokeStream => {
  const [x, foot, strength] = [200 + 880 * next(), 250 + 250 * next(), 0.14 + 0.16 * next()];
  const speed = (next() < 0.5 ? -1 : 1) * (12 + 40 * next());
  const size = 50 + 90 * next();
  let wander = 0;
  const frames = Array.from({ length: FRAMES }, (_, index) => {
    const seen = specks(next);
    if (kind === 'specks') return [...seen, ...specks(next)];
    wander = 0.7 * wander + 0.06 * normal();
    const score = bound((kind === 'cloud' ? strength + 0.12 : strength) + wander);
    const shift = kind === 'cloud' ? speed * index : 0;
    const isThere = next() > (kind === 'cloud' ? 0.3 : 0.45);
    if (score >= 0.1 && isThere)
      seen.push({ box: around(x + shift, foot + 3 * normal(), size * (1 + 0.1 * normal()), 0.5 * size), score });
    return seen;
  });
  return { kind, truthFrame: null, frames };
};
