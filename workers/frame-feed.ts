import type { FrameHeader, Letterbox } from '../pipeline/frame.ts';
import type { SessionClock } from '../pipeline/time.ts';
import type { RawFrame } from './ffmpeg/raw-frames.ts';
import { machineClock } from './monotonic.ts';
import type { SessionTimeline } from './session-timeline.ts';

export type SessionFrame = {
  readonly header: FrameHeader;
  readonly clock: SessionClock;
  readonly pixels: Uint8Array<ArrayBuffer>;
};

/**
 * Gives ffmpeg's frames their place in the session.
 *
 * ffmpeg hands on the very first picture of an RTSP stream without a time of its own, and calls it as late as the second
 * one. So the first picture of a stream is kept until the second one came, and left out when both have the same time.
 */
export class FrameFeed {
  readonly #cameraId: string;
  readonly #letterbox: Letterbox;
  readonly #timeline: SessionTimeline;
  readonly #holdsFirst: boolean;
  readonly #onFrame: (frame: SessionFrame) => Promise<void> | void;
  #held: { readonly frame: RawFrame; readonly receivedMonoMs: number } | null = null;
  #lastStreamMs: number | null = null;
  #sequence = 0;

  constructor(options: {
    readonly cameraId: string;
    readonly letterbox: Letterbox;
    readonly timeline: SessionTimeline;
    readonly holdsFirst: boolean;
    readonly onFrame: (frame: SessionFrame) => Promise<void> | void;
  }) {
    this.#cameraId = options.cameraId;
    this.#letterbox = options.letterbox;
    this.#timeline = options.timeline;
    this.#holdsFirst = options.holdsFirst;
    this.#onFrame = options.onFrame;
  }

  /** Frames handed on so far. */
  get count(): number {
    return this.#sequence;
  }

  /** Stream time of the newest frame that was handed on. */
  get lastStreamMs(): number | null {
    return this.#lastStreamMs;
  }

  async push(frame: RawFrame): Promise<void> {
    const receivedMonoMs = machineClock.mono();
    if (this.#holdsFirst && this.#sequence === 0 && this.#held === null) {
      this.#held = { frame, receivedMonoMs };
      return;
    }
    const held = this.#held;
    this.#held = null;
    if (held && held.frame.streamMs < frame.streamMs) await this.#handOn(held.frame, held.receivedMonoMs);
    await this.#handOn(frame, receivedMonoMs);
  }

  /** The source has ended; a stream of one picture has that one. */
  async end(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    if (held) await this.#handOn(held.frame, held.receivedMonoMs);
  }

  #handOn({ pixels, streamMs }: RawFrame, receivedMonoMs: number): Promise<void> | void {
    this.#lastStreamMs = streamMs;
    const { clock } = this.#timeline.begin(streamMs);
    const ptsMs = this.#timeline.toPtsMs(streamMs);
    this.#timeline.reach(ptsMs);
    const header: FrameHeader = {
      cameraId: this.#cameraId,
      sessionId: clock.sessionId,
      sequence: this.#sequence++,
      ptsMs,
      capturedAt: clock.anchorAt + ptsMs,
      receivedMonoMs,
      letterbox: this.#letterbox,
    };
    return this.#onFrame({ header, clock, pixels });
  }
}
