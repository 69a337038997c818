import { type Box, type Size, toFractions } from '../geometry.ts';
import type { Sighting, Subject } from '../event.ts';
import type { PtsMs } from '../time.ts';
import type { Observation, TrackHistory } from './track-history.ts';

/** Four decimals: a tenth of a pixel at 1,000 px, and short, stable lines. */
export const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;
export const round2 = (value: number): number => Math.round(value * 100) / 100;

/** Box of a track at a media time, between the two observations around it; the nearest one outside the path. */
export const boxAt = (path: readonly Observation[], ptsMs: PtsMs): Box => {
  const after = path.findIndex((observation) => observation.ptsMs >= ptsMs);
  if (after === -1) return path.at(-1)!.box;
  const b = path[after]!;
  const a = path[after - 1];
  if (!a || b.ptsMs === ptsMs) return b.box;
  const share = (ptsMs - a.ptsMs) / (b.ptsMs - a.ptsMs);
  const mix = (from: number, to: number): number => from + (to - from) * share;
  return {
    x1: mix(a.box.x1, b.box.x1),
    y1: mix(a.box.y1, b.box.y1),
    x2: mix(a.box.x2, b.box.x2),
    y2: mix(a.box.y2, b.box.y2),
  };
};

/** @param box in source pixels */
export const toSighting = (ptsMs: PtsMs, box: Box, frameSize: Size): Sighting => {
  const { x1, y1, x2, y2 } = toFractions(box, frameSize);
  return { ptsMs: Math.round(ptsMs), box: { x1: round4(x1), y1: round4(y1), x2: round4(x2), y2: round4(y2) } };
};

/** A track as subject of a match, with its place at each of the given instants that its history reaches. */
export const toSubject = (
  history: TrackHistory,
  role: Subject['role'],
  instants: readonly PtsMs[],
  frameSize: Size,
): Subject => {
  const { path, trackId, className } = history;
  const first = path[0]!.ptsMs;
  const last = path.at(-1)!.ptsMs;
  const times = [...new Set(instants.map((instant) => Math.min(Math.max(instant, first), last)))].sort((a, b) => a - b);
  return {
    trackId,
    className,
    role,
    score: round4(path.at(-1)!.score),
    sightings: times.map((time) => toSighting(time, boxAt(path, time), frameSize)),
  };
};
