import type { EpochMs, PtsMs, SessionClock } from '../pipeline/time.ts';

/** Arrival of the first picture lags behind its capture by network, jitter buffer and decoding; half-width of that guess. */
const ARRIVAL_UNCERTAINTY_MS = 1_000;
/** How long a recording waits for the first analysed picture, which sets media time zero. */
const FIRST_FRAME_WAIT_MS = 3_000;

export type TimelineStart = {
  readonly clock: SessionClock;
  /** ffmpeg's stream time of the session's media time zero, ms. */
  readonly zeroStreamMs: number;
};

/**
 * Where media time zero of a session lies: at its first analysed picture, or at the first recorded one when no picture is
 * analysed. Decided once, by whichever reader of ffmpeg comes first, and then the same for frames and segments.
 */
export class SessionTimeline {
  readonly #sessionId: string;
  readonly #anchorAt: EpochMs | null;
  #started: TimelineStart | null = null;
  #endPtsMs: PtsMs = 0;
  #release: () => void = () => undefined;
  readonly #firstFrame: Promise<void>;

  /** @param anchorAt wall-clock time of media time zero where it is given; null: as the first pictures' arrival tells */
  constructor(options: { readonly sessionId: string; readonly anchorAt: EpochMs | null; readonly hasFrames: boolean }) {
    this.#sessionId = options.sessionId;
    this.#anchorAt = options.anchorAt;
    this.#firstFrame = options.hasFrames ? new Promise((resolve) => (this.#release = resolve)) : Promise.resolve();
  }

  /** @param takenAt wall-clock time of that picture as its arrival tells it; does not count where the time is given */
  begin(streamMs: number, takenAt: EpochMs): TimelineStart {
    const given = this.#anchorAt !== null;
    this.#started ??= {
      clock: {
        sessionId: this.#sessionId,
        anchorAt: this.#anchorAt ?? takenAt,
        source: given ? 'given' : 'arrival',
        uncertaintyMs: given ? 0 : ARRIVAL_UNCERTAINTY_MS,
      },
      zeroStreamMs: streamMs,
    };
    this.#release();
    return this.#started;
  }

  /** No picture will be analysed (any more): segments need not wait for one. */
  endFrames(): void {
    this.#release();
  }

  /** As `begin`, but lets the first analysed picture come first. */
  async beginSegments(streamMs: number, takenAt: EpochMs): Promise<TimelineStart> {
    if (!this.#started) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, FIRST_FRAME_WAIT_MS)));
      await Promise.race([this.#firstFrame, patience]);
      clearTimeout(timer);
    }
    return this.begin(streamMs, takenAt);
  }

  /** Stream time → media time, to the microsecond: the same bits give the same number everywhere. */
  toPtsMs(streamMs: number): PtsMs {
    return Math.round((streamMs - (this.#started?.zeroStreamMs ?? streamMs)) * 1000) / 1000;
  }

  /** Notes that the session goes on to that media time at least. */
  reach(ptsMs: PtsMs): void {
    this.#endPtsMs = Math.max(this.#endPtsMs, ptsMs);
  }

  get started(): TimelineStart | null {
    return this.#started;
  }

  get endPtsMs(): PtsMs {
    return this.#endPtsMs;
  }
}
