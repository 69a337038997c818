import type { Frame } from '../frame.ts';
import { type Box, boxArea, intersectionArea, type Point } from '../geometry.ts';
import { round4 } from '../rules/sightings.ts';
import type { PtsMs } from '../time.ts';
import { CellGrid } from './cell-grid.ts';
import type { StillThing } from './still-thing.ts';

/** Pictures closer together are passed over: this is about things that stand for a minute. */
const STEP_MS = 400;
/** Frame times are not exact; a step that is short by this much is whole. */
const STEP_SLACK_MS = 20;
/** What the zone looks like is learnt over this time before anything is held against it. */
const LEARN_MS = 10_000;
/** A cell that has looked the same for so long is still. */
const STILL_MS = 3_000;
/** Two colours that differ by less, in the channel that differs most (0–255), are the same: noise and compression. */
const SAME_LEVELS = 10;
/** Least difference from the usual look of the cell. Wet patches and soft shadows on tarmac stay below. */
const OTHER_LEVELS = 22;
/** Cells that tremble by themselves (leaves) are allowed so many times their own unrest, up to a limit. */
const NOISE_FACTOR = 4;
const MOST_NOISE = 6;
/** A thing that could not be seen for so long, because something stands before it, is given up. */
const HIDDEN_MS = 120_000;
/** A thing that stands for so long has become part of the place. */
const ABSORB_MS = 6 * 3_600_000;
/** How fast the usual look follows what is seen: light changes slowly; traffic, which differs much, hardly counts. */
const FOLLOW_LEVELS_PER_S = 0.5;
const FOLLOW_TRAFFIC_LEVELS_PER_S = 0.05;
/** When more of the zone than this looks other than usual, the light or the camera changed: it is learnt anew. */
const MOST_CHANGED = 0.85;
/** Share of the smaller of two areas that makes them the same thing. */
const SAME_SHARE = 0.5;

/** What is kept of every cell: three values each where it is a colour. */
type Cells = {
  readonly usual: Float32Array;
  /** The look that the cell keeps at present, and since when. */
  readonly level: Float32Array;
  readonly levelSince: Float64Array;
  /** Another look that the cell often has (leaves that sway), and the share of time that it had it lately. */
  readonly second: Float32Array;
  readonly secondShare: Float32Array;
  /** 1 where the look that the cell keeps at present was its second one when it took it on. */
  readonly isSecond: Uint8Array;
  /** Mean stray around the level. */
  readonly noise: Float32Array;
  /** The look of the thing that stands there, since when (NaN: none), and when it was last seen. */
  readonly thing: Float32Array;
  readonly thingSince: Float64Array;
  readonly thingSeen: Float64Array;
};

type Area = { readonly box: Box; readonly sincePtsMs: PtsMs; readonly difference: number };

/**
 * Watches one zone of a fixed camera for things that are put there and stay. Every cell of the zone has its usual look,
 * followed like a median so that traffic does not bend it, and compared after the light of the whole zone is taken out.
 * A cell that keeps another look for three seconds is part of a thing; neighbouring cells are one thing.
 */
export class ZoneWatch {
  readonly #corners: readonly Point[];
  #grid: CellGrid | null = null;
  #cells: Cells | null = null;
  #startPtsMs = 0;
  #lastPtsMs = -Infinity;
  #things: readonly StillThing[] = [];
  #nextId = 1;

  /** @param corners fractions of the frame */
  constructor(corners: readonly Point[]) {
    this.#corners = corners;
  }

  /** @param frame pixels are only read; @returns what stands there now, the same list until the next look */
  read(frame: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: PtsMs): readonly StillThing[] {
    const passedMs = ptsMs - this.#lastPtsMs;
    if (passedMs < STEP_MS - STEP_SLACK_MS) return this.#things;
    const grid = this.#grid?.fits(frame.letterbox) ? this.#grid : new CellGrid(this.#corners, frame.letterbox);
    const now = grid.colours(frame);
    if (grid !== this.#grid || !this.#cells) {
      this.#learnAnew(grid, now, ptsMs);
      return this.#things;
    }
    this.#lastPtsMs = ptsMs;
    const cells = this.#cells;
    brighten(cells, gainOf(grid, cells, now));
    const watchedMs = ptsMs - this.#startPtsMs;
    let [changed, whole] = [0, 0];
    for (let cell = 0; cell < grid.inside.length; cell++) {
      if (!grid.inside[cell]) continue;
      whole++;
      if (advance(cells, cell, { now, ptsMs, passedMs, watchedMs })) changed++;
    }
    if (changed > MOST_CHANGED * whole) this.#learnAnew(grid, now, ptsMs);
    else this.#things = this.#name(areasOf(grid, cells));
    return this.#things;
  }

