import { allocateRates, type RateWish } from '../pipeline/allocate-rates.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { PtsMs } from '../pipeline/time.ts';

const WINDOW_MS = 5_000;
/** A detector that works for more than this share of the time is full: the next frame already waits. */
const FULL = 0.9;
/** Share of the time that rates are planned for. Less leaves a third of what is possible undone, measured with six cameras at 0.85. */
const PLANNED = 0.97;
/** Full rates come back when they would leave so much room, so that rates do not swing. */
const RESTORED = 0.85;
/** Weight of the newest window in what a run costs. */
const NEWEST = 0.5;

type Taking = { credit: number; lastPtsMs: PtsMs };

/**
 * Lowers the rates of a detector's cameras when it cannot do all, by priority instead of by chance, and restores them
 * when it can again. What a run costs is measured all the time: other work on the machine makes it dearer.
 */
export class RateGovernor {
  readonly #clock: Clock;
  readonly #onChange: (rates: ReadonlyMap<string, number> | null) => void;
  readonly #wishes = new Map<string, RateWish>();
  readonly #takings = new Map<string, Taking>();
  #active = new Set<string>();
  #windowFrom: number;
  #busyMs = 0;
  #runs = 0;
  #msPerRun: number | null = null;
  #rates: ReadonlyMap<string, number> | null = null;

  /** @param onChange told when rates begin to be lowered, and with null when they are full again */
  constructor(clock: Clock, onChange: (rates: ReadonlyMap<string, number> | null) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#windowFrom = clock.mono();
  }

  /** What a camera asks for from now on. Counts while its frames come. */
  wish(wish: RateWish): void {
    this.#wishes.set(wish.cameraId, wish);
  }

  /** The detector has run. @param frames frames or tiles in the run */
  observe(ms: number, frames: number): void {
    this.#busyMs += ms;
    this.#runs += frames;
  }

  /** Frames a second that a camera gets; null while it gets all it asks for. */
  rateOf(cameraId: string): number | null {
    return this.#rates?.get(cameraId) ?? null;
  }

  /** Whether a camera's frame is to be analysed; asked once for each frame. */
  isDue(cameraId: string, ptsMs: PtsMs): boolean {
    this.#active.add(cameraId);
    if (this.#clock.mono() - this.#windowFrom >= WINDOW_MS) this.#plan();
    const rate = this.rateOf(cameraId);
    const fps = this.#wishes.get(cameraId)?.fps;
    if (rate === null || fps === undefined || rate >= fps) {
      this.#takings.delete(cameraId);
      return true;
    }
    const taking = this.#takings.get(cameraId) ?? { credit: 1, lastPtsMs: ptsMs };
    const passedMs = Math.max(0, ptsMs - taking.lastPtsMs);
    // A camera that was away does not get the pictures of that time at once.
    const credit = Math.min(taking.credit + (passedMs * rate) / 1_000, 2);
    // Frames come a little early and a little late: what is missing may be up to a tenth of a picture.
    const isDue = credit >= 0.9;
    this.#takings.set(cameraId, { credit: isDue ? credit - 1 : credit, lastPtsMs: ptsMs });
    return isDue;
  }

  #plan(): void {
    const now = this.#clock.mono();
    const busy = this.#busyMs / (now - this.#windowFrom);
    if (this.#runs > 0) {
      const msPerRun = this.#busyMs / this.#runs;
      this.#msPerRun = this.#msPerRun === null ? msPerRun : NEWEST * msPerRun + (1 - NEWEST) * this.#msPerRun;
    }
    const wishes = [...this.#active].flatMap((id) => this.#wishes.get(id) ?? []);
    const wasLowered = this.#rates !== null;
    if (this.#msPerRun !== null && (wasLowered || busy > FULL)) {
      const possible = 1_000 / this.#msPerRun;
      const wanted = wishes.reduce((sum, { fps, cost }) => sum + fps * cost, 0);
      const isEnough = wanted <= possible * (wasLowered ? RESTORED : PLANNED);
      this.#rates = isEnough ? null : allocateRates(wishes, possible * PLANNED);
    }
    if ((this.#rates !== null) !== wasLowered) this.#onChange(this.#rates);
    this.#windowFrom = now;
    this.#active = new Set();
    this.#busyMs = 0;
    this.#runs = 0;
  }
}
