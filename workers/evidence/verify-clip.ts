import { WatchpostError } from '../../pipeline/errors.ts';
import type { PtsMs } from '../../pipeline/time.ts';

/** One frame of a clip. */
export type ClipFrame = {
  /** Presentation time in the clip's own time base. */
  readonly pts: number;
  /** The same instant on the session's stream clock. */
  readonly ptsMs: PtsMs;
  readonly isKey: boolean;
};

/** What a clip turned out to hold when it was opened. */
export type ClipFacts = {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Milliseconds per unit of `pts`. */
  readonly tickMs: number;
  readonly durationMs: number;
  /** In order of presentation. */
  readonly frames: readonly ClipFrame[];
};

/** Times are written in milliseconds with up to three digits; a frame this close is the frame that was meant. */
const ROUNDING_MS = 1;

/**
 * The frame shown at an instant: the last one at or before it.
 * @returns null when the instant is before the first frame, or more than a frame's interval after the last
 */
export const frameAt = ({ frames, durationMs }: ClipFacts, ptsMs: PtsMs): ClipFrame | null => {
  const frame = frames.findLast((candidate) => candidate.ptsMs <= ptsMs + ROUNDING_MS);
  const endPtsMs = (frames[0]?.ptsMs ?? 0) + durationMs;
  return frame && ptsMs < endPtsMs + ROUNDING_MS ? frame : null;
};

/**
 * Holds a clip against what it must show: the trigger instant lies in it, and it is as long as its segments say.
 * That its pictures can be decoded is proved by the stills, which are taken from around the trigger.
 * @param recordedMs duration of the segments that it was copied from, holes included
 * @throws WatchpostError EVIDENCE_UNVERIFIED
 */
export const checkClip = (facts: ClipFacts, triggerPtsMs: PtsMs, recordedMs: number): void => {
  if (!frameAt(facts, triggerPtsMs))
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `the clip from ${facts.frames[0]?.ptsMs ?? 0} ms, ${facts.durationMs} ms long, does not hold the trigger at ${triggerPtsMs} ms`,
    );
  const toleranceMs = 100 + (2 * facts.durationMs) / facts.frames.length;
  if (Math.abs(facts.durationMs - recordedMs) > toleranceMs)
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `the clip is ${facts.durationMs} ms long, its segments are ${recordedMs} ms; the recording may be damaged`,
    );
};
