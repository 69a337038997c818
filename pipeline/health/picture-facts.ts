import type { Frame } from '../frame.ts';
import { correlation, edgesOf, greenOf, mean, shownOf, smallGrey } from './grey-picture.ts';

/** What a whole picture looks like, apart from what is in it: enough to tell a blind camera from a quiet street. */
export type PictureFacts = {
  /** Mean brightness, 0–1. */
  readonly brightness: number;
  /** Standard deviation of brightness over the picture, 0–1: a hand before the lens leaves next to none. */
  readonly contrast: number;
  /**
   * Root mean square step between neighbouring pixels, as a share of the contrast: falls when the picture is out of
   * focus. Squares, as a few clear edges must count for more than the noise that is everywhere.
   */
  readonly sharpness: number;
  /** Mean difference from the frame before, 0–1; null for the first. 0 is a picture that stands still to the last bit. */
  readonly change: number | null;
  /** How well its edges agree with those that the camera has shown so far, −1 to 1; null while that is being learnt. */
  readonly likeness: number | null;
};

/** Edges are learnt over this time before anything is held against them … */
const LEARN_MS = 10_000;
/** … and follow the light of the day so slowly afterwards, ms. */
const FOLLOW_MS = 1_200_000;
/** Rows between those that sharpness is read from. */
const ROW_STEP = 8;

/** Watches one camera's pictures. Reads pixels, keeps two small grey pictures. */
export class PictureWatch {
  #before: Float32Array | null = null;
  #edges: Float32Array | null = null;
  #startPtsMs: number | null = null;
  #lastPtsMs = 0;

  /** @param frame pixels are only read */
  read(frame: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: number): PictureFacts {
    const small = smallGrey(frame);
    const steps = stepsOf(frame);
    const brightness = mean(small);
    const contrast = Math.sqrt(small.reduce((sum, value) => sum + (value - brightness) ** 2, 0) / small.length);
    const before = this.#before;
    const change = before ? mean(small.map((value, index) => Math.abs(value - before[index]!))) : null;
    const edges = edgesOf(small);
    this.#startPtsMs ??= ptsMs;
    const learntMs = ptsMs - this.#startPtsMs;
    const likeness = this.#edges && learntMs >= LEARN_MS ? correlation(edges, this.#edges) : null;
    this.#learn(edges, ptsMs - this.#lastPtsMs, learntMs);
    this.#before = small;
    this.#lastPtsMs = ptsMs;
    return {
      brightness: round(brightness),
      contrast: round(contrast),
      sharpness: round(contrast > 0 ? steps / contrast : 0),
      // Not rounded: what is not exactly 0 moves.
      change,
      likeness: likeness === null ? null : round(likeness),
    };
  }

  #learn(edges: Float32Array, passedMs: number, learntMs: number): void {
    const known = this.#edges;
    if (!known) {
      this.#edges = edges;
      return;
    }
    const overMs = learntMs < LEARN_MS ? Math.max(learntMs, LEARN_MS / 4) : FOLLOW_MS;
    const share = Math.min(1, Math.max(0, passedMs) / overMs);
    this.#edges = known.map((value, index) => value + (edges[index]! - value) * share);
  }
}

/** Root mean square step between pixels side by side, 0–1. */
const stepsOf = (frame: Pick<Frame, 'pixels' | 'letterbox'>): number => {
  const { left, top, right, bottom } = shownOf(frame.letterbox);
  const at = greenOf(frame);
  let [steps, pairs] = [0, 0];
  for (let y = top; y < bottom; y += ROW_STEP)
    for (let x = left; x + 1 < right; x++) {
      steps += (at(x + 1, y) - at(x, y)) ** 2;
      pairs++;
    }
  return pairs > 0 ? Math.sqrt(steps / pairs) : 0;
};

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
