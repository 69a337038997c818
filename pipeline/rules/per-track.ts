import { groupOf } from '../class-groups.ts';
import { iou } from '../geometry.ts';
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

const isSameThing = (a: TrackHistory, b: TrackHistory): boolean =>
  a.ridesOn === b.trackId ||
  b.ridesOn === a.trackId ||
  (groupOf(a.className) === groupOf(b.className) && iou(a.path.at(-1)!.box, b.path.at(-1)!.box) >= DUPLICATE_IOU);

/**
 * One act has one report: whoever is seen now together with a track that was reported, as its rider, its vehicle or its
 * second box, counts as reported too. Otherwise a motorcycle that is no longer found in the distance would be reported
 * again as the person who still is.
 */
export const shareReports = <S extends { readonly reported: boolean }>(
  states: Map<number, S>,
  histories: Histories,
): void => {
  const seen = [...histories.values()].filter((history) => history.observed);
  for (const told of seen) {
    if (!states.get(told.trackId)?.reported) continue;
    for (const other of seen) {
      const state = states.get(other.trackId);
      if (state && !state.reported && isSameThing(told, other)) states.set(other.trackId, { ...state, reported: true });
    }
  }
};
