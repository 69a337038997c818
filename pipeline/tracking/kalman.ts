import type { Box } from '../geometry.ts';

/**
 * Noise of the motion model, in heights of the box, so that near and far things are treated alike. Chosen together with
 * the tracker's limits, see there.
 */
const MEASUREMENT_STD = 0.035;
/** White-noise acceleration, heights per second². */
const POSITION_ACCELERATION = 0.5;
const SIZE_ACCELERATION = 0.5;
/** A new track may move at any speed a vehicle has: heights per second. */
const INITIAL_SPEED_STD = 2;
const INITIAL_GROWTH_STD = 0.5;

const COORDINATES = 4;
/** Per coordinate: value, rate, and the covariance's three different entries. */
const STRIDE = 5;

/**
 * Kalman filter of one box: centre, width and height, each with its rate, under constant velocity with white-noise
 * acceleration [Bar-Shalom 2001, §6.2]. Time steps are seconds of media time and may differ from frame to frame.
 * The four coordinates do not influence each other, so each is a filter of two numbers and nothing is inverted.
 */
export class BoxFilter {
  readonly #state = new Float64Array(COORDINATES * STRIDE);

  constructor(box: Box) {
    const height = Math.max(1, box.y2 - box.y1);
    const measured = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.x2 - box.x1, height];
    for (let i = 0; i < COORDINATES; i++) {
      const at = i * STRIDE;
      this.#state[at] = measured[i]!;
      this.#state[at + 2] = (MEASUREMENT_STD * height) ** 2;
      this.#state[at + 4] = ((i < 2 ? INITIAL_SPEED_STD : INITIAL_GROWTH_STD) * height) ** 2;
    }
  }

  /** Moves the state ahead. @param seconds 0 or more */
  predict(seconds: number): void {
    if (seconds <= 0) return;
    const s = this.#state;
    const height = Math.max(1, s[3 * STRIDE]!);
    for (let i = 0; i < COORDINATES; i++) {
      const at = i * STRIDE;
      const acceleration = ((i < 2 ? POSITION_ACCELERATION : SIZE_ACCELERATION) * height) ** 2;
      s[at]! += s[at + 1]! * seconds;
      s[at + 2]! += seconds * (2 * s[at + 3]! + seconds * s[at + 4]!) + (acceleration * seconds ** 3) / 3;
      s[at + 3]! += seconds * s[at + 4]! + (acceleration * seconds ** 2) / 2;
      s[at + 4]! += acceleration * seconds;
    }
    // A box that shrinks through zero while nobody sees it would turn inside out.
    for (const i of [2, 3]) s[i * STRIDE] = Math.max(1, s[i * STRIDE]!);
  }

  /** Takes a measured box in, at the time of the last prediction. */
  update(box: Box): void {
    const s = this.#state;
    const height = Math.max(1, box.y2 - box.y1);
    const measured = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, Math.max(1, box.x2 - box.x1), height];
    const noise = (MEASUREMENT_STD * height) ** 2;
    for (let i = 0; i < COORDINATES; i++) {
      const at = i * STRIDE;
      const variance = s[at + 2]! + noise;
      const gain = s[at + 2]! / variance;
      const rateGain = s[at + 3]! / variance;
      const innovation = measured[i]! - s[at]!;
      s[at]! += gain * innovation;
      s[at + 1]! += rateGain * innovation;
      s[at + 4]! -= rateGain * s[at + 3]!;
      s[at + 3]! *= 1 - gain;
      s[at + 2]! *= 1 - gain;
    }
  }

  /** Nobody sees it: its size keeps what it was instead of growing or shrinking on [ByteTrack, arXiv 2110.06864]. */
  freezeSize(): void {
    this.#state[2 * STRIDE + 1] = 0;
    this.#state[3 * STRIDE + 1] = 0;
  }

  /** Source pixels per second of the centre. */
  get velocity(): { readonly x: number; readonly y: number } {
    return { x: this.#state[1]!, y: this.#state[STRIDE + 1]! };
  }

  get box(): Box {
    const s = this.#state;
    const [cx, cy, width, height] = [s[0]!, s[STRIDE]!, s[2 * STRIDE]!, s[3 * STRIDE]!];
    return { x1: cx - width / 2, y1: cy - height / 2, x2: cx + width / 2, y2: cy + height / 2 };
  }
}
