import type { Frame } from '../frame.ts';
import { toTarget } from '../letterbox.ts';

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

/** The small grey picture on which all is measured. */
const WIDTH = 48;
const HEIGHT = 27;
/** Edges are learnt over this time before anything is held against them … */
const LEARN_MS = 10_000;
/** … and follow the light of the day so slowly afterwards, ms. */
const FOLLOW_MS = 1_200_000;
/** Rows between those that sharpness is read from. */
const ROW_STEP = 8;

type Grey = { readonly small: Float32Array; readonly steps: number };

/** Watches one camera's pictures. Reads pixels, keeps two small grey pictures. */
export class PictureWatch {
  #before: Float32Array | null = null;
  #edges: Float32Array | null = null;
  #startPtsMs: number | null = null;
  #lastPtsMs = 0;

  /** @param frame pixels are only read */
  read(frame: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: number): PictureFacts {
    const { small, steps } = toGrey(frame);
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

/** Brightness of a point: green alone is near enough and a third of the work. */
const toGrey = ({ pixels, letterbox }: Pick<Frame, 'pixels' | 'letterbox'>): Grey => {
  const { target } = letterbox;
  const shown = toTarget(letterbox.crop, letterbox);
  const [left, top] = [Math.max(0, Math.ceil(shown.x1)), Math.max(0, Math.ceil(shown.y1))];
  const [right, bottom] = [Math.min(target.width, Math.floor(shown.x2)), Math.min(target.height, Math.floor(shown.y2))];
  const at = (x: number, y: number): number => pixels[(y * target.width + x) * 3 + 1]! / 255;
  const small = new Float32Array(WIDTH * HEIGHT);
  for (let row = 0; row < HEIGHT; row++) {
    const [y1, y2] = [row, row + 1].map((edge) => top + Math.floor(((bottom - top) * edge) / HEIGHT)) as [
      number,
      number,
    ];
    for (let column = 0; column < WIDTH; column++) {
      const [x1, x2] = [column, column + 1].map((edge) => left + Math.floor(((right - left) * edge) / WIDTH)) as [
        number,
        number,
      ];
      let [sum, count] = [0, 0];
      for (let y = y1; y < Math.max(y2, y1 + 1); y += 2)
        for (let x = x1; x < Math.max(x2, x1 + 1); x += 2) {
          sum += at(x, y);
          count++;
        }
      small[row * WIDTH + column] = sum / count;
    }
  }
  let [steps, pairs] = [0, 0];
  for (let y = top; y < bottom; y += ROW_STEP)
    for (let x = left; x + 1 < right; x++) {
      steps += (at(x + 1, y) - at(x, y)) ** 2;
      pairs++;
    }
  return { small, steps: pairs > 0 ? Math.sqrt(steps / pairs) : 0 };
};

/** Size of the brightness step at each point, which a change of light leaves in place. */
const edgesOf = (small: Float32Array): Float32Array =>
  small.map((value, index) => {
    const [x, y] = [index % WIDTH, Math.floor(index / WIDTH)];
    const right = x + 1 < WIDTH ? small[index + 1]! : value;
    const below = y + 1 < HEIGHT ? small[index + WIDTH]! : value;
    return Math.hypot(right - value, below - value);
  });

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const correlation = (a: Float32Array, b: Float32Array): number => {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ownA, ownB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    both += da * db;
    ownA += da * da;
    ownB += db * db;
  }
  return ownA > 0 && ownB > 0 ? both / Math.sqrt(ownA * ownB) : 0;
};

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