  #learnAnew(grid: CellGrid, now: Float32Array, ptsMs: PtsMs): void {
    const count = grid.inside.length;
    this.#grid = grid;
    this.#cells = {
      usual: now.slice(),
      level: now.slice(),
      levelSince: new Float64Array(count).fill(ptsMs),
      second: now.slice(),
      secondShare: new Float32Array(count),
      isSecond: new Uint8Array(count),
      noise: new Float32Array(count),
      thing: new Float32Array(count * 3),
      thingSince: new Float64Array(count).fill(NaN),
      thingSeen: new Float64Array(count),
    };
    this.#startPtsMs = ptsMs;
    this.#lastPtsMs = ptsMs;
    this.#things = [];
  }

  /** A thing keeps its number and its beginning while it is where it was; each number goes to one area. */
  #name(areas: readonly Area[]): readonly StillThing[] {
    const free = [...this.#things];
    return areas.map(({ box, sincePtsMs, difference }): StillThing => {
      const at = free.findIndex((known) => isSamePlace(known.box, box));
      const [known] = at < 0 ? [] : free.splice(at, 1);
      return { id: known?.id ?? this.#nextId++, box, sincePtsMs: known?.sincePtsMs ?? sincePtsMs, difference };
    });
  }
}

const isSamePlace = (a: Box, b: Box): boolean =>
  intersectionArea(a, b) >= SAME_SHARE * Math.min(boxArea(a), boxArea(b));

/** Difference in the channel that differs most. */
const apart = (a: Float32Array, b: Float32Array, cell: number): number => {
  const at = cell * 3;
  return Math.max(Math.abs(a[at]! - b[at]!), Math.abs(a[at + 1]! - b[at + 1]!), Math.abs(a[at + 2]! - b[at + 2]!));
};

const sumAt = (colours: Float32Array, cell: number): number =>
  colours[cell * 3]! + colours[cell * 3 + 1]! + colours[cell * 3 + 2]!;

/** Cells darker than this, all channels together, say nothing of the light. */
const LEAST_SUM = 30;
/** So many cells are enough for a median. */
const GAIN_CELLS = 400;

/** By how much the zone as a whole is brighter than usual: the median over cells without a thing. */
const gainOf = (grid: CellGrid, { usual, thingSince }: Cells, now: Float32Array): number => {
  const step = Math.max(1, Math.floor(grid.inside.length / GAIN_CELLS));
  const ratios: number[] = [];
  for (let cell = 0; cell < grid.inside.length; cell += step) {
    if (!grid.inside[cell] || !Number.isNaN(thingSince[cell]!)) continue;
    const before = sumAt(usual, cell);
    if (before >= LEAST_SUM) ratios.push(sumAt(now, cell) / before);
  }
  if (ratios.length === 0) return 1;
  return Float64Array.from(ratios).sort()[ratios.length >> 1]!;
};

/** A smaller change of light is left to the slow following: the median trembles with the noise. */
const LEAST_GAIN = 0.01;

const brighten = ({ usual, level, second, thing }: Cells, gain: number): void => {
  if (Math.abs(gain - 1) < LEAST_GAIN) return;
  for (const colours of [usual, level, second, thing])
    for (let at = 0; at < colours.length; at++) colours[at] = Math.min(255, colours[at]! * gain);
};

type Look = {
  readonly now: Float32Array;
  readonly ptsMs: PtsMs;
  readonly passedMs: number;
  /** How long the zone has been watched. */
  readonly watchedMs: number;
};

/** A look is the cell's own second one from this share of the last minute on. */
const SECOND_SHARE = 0.1;
const SECOND_MS = 60_000;
const FOLLOW_SHARE = 0.2;
const NOISE_SHARE = 0.05;
const LEARN_LEVELS = 8;

