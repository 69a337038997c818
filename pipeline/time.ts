/** Wall-clock instant, milliseconds since 1970-01-01T00:00:00Z, UTC. Names end in `At`. */
export type EpochMs = number;

/** Media time: milliseconds on the clock of one recording session's stream. Names end in `PtsMs`. */
export type PtsMs = number;

/**
 * How media time of one session maps to wall-clock time: `capturedAt = anchorAt + ptsMs`.
 * One session has one anchor, so overlay, clip and event always agree with each other;
 * what is uncertain is only how far all of them are from true time.
 */
export type SessionClock = {
  readonly sessionId: string;
  /** Wall-clock time of media time zero. */
  readonly anchorAt: EpochMs;
  /** Where the anchor comes from: the camera's own sender reports, arrival of the first frame, or a given start. */
  readonly source: 'rtcp' | 'arrival' | 'given';
  /** Half-width of the interval in which the true instant lies. */
  readonly uncertaintyMs: number;
};

/** Wall-clock instant of a media time. */
export const toCapturedAt = (clock: SessionClock, ptsMs: PtsMs): EpochMs => clock.anchorAt + ptsMs;
