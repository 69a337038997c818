import { groupOf } from '../class-groups.ts';
import { type Box, iou } from '../geometry.ts';
import { sitsOn } from './riders.ts';
import { type Histories, type TrackHistory } from './track-history.ts';

/** A rule's own state of every track. */
export type PerTrack<S> = ReadonlyMap<number, S>;

/** States moved to the tracks of this frame: along with a track that took over, gone with one that began afresh. */
export const carryOver = <S>(states: PerTrack<S>, histories: Histories): Map<number, S> => {
  const carried = new Map<number, S>();
  for (const [id, { origin }] of histories) {
    const state = origin === null ? undefined : states.get(origin);
    if (state !== undefined) carried.set(id, state);
  }
  return carried;
};

/** Two tracks of one kind that overlap this much are one thing that the detector boxed twice. */
const DUPLICATE_IOU = 0.6;

/** … and did so before, when both were seen: two that only pass each other overlap for an instant. */
const LATELY_MS = 1_000;
const LATELY_IOU = 0.3;

const isSameThing = (a: TrackHistory, b: TrackHistory): boolean => {
  if (a.ridesOn === b.trackId) return hasBeen(a, b, sitsOn);
  if (b.ridesOn === a.trackId) return hasBeen(b, a, sitsOn);
  return (
    groupOf(a.className) === groupOf(b.className) &&
    iou(a.path.at(-1)!.box, b.path.at(-1)!.box) >= DUPLICATE_IOU &&
    hasBeen(a, b, (one, other) => iou(one, other) >= LATELY_IOU)
  );
};

/** Whether it held at the earliest instant of the last second at which both were seen; one just born counts as it is. */
const hasBeen = (a: TrackHistory, b: TrackHistory, holds: (a: Box, b: Box) => boolean): boolean => {
  const from = a.path.at(-1)!.ptsMs - LATELY_MS;
  const seen = new Map(b.path.map(({ ptsMs, box }) => [ptsMs, box]));
  const first = a.path.find(({ ptsMs }) => ptsMs >= from && seen.has(ptsMs));
  return first === undefined || holds(first.box, seen.get(first.ptsMs)!);
};

/**
 * One act has one report: whoever is seen now together with a track that was reported, as its rider, its vehicle or its
 * second box, counts as reported too. Otherwise a motorcycle that is no longer found in the distance would be reported
 * again as the person who still is.
 */
export const shareReports = <S extends { readonly reported: boolean }>(
  states: Map<number, S>,
  histories: Histories,
): void => {
  if (!hasReport(states)) return;
  const seen = [...histories.values()].filter((history) => history.observed);
  for (const told of seen) {
    if (!states.get(told.trackId)?.reported) continue;
    for (const other of seen) {
      const state = states.get(other.trackId);
      if (state && !state.reported && isSameThing(told, other)) states.set(other.trackId, { ...state, reported: true });
    }
  }
};

const hasReport = (states: ReadonlyMap<number, { readonly reported: boolean }>): boolean => {
  for (const { reported } of states.values()) if (reported) return true;
  return false;
};
