import type { Box } from '../geometry.ts';
import type { PtsMs } from '../time.ts';

/**
 * A place in a zone that looks other than it usually does and does not change: something was put there and stands. What
 * it is, the picture does not say; a parked vehicle is one too, and rules tell it apart by its track.
 */
export type StillThing = {
  /** Unique within its zone and session; kept while the thing stands, also while traffic hides it. */
  readonly id: number;
  /** In fractions of the frame. */
  readonly box: Box;
  /** Since when it has been seen as it is now. */
  readonly sincePtsMs: PtsMs;
  /** Mean difference from the usual picture over its area, 0–1. */
  readonly difference: number;
};

/** Still things by the key of their zone. */
export type StillThings = Readonly<Record<string, readonly StillThing[]>>;
