import type { PtsMs } from '../time.ts';
import { correlation, edgesOf, GREY_HEIGHT, GREY_WIDTH } from './grey-picture.ts';

/** Pictures are compared so often, and with the one of so long before (ms). */
const EVERY_MS = 300;
const LAG_MS = 1_000;
/** After the last movement the view counts as moving for so long. */
const HOLD_MS = 1_000;
/** Furthest shifts looked for, in small pixels: a sixth of the picture in a second. Faster ones are a blur anyway. */
const MOST_X = 8;
const MOST_Y = 4;
/** From this likeness on the picture stands where it stood. */
const STILL = 0.6;
/** A shifted picture must agree by this much, and by so much more than an unshifted one [measured: docs/rules.md]. */
const LEAST_LIKENESS = 0.6;
const LEAST_GAIN = 0.1;

type Look = { readonly ptsMs: PtsMs; readonly edges: Float32Array };

/**
 * Tells whether the camera itself turns, sways or is carried: the edges of the whole picture agree with those of a second
 * ago when shifted, and clearly less when not. Traffic does not do that: it leaves the street where it was, or, where it
 * fills the picture, no shift at which all agrees.
 */
export class ViewWatch {
  #looks: readonly Look[] = [];
  #movedPtsMs: PtsMs | null = null;

  isDue(ptsMs: PtsMs): boolean {
    const last = this.#looks.at(-1);
    return last === undefined || ptsMs - last.ptsMs >= EVERY_MS;
  }

  /** @param small of the frame, see `smallGrey` */
  look(small: Float32Array, ptsMs: PtsMs): void {
    const edges = edgesOf(small);
    const reference = this.#looks.findLast((look) => ptsMs - look.ptsMs >= LAG_MS);
    if (reference && isShifted(reference.edges, edges)) this.#movedPtsMs = ptsMs;
    this.#looks = [...this.#looks.filter((look) => ptsMs - look.ptsMs < LAG_MS + EVERY_MS), { ptsMs, edges }];
  }

  isMoving(ptsMs: PtsMs): boolean {
    return this.#movedPtsMs !== null && ptsMs - this.#movedPtsMs <= HOLD_MS;
  }
}

const isShifted = (before: Float32Array, after: Float32Array): boolean => {
  const unshifted = correlation(before, after);
  if (unshifted >= STILL) return false;
  const wanted = Math.max(LEAST_LIKENESS, unshifted + LEAST_GAIN);
  for (let dy = -MOST_Y; dy <= MOST_Y; dy++)
    for (let dx = -MOST_X; dx <= MOST_X; dx++)
      if ((dx !== 0 || dy !== 0) && shiftedLikeness(before, after, dx, dy) >= wanted) return true;
  return false;
};

/** Correlation of what two pictures have in common when the later one is moved back by (dx, dy). */
const shiftedLikeness = (before: Float32Array, after: Float32Array, dx: number, dy: number): number => {
  const [fromX, toX] = [Math.max(0, -dx), Math.min(GREY_WIDTH, GREY_WIDTH - dx)];
  const [fromY, toY] = [Math.max(0, -dy), Math.min(GREY_HEIGHT, GREY_HEIGHT - dy)];
  let [sumA, sumB, squaresA, squaresB, both] = [0, 0, 0, 0, 0];
  for (let y = fromY; y < toY; y++) {
    const rowA = y * GREY_WIDTH;
    const rowB = (y + dy) * GREY_WIDTH + dx;
    for (let x = fromX; x < toX; x++) {
      const a = before[rowA + x]!;
      const b = after[rowB + x]!;
      sumA += a;
      sumB += b;
      squaresA += a * a;
      squaresB += b * b;
      both += a * b;
    }
  }
  const count = (toX - fromX) * (toY - fromY);
  const spread = (squaresA - (sumA * sumA) / count) * (squaresB - (sumB * sumB) / count);
  return spread > 0 ? (both - (sumA * sumB) / count) / Math.sqrt(spread) : 0;
};
