import { boxArea, iou, type Size } from '../geometry.ts';
import type { Sighted } from './confirmation.ts';

/** Index of the frame in which a rule confirms, null if never. `frames` are those of one pose, in order. */
export type SequenceRule = (frames: readonly (readonly Sighted[])[], size: Size) => number | null;

/** Seen in five frames in a row: score ≥ 0.3, IoU ≥ 0.1 to the frame before, at most 5 % of the picture [DOMAIN.md §4.1]. */
export const fiveInARow: SequenceRule = (frames, { width, height }) => {
  let chains: { readonly last: Sighted; readonly length: number }[] = [];
  for (const [index, seen] of frames.entries()) {
    const meant = seen.filter(({ score, box }) => score >= 0.3 && boxArea(box) <= 0.05 * width * height);
    chains = meant.map((last) => {
      const before = chains.filter((chain) => iou(chain.last.box, last.box) >= 0.1);
      return { last, length: 1 + Math.max(0, ...before.map((chain) => chain.length)) };
    });
    if (chains.some(({ length }) => length >= 5)) return index;
  }
  return null;
};

/** Mean score of what overlaps over the last eight frames above 0.15, seen in at least four of them [DOMAIN.md §4.1]. */
export const eightFrameMean: SequenceRule = (frames) => {
  const window = 8;
  for (let index = 0; index < frames.length; index++) {
    const past = frames.slice(Math.max(0, index - window + 1), index + 1);
    for (const { box } of past.flat()) {
      const best = past.map((seen) =>
        Math.max(0, ...seen.filter((one) => iou(one.box, box) > 0).map(({ score }) => score)),
      );
      const sum = best.reduce((a, b) => a + b, 0);
      if (best.filter((score) => score > 0).length >= window / 2 && sum / window > 0.15) return index;
    }
  }
  return null;
};