/** One cell, one look later. @returns whether it keeps another look than usual */
const advance = (cells: Cells, cell: number, { now, ptsMs, passedMs, watchedMs }: Look): boolean => {
  const { usual, level, levelSince, noise, thing, thingSince, thingSeen } = cells;
  const stray = apart(now, level, cell);
  noise[cell]! += (Math.min(MOST_NOISE * 2, stray) - noise[cell]!) * NOISE_SHARE;
  const unrest = NOISE_FACTOR * Math.min(MOST_NOISE, noise[cell]!);
  const same = Math.max(SAME_LEVELS, unrest);
  if (stray <= same) move(level, now, cell, (difference) => difference * FOLLOW_SHARE);
  else {
    level.set(now.subarray(cell * 3, cell * 3 + 3), cell * 3);
    levelSince[cell] = ptsMs;
    const isKnown = cells.secondShare[cell]! >= SECOND_SHARE && apart(now, cells.second, cell) <= OTHER_LEVELS;
    cells.isSecond[cell] = isKnown ? 1 : 0;
  }
  if (Number.isNaN(thingSince[cell]!)) learnSecond(cells, cell, now, passedMs / Math.min(SECOND_MS, watchedMs));
  if (watchedMs < LEARN_MS) {
    move(usual, now, cell, (difference) => Math.min(LEARN_LEVELS, Math.max(-LEARN_LEVELS, difference)));
    return false;
  }
  const isStill = ptsMs - levelSince[cell]! >= STILL_MS;
  const other = Math.max(OTHER_LEVELS, unrest);
  const isOther = isStill && !cells.isSecond[cell] && apart(level, usual, cell) > other;
  if (isOther) {
    if (Number.isNaN(thingSince[cell]!)) thingSince[cell] = levelSince[cell]!;
    thing.set(level.subarray(cell * 3, cell * 3 + 3), cell * 3);
    thingSeen[cell] = ptsMs;
  } else if (isStill) thingSince[cell] = NaN;
  else if (!Number.isNaN(thingSince[cell]!) && apart(now, thing, cell) <= same) thingSeen[cell] = ptsMs;
  if (ptsMs - thingSeen[cell]! > HIDDEN_MS) thingSince[cell] = NaN;
  if (ptsMs - thingSince[cell]! > ABSORB_MS) {
    usual.set(level.subarray(cell * 3, cell * 3 + 3), cell * 3);
    thingSince[cell] = NaN;
  }
  if (Number.isNaN(thingSince[cell]!)) {
    const isTraffic = apart(now, usual, cell) > OTHER_LEVELS;
    const most = ((isTraffic ? FOLLOW_TRAFFIC_LEVELS_PER_S : FOLLOW_LEVELS_PER_S) * passedMs) / 1000;
    move(usual, now, cell, (difference) => Math.min(most, Math.max(-most, difference)));
  }
  return isOther;
};

/** The look, besides the usual one, that the cell has most often; one that comes once is soon forgotten. */
const learnSecond = (
  { usual, second, secondShare }: Cells,
  cell: number,
  now: Float32Array,
  passedMs: number,
): void => {
  const step = Math.min(1, passedMs / SECOND_MS);
  const isUsual = apart(now, usual, cell) <= OTHER_LEVELS;
  if (!isUsual && apart(now, second, cell) <= OTHER_LEVELS) {
    move(second, now, cell, (difference) => difference * FOLLOW_SHARE);
    secondShare[cell]! += (1 - secondShare[cell]!) * step;
    return;
  }
  secondShare[cell]! *= 1 - step;
  if (!isUsual && secondShare[cell]! < step) second.set(now.subarray(cell * 3, cell * 3 + 3), cell * 3);
};

const move = (from: Float32Array, to: Float32Array, cell: number, by: (difference: number) => number): void => {
  for (let at = cell * 3; at < cell * 3 + 3; at++) from[at]! += by(to[at]! - from[at]!);
};

/** Whether a cell and its neighbours to the right and below all have a thing: what is thinner is an edge that moved. */
const isBlock = (cell: number, columns: number, thingSince: Float64Array): boolean =>
  (cell % columns) + 1 < columns &&
  [cell, cell + 1, cell + columns, cell + columns + 1].every(
    (other) => other < thingSince.length && !Number.isNaN(thingSince[other]!),
  );

/** Neighbouring cells with a thing, corners included, are one; the largest first. */
const areasOf = (grid: CellGrid, { thing, usual, thingSince }: Cells): readonly Area[] => {
  const { columns, rows } = grid;
  const seen = new Uint8Array(columns * rows);
  const areas: (Area & { readonly cells: number })[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || Number.isNaN(thingSince[start]!)) continue;
    const members: number[] = [start];
    seen[start] = 1;
    for (let next = 0; next < members.length; next++) {
      const [column, row] = [members[next]! % columns, Math.floor(members[next]! / columns)];
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
          const other = y * columns + x;
          if (seen[other] || Number.isNaN(thingSince[other]!)) continue;
          seen[other] = 1;
          members.push(other);
        }
    }
    if (!members.some((cell) => isBlock(cell, columns, thingSince))) continue;
    const [xs, ys] = [members.map((cell) => cell % columns), members.map((cell) => Math.floor(cell / columns))];
    const box = grid.toBox([Math.min(...xs), Math.max(...xs)], [Math.min(...ys), Math.max(...ys)]);
    const since = members.map((cell) => thingSince[cell]!).sort((a, b) => a - b);
    const difference = members.reduce((sum, cell) => sum + apart(thing, usual, cell), 0) / members.length / 255;
    areas.push({
      cells: members.length,
      box: { x1: round4(box.x1), y1: round4(box.y1), x2: round4(box.x2), y2: round4(box.y2) },
      sincePtsMs: since[since.length >> 1]!,
      difference: round4(difference),
    });
  }
  return areas.sort((a, b) => b.cells - a.cells);
};
