import type { FrameHeader, Letterbox } from '../pipeline/frame.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { EpochMs, SessionClock } from '../pipeline/time.ts';
import type { RawFrame } from './ffmpeg/raw-frames.ts';
import type { SessionTimeline } from './session-timeline.ts';

export type SessionFrame = {
  readonly header: FrameHeader;
  readonly clock: SessionClock;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Gives the pixels' memory back, see RawFrame. */
  readonly release: () => void;
};

/**
 * How long the first pictures of a stream are kept back. While ffmpeg opens it they wait, up to some seconds, and then
 * come faster than they were taken; the one that waited least tells when the first one was taken.
 */
const SETTLING_MS = 500;

type Arrived = RawFrame & { readonly arrivedAt: EpochMs; readonly receivedMonoMs: number };

export type FrameFeedOptions = {
  readonly cameraId: string;
  readonly letterbox: Letterbox;
  readonly timeline: SessionTimeline;
  /** Cameras and streams, as against files. */
  readonly live: boolean;
  readonly clock: Clock;
  readonly onFrame: (frame: SessionFrame) => Promise<void> | void;
};

/** Gives ffmpeg's frames their place in the session. */
export class FrameFeed {
  readonly #options: FrameFeedOptions;
  /** First pictures of a stream that are kept back; null once they were handed on. */
  #held: Arrived[] | null;
  #sequence = 0;

  constructor(options: FrameFeedOptions) {
    this.#options = options;
    this.#held = options.live ? [] : null;
  }

  /** Frames handed on so far. */
  get count(): number {
    return this.#sequence;
  }

  async push(frame: RawFrame): Promise<void> {
    const { clock } = this.#options;
    const arrived = { ...frame, arrivedAt: clock.now(), receivedMonoMs: clock.mono() };
    if (this.#held === null) {
      await this.#handOn(arrived);
      return;
    }
    this.#held.push(arrived);
    if (arrived.receivedMonoMs - this.#held[0]!.receivedMonoMs >= SETTLING_MS) await this.end();
  }

  /** The source has ended: what is kept back is handed on. */
  async end(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = null;
    const [first] = held;
    if (!first) return;
    const takenAt = held.map(({ arrivedAt, streamMs }) => arrivedAt - (streamMs - first.streamMs));
    this.#options.timeline.begin(first.streamMs, Math.min(...takenAt));
    for (const frame of held) await this.#handOn(frame);
  }

  #handOn({ pixels, release, streamMs, arrivedAt, receivedMonoMs }: Arrived): Promise<void> | void {
    const { cameraId, letterbox, timeline, onFrame } = this.#options;
    const { clock } = timeline.begin(streamMs, arrivedAt);
    const ptsMs = timeline.toPtsMs(streamMs);
    timeline.reach(ptsMs);
    const header: FrameHeader = {
      cameraId,
      sessionId: clock.sessionId,
      sequence: this.#sequence++,
      ptsMs,
      capturedAt: clock.anchorAt + ptsMs,
      receivedMonoMs,
      letterbox,
    };
    return onFrame({ header, clock, pixels, release });
  }
}
