import type { FrameOutlet } from './frame-channel.ts';

type Counts = FrameOutlet['counts'];
type Sample = {
  readonly monoMs: number;
  readonly received: number;
  readonly dropped: Readonly<Record<string, number>>;
};

/** What is said of a camera whose pictures are not all analysed. `cause` is the commonest drop reason. */
export type Overload = { readonly cause: string; readonly lostShare: number };

/** Long enough that one slow batch is nothing, short enough that an operator still sees the reason. */
export const LOAD_WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 1_000;
/** Below this many pictures a share says nothing. */
const LEAST_PICTURES = 10;
/** Two limits, so that a machine at its limit does not make the state flicker. */
const RAISE_SHARE = 0.1;
const CLEAR_SHARE = 0.04;

/** Whether the analysis keeps up with a camera, from the account of its frames over the last 10 s. */
export class LoadWatch {
  #samples: Sample[] = [];
  #overload: Overload | null = null;

  /** @param monoMs monotonic time; call with each frame, samples are taken once a second */
  push({ received, dropped }: Counts, monoMs: number): Overload | null {
    const last = this.#samples.at(-1);
    if (last && monoMs - last.monoMs < SAMPLE_EVERY_MS) return this.#overload;
    const now: Sample = { monoMs, received, dropped: { ...dropped } };
    // The oldest sample lies at least a whole window back, so that a window is never judged before it is over.
    while (this.#samples[1] && monoMs - this.#samples[1].monoMs >= LOAD_WINDOW_MS) this.#samples.shift();
    const from = this.#samples[0];
    if (from && monoMs - from.monoMs >= LOAD_WINDOW_MS) this.#overload = judge(from, now, this.#overload !== null);
    this.#samples.push(now);
    return this.#overload;
  }

  /** A new session starts with a clean record. */
  reset(): void {
    this.#samples = [];
    this.#overload = null;
  }
}

const judge = (from: Sample, to: Sample, wasOverloaded: boolean): Overload | null => {
  const received = to.received - from.received;
  if (received < LEAST_PICTURES) return null;
  const lost = Object.entries(to.dropped).map(([cause, count]) => ({
    cause,
    // A sweeping camera is not to be looked at while it turns.
    count: cause === 'settling' ? 0 : count - (from.dropped[cause] ?? 0),
  }));
  const lostShare = lost.reduce((sum, { count }) => sum + count, 0) / received;
  if (lostShare < (wasOverloaded ? CLEAR_SHARE : RAISE_SHARE)) return null;
  const { cause } = lost.reduce((a, b) => (b.count > a.count ? b : a));
  return { cause, lostShare };
};
