import type { PtsMs } from '../time.ts';
import { cameTrue } from './instants.ts';

export type Sample = { readonly ptsMs: PtsMs; readonly count: number };
/** A look: who was counted, and the instants at which they came in since the look before, as far as their ways tell. */
export type Look = Sample & { readonly ids: readonly number[]; readonly cameAt: readonly PtsMs[] };

/** Keeps one sample older than the window: its count held until the first one inside. */
export const keepWindow = (samples: readonly Look[], windowMs: number): readonly Look[] => {
  const from = samples.at(-1)!.ptsMs - windowMs;
  const firstInside = samples.findIndex((sample) => sample.ptsMs > from);
  return samples.slice(Math.max(0, firstInside - 1));
};

/**
 * Median of a step function over time: every count weighs as long as it held, from half-way to the look before to
 * half-way to the next. Uneven frame rates do not bend it.
 */
export const timeMedian = (samples: readonly Sample[], fromPtsMs: PtsMs): number => {
  const newest = samples.at(-1)!;
  if (samples.length < 2) return newest.count;
  const edge = (index: number): PtsMs => (samples[index - 1]!.ptsMs + samples[index]!.ptsMs) / 2;
  const weighed = samples.map(({ count }, index) => {
    const from = index === 0 ? fromPtsMs : Math.max(fromPtsMs, edge(index));
    const to = index === samples.length - 1 ? newest.ptsMs : edge(index + 1);
    return { count, heldMs: Math.max(0, to - from) };
  });
  weighed.sort((a, b) => a.count - b.count);
  let rest = weighed.reduce((sum, { heldMs }) => sum + heldMs, 0) / 2;
  for (const { count, heldMs } of weighed) {
    rest -= heldMs;
    if (rest <= 0) return count;
  }
  return newest.count;
};

/**
 * When the count had been above the threshold for half of the window: people came in when their ways say, and where these
 * say nothing the count is taken to change evenly, so that the instant does not depend on how often a camera is looked at.
 */
export const reachedAt = (samples: readonly Look[], threshold: number, windowMs: number): PtsMs => {
  const [before, newest] = [samples.at(-2), samples.at(-1)!];
  const middle = cameTrue(before?.ptsMs, newest.ptsMs);
  if (!before || middle === newest.ptsMs) return middle;
  const least = Math.ceil(threshold) - 0.5;
  const isReached = (ptsMs: PtsMs): boolean => {
    const span = { fromPtsMs: ptsMs - windowMs, toPtsMs: ptsMs };
    return heldMs(samples, least, span) >= windowMs / 2;
  };
  const last = samples.findLastIndex(({ ptsMs }) => !isReached(ptsMs));
  if (last < 0) return middle;
  if (last === samples.length - 1) return newest.ptsMs;
  let [low, high] = [samples[last]!.ptsMs, samples[last + 1]!.ptsMs];
  for (let step = 0; step < 10; step++) {
    const between = (low + high) / 2;
    if (isReached(between)) high = between;
    else low = between;
  }
  return high;
};

/** For how long of a span the count was above a value; before the first look it was what that says. */
const heldMs = (
  samples: readonly Look[],
  least: number,
  { fromPtsMs, toPtsMs }: { readonly fromPtsMs: PtsMs; readonly toPtsMs: PtsMs },
): number => {
  const first = samples[0]!;
  let held = first.count >= least ? Math.max(0, Math.min(first.ptsMs, toPtsMs) - fromPtsMs) : 0;
  for (const [index, b] of samples.entries()) {
    const a = samples[index - 1];
    if (!a || b.ptsMs <= a.ptsMs || (a.count < least && b.count < least)) continue;
    const crossedPtsMs = passedAt(a, b, least);
    const start = a.count >= least ? a.ptsMs : crossedPtsMs;
    const end = b.count >= least ? b.ptsMs : crossedPtsMs;
    held += Math.max(0, Math.min(end, toPtsMs) - Math.max(start, fromPtsMs));
  }
  return held;
};

/** When the count passed a value between two looks. */
const passedAt = (a: Sample, b: Look, least: number): PtsMs => {
  const share = a.count === b.count ? 0 : (least - a.count) / (b.count - a.count);
  const came = b.cameAt.filter((ptsMs) => ptsMs < b.ptsMs).sort((one, other) => one - other);
  const known = a.count < b.count ? came[Math.min(came.length - 1, Math.floor(share * came.length))] : undefined;
  return Math.max(a.ptsMs, known ?? a.ptsMs + share * (b.ptsMs - a.ptsMs));
};
