import { WatchpostError } from '../pipeline/errors.ts';
import { readPictureFormat } from './ffmpeg/mp4-boxes.ts';
import type { VideoInfo } from './ffmpeg/probe.ts';
import { readParameterSets } from './ffmpeg/picture-format.ts';

/** Media time that falls back by more than this is a new beginning, not jitter. */
const STEP_BACK_MS = 1_000;
/** A camera's clock may run so far from ours before the session is opened again on a new anchor. */
export const MOST_DRIFT_MS = 2_000;
/** The network delays pictures for seconds, but within so long one comes without delay. */
const WINDOW_MS = 60_000;
const BUCKETS = 6;
/** While a stream is opened its pictures wait, and then come faster than they were taken. */
const MOST_CATCHING_UP_MS = 15_000;

/**
 * Whether a stream's clock still runs as ours does. The delay of a picture (arrival − media time) never falls below the
 * camera's fixed delay, so the least delay of a minute shows how far the two clocks have moved apart.
 */
export class DriftMeter {
  #baseline: number | null = null;
  #buckets: { readonly startedAt: number; least: number }[] = [];

  /** @returns ms by which the stream has fallen behind (positive) or run ahead since its start */
  push(streamMs: number, monoMs: number): number {
    const delay = monoMs - streamMs;
    const newest = this.#buckets.at(-1);
    if (newest && monoMs - newest.startedAt < WINDOW_MS / BUCKETS) newest.least = Math.min(newest.least, delay);
    else this.#buckets.push({ startedAt: monoMs, least: delay });
    while (this.#buckets.length > BUCKETS) this.#buckets.shift();
    const least = Math.min(...this.#buckets.map((bucket) => bucket.least));
    if (this.#baseline === null || this.#buckets.length < BUCKETS) {
      const ahead = this.#baseline === null ? 0 : delay - this.#baseline;
      // The first minute finds the baseline; only a jump ahead shows before it is over.
      if (ahead < -MOST_CATCHING_UP_MS) return ahead;
      this.#baseline = Math.min(this.#baseline ?? delay, delay);
      return 0;
    }
    return least - this.#baseline;
  }
}

/** Sample entries that ffmpeg writes for a codec (ISO/IEC 14496-15); others are not told apart. */
const CODINGS: Readonly<Record<string, readonly string[]>> = { h264: ['avc1', 'avc3'], hevc: ['hev1', 'hvc1'] };

/** The session has ended for the camera's clock alone: what it sends is what it sent before. */
export class ClockMoved extends WatchpostError {
  /** @param how what became of the clock, as the end of a sentence that begins with it */
  constructor(how: string) {
    super('SOURCE_ENDED', `the camera’s clock ${how}; the source is opened again`);
    this.name = 'ClockMoved';
  }
}

const formatChanged = (): WatchpostError =>
  new WatchpostError('SOURCE_ENDED', 'the camera changed its picture format; the source is opened again');

/** Holds media times against their arrival. */
class StreamClock {
  readonly #drift = new DriftMeter();
  #lastStreamMs = Number.NEGATIVE_INFINITY;

  /** @throws ClockMoved when the camera's clock jumped or drifted away */
  check(streamMs: number, monoMs: number): void {
    if (streamMs < this.#lastStreamMs - STEP_BACK_MS) throw new ClockMoved('went back');
    this.#lastStreamMs = streamMs;
    const driftMs = this.#drift.push(streamMs, monoMs);
    if (Math.abs(driftMs) > MOST_DRIFT_MS)
      throw new ClockMoved(
        `is ${(Math.abs(driftMs) / 1000).toFixed(1)} s ${driftMs > 0 ? 'behind' : 'ahead'} of its start`,
      );
  }
}

/** What ends a live session although its connection holds: its clock or its picture format is no longer what it was. */
export class LiveChecks {
  readonly #info: VideoInfo;
  readonly #pictures = new StreamClock();
  readonly #recorded = new StreamClock();
  #parameterSets: ReadonlySet<string> = new Set();

  /** @param info what the source was when it was looked at, before it was opened */
  constructor(info: VideoInfo) {
    this.#info = info;
  }

  /** @throws ClockMoved when the camera's clock jumped or drifted away */
  checkTime(streamMs: number, monoMs: number): void {
    this.#pictures.check(streamMs, monoMs);
  }

  /**
   * The same for a fragment, by the end of its last picture, which has just come. Also keeps out of the recording what
   * ffmpeg still writes when a jump was noticed.
   */
  checkRecorded(endMs: number, monoMs: number): void {
    this.#recorded.check(endMs, monoMs);
  }

  /** @throws WatchpostError SOURCE_ENDED when the recording begins with another codec or picture size than the source had */
  checkInit(init: Uint8Array): void {
    const found = readPictureFormat(init);
    if (!found) return;
    const { codec, width, height } = this.#info;
    const isSame = found.width === width && found.height === height;
    const isTurned = found.width === height && found.height === width;
    const isOtherCodec = CODINGS[codec]?.includes(found.coding) === false;
    if (isOtherCodec || (!isSame && !isTurned)) throw formatChanged();
  }

  /** @throws WatchpostError SOURCE_ENDED when the fragment's pictures have another format than the first ones had */
  checkFormat(fragment: Uint8Array): void {
    const found = readParameterSets(fragment, this.#info.codec);
    if (this.#parameterSets.size === 0) this.#parameterSets = found;
    if ([...found].some((set) => !this.#parameterSets.has(set))) throw formatChanged();
  }
}
