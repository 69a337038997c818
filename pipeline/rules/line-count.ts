import type { RuleMatch } from '../event.ts';
import { type Box, boxHeight, boxWidth, centre, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { alongLine, interpolate, signedDistance } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { type Line, toPixelPoint } from '../zone.ts';
import { carryOver, type PerTrack } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { LineCountConfig } from './rule-config.ts';
import { boxAt, round2, toSighting } from './sightings.ts';
import { isRider, type Scene, type TrackHistory } from './track-history.ts';

type Direction = 'in' | 'out';
type Side = -1 | 0 | 1;
type Crossing = { readonly ptsMs: PtsMs; readonly along: number; readonly box: Box };

type Passage = {
  /** Side on which the anchor was last seen at all; 0 before it left the line. 1 is the right of a→b. */
  readonly sign: Side;
  /** Side on which it was last seen clear of the line by the margin; 0 while it never was. */
  readonly settled: Side;
  /** The last change of `sign`. */
  readonly crossing: Crossing | null;
  /** Farthest it got from the line since it was last counted, in box heights. */
  readonly reachHeights: number;
  readonly counted: Direction | null;
  /** A crossing that waits for its track to be confirmed. */
  readonly waiting: { readonly crossing: Crossing; readonly direction: Direction } | null;
  /** A crossing inside a long gap, until the way after it shows whether it is still the same thing. */
  readonly unproven: { readonly crossing: Crossing; readonly side: Side; readonly distance: number } | null;
};
export type LineCountState = PerTrack<Passage>;

const FRESH: Passage = {
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
const KEY_MS = 500;

/**
 * Things that cross a directed line. The anchor's way between two observations is a swept segment, so that nothing is
 * too fast; a crossing counts once the anchor is clear of the line on the other side, and its instant is interpolated.
 * Standing on the line, flicker, a track born beyond it and passing beside its ends are not counted [PEERS.md §3.15].
 */
export class LineCountRule implements Rule<LineCountState> {
  readonly id: string;
  readonly #config: LineCountConfig;
  readonly #frameSize: Size;
  readonly #a: Point;
  readonly #b: Point;
  readonly #geometryHash: string;
  readonly #leastMarginPx: number;

  constructor(config: LineCountConfig, line: Line, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#a = toPixelPoint(line.a, frameSize);
    this.#b = toPixelPoint(line.b, frameSize);
    this.#geometryHash = geometryHash({ a: line.a, b: line.b, anchor: config.anchor });
    this.#leastMarginPx = MARGIN_DIAGONAL * Math.hypot(frameSize.width, frameSize.height);
  }

  init(): LineCountState {
    return new Map();
  }

  step(state: LineCountState, { histories }: Scene): { state: LineCountState; matches: readonly RuleMatch[] } {
    const { classes, directions } = this.#config;
    const states = carryOver(state, histories);
    const matches: RuleMatch[] = [];
    for (const [id, history] of histories) {
      if (!history.observed) continue;
      const passage = this.#follow(history, states.get(id) ?? FRESH);
      const { waiting } = passage;
      const ready = waiting !== null && history.confirmed;
      states.set(id, ready ? { ...passage, waiting: null } : passage);
      const isWanted = classes.includes(history.className) && !isRider(history);
      if (ready && isWanted && directions.includes(waiting.direction))
        matches.push(this.#match(history, waiting.crossing, waiting.direction));
    }
    return { state: states, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #anchor(box: Box): Point {
    return this.#config.anchor === 'centre' ? centre(box) : groundPoint(box);
  }

  #follow(history: TrackHistory, state: Passage): Passage {
    const { path } = history;
    const newest = path.at(-1)!;
    const distance = signedDistance(this.#anchor(newest.box), this.#a, this.#b);
    // On the line itself the anchor is still where it came from.
    const sign: Side = distance > 0 ? 1 : distance < 0 ? -1 : state.sign;
    const crossing = state.sign !== 0 && sign !== state.sign ? this.#crossing(history) : state.crossing;
    const shorter = Math.min(boxWidth(newest.box), boxHeight(newest.box));
    const marginPx = Math.max(this.#leastMarginPx, MARGIN_SHARE * shorter);
    const isClear = Math.abs(distance) > marginPx;
    const reached = Math.abs(distance) / Math.max(1, boxHeight(newest.box));
    const next: Passage = {
      ...state,
      sign,
      crossing,
      reachHeights: sign === state.settled ? Math.max(state.reachHeights, reached) : state.reachHeights,
    };
    const proof = this.#proof(next, distance, marginPx);
    if (proof === 'pending') return next;
    if (proof === 'another') return { ...next, settled: state.unproven!.side, counted: null, unproven: null };
    if (!isClear || sign === state.settled) return { ...next, unproven: null };
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

  #match(history: TrackHistory, crossing: Crossing, direction: Direction): RuleMatch {
    const at = Math.round(crossing.ptsMs);
    const { path, trackId, className } = history;
    const first = path[0]!;
    const sightings = [toSighting(at, crossing.box, this.#frameSize)];
    const beforePtsMs = Math.round(Math.max(first.ptsMs, at - KEY_MS));
    if (beforePtsMs < at) sightings.unshift(toSighting(beforePtsMs, boxAt(path, beforePtsMs), this.#frameSize));
    const newest = path.at(-1)!;
    const afterPtsMs = Math.round(Math.min(newest.ptsMs, at + KEY_MS));
    if (afterPtsMs > at) sightings.push(toSighting(afterPtsMs, boxAt(path, afterPtsMs), this.#frameSize));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'line_count',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [{ name: 'crossingPosition', value: round2(crossing.along * 100), unit: '%' }],
        facts: { line: this.#config.line, direction, class: className },
      },
      startPtsMs: at,
      triggerPtsMs: at,
      endPtsMs: at,
      keyPtsMs: { before: Math.min(beforePtsMs, at), at, after: Math.max(afterPtsMs, at) },
      subjects: [{ trackId, className, role: 'vehicle', score: Math.round(newest.score * 10_000) / 10_000, sightings }],
    };
  }
}
