import { type Box, boxHeight, boxWidth, centre, groundPoint, type Point, type Size } from '../geometry.ts';
import { alongLine, interpolate, signedDistance } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { type Line, toPixelPoint } from '../zone.ts';
import { boxAt } from './sightings.ts';
import type { TrackHistory } from './track-history.ts';

export type Direction = 'in' | 'out';
type Side = -1 | 0 | 1;
export type Crossing = { readonly ptsMs: PtsMs; readonly along: number; readonly box: Box };

export type Passage = {
  /** Side on which the anchor was last seen at all; 0 before it left the line. 1 is the right of a→b. */
  readonly sign: Side;
  /** Side on which it was last seen clear of the line by the margin; 0 while it never was. */
  readonly settled: Side;
  /** The last change of `sign`. */
  readonly crossing: Crossing | null;
  /** Farthest it got from the line since it was last counted, in box heights, up to where that makes no difference. */
  readonly reachHeights: number;
  readonly counted: Direction | null;
  /** A crossing that waits for its track to be confirmed. */
  readonly waiting: { readonly crossing: Crossing; readonly direction: Direction } | null;
  /** A crossing inside a long gap, until the way after it shows whether it is still the same thing. */
  readonly unproven: { readonly crossing: Crossing; readonly side: Side; readonly distance: number } | null;
};

export const FRESH_PASSAGE: Passage = {
  sign: 0,
  settled: 0,
  crossing: null,
  reachHeights: 0,
  counted: null,
  waiting: null,
  unproven: null,
};

/** How far beyond the line the anchor must get on both sides, in shares of the box's shorter side … */
const MARGIN_SHARE = 0.15;
/** … and at least this share of the picture's diagonal: 3 px at 640 × 480, which is how much small boxes tremble. */
const MARGIN_DIAGONAL = 0.004;
/** Way back over the line counts only after it was so far beyond it: shunting on the line is one passage. */
const RETURN_HEIGHTS = 1;
/** After being out of sight for longer, the tracker may have gone on with another thing. */
const MAX_UNSEEN_MS = 600;

/** Point of a box that must cross. */
export type Anchor = 'ground' | 'centre';

/**
 * Follows tracks over a directed line. The anchor's way between two observations is a swept segment, so that nothing is
 * too fast; a crossing holds once the anchor is clear of the line on the other side, and its instant is interpolated.
 * Standing on the line, flicker, a track born beyond it and passing beside its ends are no crossings [PEERS.md §3.15].
 */
export class LineCrossing {
  readonly #anchorKind: Anchor;
  readonly #a: Point;
  readonly #b: Point;
  readonly #leastMarginPx: number;

  constructor(line: Line, anchor: Anchor, frameSize: Size) {
    this.#anchorKind = anchor;
    this.#a = toPixelPoint(line.a, frameSize);
    this.#b = toPixelPoint(line.b, frameSize);
    this.#leastMarginPx = MARGIN_DIAGONAL * Math.hypot(frameSize.width, frameSize.height);
  }

  #anchor(box: Box): Point {
    return this.#anchorKind === 'centre' ? centre(box) : groundPoint(box);
  }

  /**
   * One more observation of a track; a crossing that now holds stands in `waiting` until somebody takes it.
   * @returns the same state where nothing has changed, as in most frames of most tracks
   */
  follow(history: TrackHistory, state: Passage): Passage {
    const { path } = history;
    const newest = path.at(-1)!;
    const distance = signedDistance(this.#anchor(newest.box), this.#a, this.#b);
    // On the line itself the anchor is still where it came from.
    const sign: Side = distance > 0 ? 1 : distance < 0 ? -1 : state.sign;
    const crossing = state.sign !== 0 && sign !== state.sign ? this.#crossing(history) : state.crossing;
    const shorter = Math.min(boxWidth(newest.box), boxHeight(newest.box));
    const marginPx = Math.max(this.#leastMarginPx, MARGIN_SHARE * shorter);
    const isClear = Math.abs(distance) > marginPx;
    const reached = Math.min(RETURN_HEIGHTS, Math.abs(distance) / Math.max(1, boxHeight(newest.box)));
    const reachHeights = sign === state.settled ? Math.max(state.reachHeights, reached) : state.reachHeights;
    const isAsBefore = sign === state.sign && reachHeights === state.reachHeights;
    const next: Passage = isAsBefore ? state : { ...state, sign, crossing, reachHeights };
    const proof = this.#proof(next, distance, marginPx);
    if (proof === 'pending') return next;
    if (proof === 'another') return { ...next, settled: state.unproven!.side, counted: null, unproven: null };
    if (!isClear || sign === state.settled) return next.unproven === null ? next : { ...next, unproven: null };
    if (newest.unseenMs > MAX_UNSEEN_MS && state.settled !== 0 && crossing)
      return { ...next, unproven: { crossing, side: sign, distance } };
    const settled = { ...next, settled: sign, unproven: null };
    const isPassage = state.settled !== 0 && crossing !== null && crossing.along >= 0 && crossing.along <= 1;
    if (!isPassage) return settled;
    const direction: Direction = sign === 1 ? 'in' : 'out';
    const isShunting = state.counted !== null && (direction === state.counted || state.reachHeights < RETURN_HEIGHTS);
    if (isShunting) return settled;
    return { ...settled, reachHeights: reached, counted: direction, waiting: { crossing, direction } };
  }

  /** Whether what came back on the other side goes on the same way (the crossing holds) or turns out to be another. */
  #proof({ unproven }: Passage, distance: number, marginPx: number): 'none' | 'pending' | 'same' | 'another' {
    if (!unproven) return 'none';
    const onwards = (distance - unproven.distance) * unproven.side;
    if (Math.abs(onwards) < marginPx) return 'pending';
    return onwards > 0 ? 'same' : 'another';
  }

  /** Where and when the way from the last observation to this one met the line. */
  #crossing({ path }: TrackHistory): Crossing | null {
    const before = path.at(-2);
    const newest = path.at(-1)!;
    if (!before) return null;
    const from = this.#anchor(before.box);
    const to = this.#anchor(newest.box);
    const fromDistance = signedDistance(from, this.#a, this.#b);
    const toDistance = signedDistance(to, this.#a, this.#b);
    const share = fromDistance === toDistance ? 1 : fromDistance / (fromDistance - toDistance);
    const ptsMs = before.ptsMs + share * (newest.ptsMs - before.ptsMs);
    return { ptsMs, along: alongLine(interpolate(from, to, share), this.#a, this.#b), box: boxAt(path, ptsMs) };
  }
}
