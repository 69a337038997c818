import type { SignalReading } from '../signals/signal.ts';
import type { PtsMs } from '../time.ts';

/** What one signal showed over the last seconds: crossings are judged a little after they happened. */
export type SignalTimeline = readonly { readonly ptsMs: PtsMs; readonly reading: SignalReading }[];

const KEPT_MS = 15_000;

export const extendTimeline = (
  timeline: SignalTimeline,
  ptsMs: PtsMs,
  reading: SignalReading | undefined,
): SignalTimeline => {
  const kept = timeline.filter((entry) => entry.ptsMs > ptsMs - KEPT_MS);
  return reading ? [...kept, { ptsMs, reading }] : kept;
};

/** Reading that held at an instant: the frames before and after it must agree, or it is null. */
export const readingAt = (timeline: SignalTimeline, ptsMs: PtsMs): SignalReading | null => {
  const before = timeline.findLast((entry) => entry.ptsMs <= ptsMs)?.reading;
  const after = timeline.find((entry) => entry.ptsMs >= ptsMs)?.reading;
  if (!before || !after || before.state !== after.state || before.sincePtsMs !== after.sincePtsMs) return null;
  return before;
};

/** Red that had lasted for `minRedMs` at an instant; null when it showed anything else, or it is not certain. */
export const redAt = (timeline: SignalTimeline, ptsMs: PtsMs, minRedMs: number): SignalReading | null => {
  const reading = readingAt(timeline, ptsMs);
  return reading?.state === 'red' && ptsMs - reading.sincePtsMs >= minRedMs ? reading : null;
};
