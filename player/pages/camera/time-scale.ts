import { toDay, toInstant } from '../../site-time.ts';

/** A case is looked at from a moment before its trigger. */
export const CASE_LEAD_MS = 3_000;

/** The part of time that is on the screen, epoch ms. */
export type Window = { readonly from: number; readonly to: number };

const MINUTE_MS = 60_000;
/** How much time the bar can show. */
export const SPANS_MS = [10 * MINUTE_MS, 60 * MINUTE_MS, 6 * 60 * MINUTE_MS, 24 * 60 * MINUTE_MS] as const;
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720] as const;
const MOST_TICKS = 7;
/** A time that begins so near to the end would not be read whole. */
const EDGE_SHARE = 0.05;

/** Where an instant lies in a window: 0 at its begin, 1 at its end. */
export const shareOf = ({ from, to }: Window, at: number): number => (at - from) / (to - from);
export const instantAt = ({ from, to }: Window, share: number): number => from + share * (to - from);

/** A window of the wanted length that holds an instant in its middle, and nothing later than `latest`. */
export const windowAround = (at: number, spanMs: number, latest: number): Window => {
  const to = Math.min(at + spanMs / 2, latest);
  return { from: to - spanMs, to };
};

/** Round local times to write under the bar; as many as can be read. */
export const ticksOf = (window: Window, timeZone: string): number[] => {
  const spanMin = (window.to - window.from) / MINUTE_MS;
  const stepMs = (STEPS_MIN.find((step) => spanMin / step <= MOST_TICKS) ?? 720) * MINUTE_MS;
  const midnight = toInstant(toDay(window.from, timeZone), timeZone) ?? 0;
  const ticks: number[] = [];
  for (
    let at = midnight + Math.ceil((window.from - midnight) / stepMs) * stepMs;
    at < window.to - EDGE_SHARE * (window.to - window.from);
    at += stepMs
  )
    ticks.push(at);
  return ticks;
};

/** Things that lie closer together than can be told apart on the bar stand as one. */
export const clustersOf = <Item extends { readonly triggerAt: number }>(
  items: readonly Item[],
  window: Window,
  leastShare: number,
): Item[][] => {
  const clusters: Item[][] = [];
  for (const item of [...items].sort((a, b) => a.triggerAt - b.triggerAt)) {
    const first = clusters.at(-1)?.[0];
    if (first && item.triggerAt - first.triggerAt < leastShare * (window.to - window.from)) clusters.at(-1)!.push(item);
    else clusters.push([item]);
  }
  return clusters;
};

/** So much of the end of a recording is worth looking at. */
const LAST_MS = 1_000;

type Stretch = { readonly fromAt: number; readonly toAt: number };

/** The stretch that is seen at an instant: short ones are drawn as long as `leastMs`, or nobody would see them. */
export const drawnAt = <Item extends Stretch>(stretches: readonly Item[], at: number, leastMs: number): Item | null =>
  stretches.find(({ fromAt, toAt }) => at >= fromAt && at < toAt) ??
  stretches.find(({ fromAt }) => at >= fromAt && at < fromAt + leastMs) ??
  null;

/**
 * The recorded instant that comes closest to a wanted one: itself, else the begin of the next stretch, else the end of
 * the last. Null when nothing is recorded at all.
 */
export const nearestRecorded = (stretches: readonly Stretch[], at: number): number | null => {
  if (stretches.some(({ fromAt, toAt }) => at >= fromAt && at < toAt)) return at;
  const next = stretches.find(({ fromAt }) => fromAt > at);
  if (next) return next.fromAt;
  const last = stretches.at(-1);
  return last ? Math.max(last.fromAt, last.toAt - LAST_MS) : null;
};
