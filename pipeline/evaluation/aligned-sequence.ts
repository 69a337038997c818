import { iou } from '../geometry.ts';
import type { MotRow } from './mot-text.ts';

/** One frame of a sequence: which tracks are there, and how far each pair overlaps. */
export type AlignedFrame = {
  /** Dense numbers of the true tracks in this frame, 0 … `truthCount` − 1. */
  readonly truth: readonly number[];
  /** Dense numbers of the result's tracks. */
  readonly result: readonly number[];
  /** Intersection over union, row-major, truth × result. */
  readonly overlap: Float64Array;
};

/** Truth and result of one sequence side by side, the common ground of all measures. */
export type AlignedSequence = {
  readonly frames: readonly AlignedFrame[];
  /** Boxes of each true track over the sequence. */
  readonly truthBoxes: Int32Array;
  readonly resultBoxes: Int32Array;
  readonly truthTotal: number;
  readonly resultTotal: number;
};

type Side = { readonly byFrame: ReadonlyMap<number, readonly MotRow[]>; readonly numbers: ReadonlyMap<number, number> };

const toSide = (rows: readonly MotRow[]): Side => {
  const byFrame = new Map<number, MotRow[]>();
  const numbers = new Map<number, number>();
  for (const row of rows) {
    const frame = byFrame.get(row.frame);
    if (frame) frame.push(row);
    else byFrame.set(row.frame, [row]);
    if (!numbers.has(row.id)) numbers.set(row.id, numbers.size);
  }
  return { byFrame, numbers };
};

/**
 * Brings truth and result together frame by frame. Truth marked with score 0 is left out, as the MOT Challenge does: it
 * is neither missed nor found.
 * @param truth identities unique within a frame
 */
export const alignSequence = (truth: readonly MotRow[], result: readonly MotRow[]): AlignedSequence => {
  const scored = truth.filter(({ score }) => score !== 0);
  const [left, right] = [toSide(scored), toSide(result)];
  const truthBoxes = new Int32Array(left.numbers.size);
  const resultBoxes = new Int32Array(right.numbers.size);
  const order = [...new Set([...left.byFrame.keys(), ...right.byFrame.keys()])].sort((a, b) => a - b);
  const frames = order.map((frame): AlignedFrame => {
    const [truthRows, resultRows] = [left.byFrame.get(frame) ?? [], right.byFrame.get(frame) ?? []];
    const truthNumbers = truthRows.map(({ id }) => left.numbers.get(id)!);
    const resultNumbers = resultRows.map(({ id }) => right.numbers.get(id)!);
    for (const number of truthNumbers) truthBoxes[number]!++;
    for (const number of resultNumbers) resultBoxes[number]!++;
    const overlap = new Float64Array(truthRows.length * resultRows.length);
    truthRows.forEach((row, i) =>
      resultRows.forEach((other, j) => (overlap[i * resultRows.length + j] = iou(row.box, other.box))),
    );
    return { truth: truthNumbers, result: resultNumbers, overlap };
  });
  return { frames, truthBoxes, resultBoxes, truthTotal: scored.length, resultTotal: result.length };
};
