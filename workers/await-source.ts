import type { Clock } from '../pipeline/clock.ts';
import { LONGEST_RETRY_MS } from './reconnect.ts';

/** From knock to knock, ±20 %. With its patience a returned source is noticed within 1.5 s. */
const KNOCK_EVERY_MS = 1_000;
/** Most lines are back within seconds: in the beginning, from knock to knock. */
const EAGER_EVERY_MS = 400;
const EAGER_FOR_MS = 15_000;

export type AwaitOptions = {
  /** How long to wait while the source answers: it was there all along and refused, or gave no pictures. */
  readonly pauseMs: number;
  /** Whether it was silent before already. */
  readonly wasSilent: boolean;
  /** Asks whether the source answers; null where nobody can. */
  readonly knock: ((signal: AbortSignal) => Promise<boolean>) | null;
  readonly clock: Clock;
  /** 0–1 */
  readonly random: () => number;
  readonly signal: AbortSignal;
};

/** Why to open the source now: the pause is over, it was silent and answers, or it has been silent for so long. */
export type Awaited = 'paused' | 'returned' | 'silent';

/**
 * The time between two tries. A source that was silent and answers is opened at once; one that answers all along has
 * the whole pause, so that no camera locks its user out for our tries; one that stays silent is opened only once in 60 s
 * (should it be deaf to knocks), for whatever is started on it hangs, and hangs on when the line is well again.
 * Resolves at once when the signal fires.
 */
export const awaitSource = async (options: AwaitOptions): Promise<Awaited> => {
  const { pauseMs, knock, clock, random, signal } = options;
  if (knock === null) {
    await clock.sleep(pauseMs, signal);
    return 'paused';
  }
  const startedAt = clock.mono();
  for (let silent = options.wasSilent; ;) {
    const knockedAt = clock.mono();
    const answers = await knock(signal);
    if (answers && silent) return 'returned';
    silent = !answers;
    const leftMs = (silent ? LONGEST_RETRY_MS : pauseMs) - (clock.mono() - startedAt);
    if (leftMs <= 0 || signal.aborted) return silent ? 'silent' : 'paused';
    const everyMs = clock.mono() - startedAt < EAGER_FOR_MS ? EAGER_EVERY_MS : KNOCK_EVERY_MS;
    const nextAt = knockedAt + everyMs * (0.8 + 0.4 * random());
    await clock.sleep(Math.min(leftMs, Math.max(nextAt - clock.mono(), 0)), signal);
  }
};
