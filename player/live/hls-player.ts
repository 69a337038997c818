import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { PictureClock } from './picture-clock.ts';

/** `missing`: nothing was recorded in the wanted span, or it was removed. */
export type PlayerState = 'loading' | 'playing' | 'retrying' | 'missing' | 'unsupported';

export type HlsPlayerOptions = {
  readonly video: HTMLVideoElement;
  readonly playlist: string;
  readonly live: boolean;
  readonly onState: (state: PlayerState) => void;
  /** Called for every presented frame with its capture instant (epoch ms), or null when it is unknown. */
  readonly onPicture: (capturedAt: number | null) => void;
  /** The instant at which a recording is opened, epoch ms; the playlist says where that is, to some frames. */
  readonly startAt?: number | undefined;
  /** Whether the picture is to stand still once it is there; a recording can be opened so. */
  readonly isPaused?: () => boolean;
};

const LIVE_CONFIG: Partial<HlsConfig> = {
  // Fragmented MP4 needs no repackaging, so a worker per tile would only cost memory.
  enableWorker: false,
  lowLatencyMode: true,
  // Two segments of 2 s behind the edge: one being recorded, one downloading.
  liveSyncDuration: 4,
  liveMaxLatencyDuration: 12,
  maxLiveSyncPlaybackRate: 1.15,
  maxBufferLength: 10,
  backBufferLength: 20,
};
const RECORDING_CONFIG: Partial<HlsConfig> = { enableWorker: false, maxBufferLength: 30, backBufferLength: 60 };

/** Until two neighbouring pictures were seen. */
const USUAL_FRAME_S = 1 / 25;
/** Pictures of cameras are 8 to 200 ms apart; a larger difference is a seek. */
const FRAME_S = { least: 0.008, most: 0.2 };
/** So many of the last distances count. */
const MOST_DISTANCES = 12;
/** Where to look for the neighbouring picture, in usual distances; further on when that showed the same one again. */
const STEPS = { forward: [1.05, 1.55, 2.05, 3.05, 5.05], back: [-0.5, -1, -2, -4] };
/** A jump that showed nothing new so long after it was done shows the same picture. */
const STEP_MS = 150;
/** A jump takes this long at most, on a busy machine too; what is not there by then is not waited for. */
const JUMP_MS = 1_000;
/** Keys that repeat faster than pictures come. */
const MOST_WAITING_STEPS = 3;
/** Media times are rounded to the element's own time base; the picture wanted begins a moment before. */
const SLACK_S = 0.001;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const RETRY_MS = { first: 1_000, most: 15_000 };
/** A live picture that stands still for so long is reopened: a camera's new session can leave the buffer dry. */
const FROZEN_MS = 12_000;

/** Plays one playlist in one video element for as long as it is open, and dates every picture that it shows. */
export class HlsPlayer {
  readonly #options: HlsPlayerOptions;
  readonly clock = new PictureClock();
  #hls: Hls | null = null;
  #closed = false;
  #retryMs = RETRY_MS.first;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setInterval> | undefined;
  #frameRequest = 0;
  #lastPictureAt = 0;
  #state: PlayerState | null = null;
  #shownS = 0;
  /** Instant that was gone to and whose very picture has not been seen yet. */
  #wantedAt: number | null = null;
  #frameS = USUAL_FRAME_S;
  #distances: readonly number[] = [];
  /** A jump was made, and no picture told of since. */
  #isJumpUntold = false;
  #onShown: () => void = () => undefined;
  #steps: Promise<void> = Promise.resolve();
  #waitingSteps = 0;

  constructor(options: HlsPlayerOptions) {
    this.#options = options;
    this.#wantedAt = options.startAt ?? null;
  }

  open(): void {
    this.#setState('loading');
    void this.#start();
    const { video } = this.#options;
    const onFrame = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
      this.#lastPictureAt = performance.now();
      this.#setState('playing');
      const stepS = metadata.mediaTime - this.#shownS;
      // Only what was played through tells the distance of pictures, and of that the shortest: some are skipped.
      if (!video.paused && !video.seeking && stepS > FRAME_S.least && stepS < FRAME_S.most) {
        this.#distances = [...this.#distances.slice(1 - MOST_DISTANCES), stepS];
        this.#frameS = Math.min(...this.#distances);
      }
      this.#shownS = metadata.mediaTime;
      if (!video.seeking) this.#isJumpUntold = false;
      this.#onShown();
      this.#aim(metadata.mediaTime);
      this.#options.onPicture(this.clock.capturedAt(metadata.mediaTime));
      this.#frameRequest = video.requestVideoFrameCallback(onFrame);
    };
    this.#frameRequest = video.requestVideoFrameCallback(onFrame);
    if (!this.#options.live) return;
    this.#watchdog = setInterval(() => {
      const frozenMs = performance.now() - this.#lastPictureAt;
      if (this.#lastPictureAt > 0 && frozenMs > FROZEN_MS && !document.hidden && !video.paused) this.#retry();
    }, 2_000);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watchdog);
    this.#options.video.cancelVideoFrameCallback(this.#frameRequest);
    this.#hls?.destroy();
    this.#hls = null;
  }

  /** Shows the picture captured at an instant. @returns false when the open recording does not hold it */
  seek(capturedAt: number): boolean {
    const mediaTimeS = this.clock.mediaTimeS(capturedAt) ?? this.#planned(capturedAt);
    if (mediaTimeS === null) return false;
    this.#wantedAt = capturedAt;
    this.#jump(mediaTimeS + SLACK_S);
    return true;
  }

  /**
   * Before a segment is loaded its place is known from the playlist alone, which leaves out how far pictures are shown
   * after they are decoded: the first picture after a jump says where it really is, and one more jump goes there.
   */
  #aim(mediaTimeS: number): void {
    const wantedAt = this.#wantedAt;
    const shownAt = this.clock.capturedAt(mediaTimeS);
    if (wantedAt === null || shownAt === null) return;
    this.#wantedAt = null;
    const offMs = wantedAt - shownAt;
    const exactS = this.clock.mediaTimeS(wantedAt);
    const isThere = offMs > -1 && offMs < 0.98 * this.#frameS * 1000;
    if (!isThere && exactS !== null) this.#jump(exactS + SLACK_S);
  }

  /** Where a segment lies that is not loaded yet, as the playlist has it. */
  #planned(capturedAt: number): number | null {
    const level = this.#hls?.levels[0]?.details;
    for (const { programDateTime, start, duration } of level?.fragments ?? []) {
      const offsetS = (capturedAt - (programDateTime ?? Infinity)) / 1000;
      if (offsetS >= 0 && offsetS < duration) return start + offsetS;
    }
    return null;
  }

  /** Shows the next picture (1) or the one before (-1), however far they are apart; the video then stands still. */
  step(by: 1 | -1): void {
    this.#options.video.pause();
    this.#wantedAt = null;
    if (this.#waitingSteps >= MOST_WAITING_STEPS) return;
    this.#waitingSteps++;
    this.#steps = this.#steps.then(async () => {
      await this.#stepOnce(by);
      this.#waitingSteps--;
    });
  }

  async #stepOnce(by: 1 | -1): Promise<void> {
    const { video } = this.#options;
    const offS = (): number => video.currentTime - this.#shownS;
    const isFar = (): boolean => offS() < -SLACK_S || offS() > 1.5 * this.#frameS;
    // Of a jump made just before, the picture may not be told of yet: a step from the one before it would go nowhere.
    if (this.#isJumpUntold || isFar()) await this.#shownAnew(this.#shownS);
    const before = this.#shownS;
    const fromS = isFar() ? video.currentTime : before;
    for (const distance of by === 1 ? STEPS.forward : STEPS.back) {
      this.#jump(Math.max(0, fromS + distance * this.#frameS));
      await this.#shownAnew(before);
      if (this.#closed || this.#shownS !== before) return;
    }
  }

  #jump(mediaTimeS: number): void {
    this.#isJumpUntold = true;
    this.#options.video.currentTime = mediaTimeS;
  }

  /** Waits for another picture than that of `beforeS`; when the video has come to rest on the same, no longer. */
  async #shownAnew(beforeS: number): Promise<void> {
    const { video } = this.#options;
    const shown = new Promise<void>((resolve) => {
      this.#onShown = () => {
        if (this.#shownS !== beforeS) resolve();
      };
    });
    if (video.seeking) {
      const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
      await Promise.race([shown, seeked, wait(JUMP_MS)]);
    }
    await Promise.race([shown, wait(STEP_MS)]);
    this.#isJumpUntold = false;
  }

  async #start(): Promise<void> {
    const { default: HlsClass, Events, ErrorTypes } = await import('hls.js/light');
    if (this.#closed) return;
    if (!HlsClass.isSupported()) {
      this.#setState('unsupported');
      return;
    }
    const { video, playlist, live } = this.#options;
    this.clock.clear();
    const hls = new HlsClass(live ? LIVE_CONFIG : RECORDING_CONFIG);
    this.#hls = hls;
    hls.on(Events.FRAG_BUFFERED, (_event, { frag }) => {
      if (frag.programDateTime === null || frag.sn === 'initSegment') return;
      this.#retryMs = RETRY_MS.first;
      this.clock.add({ startS: frag.start, durationS: frag.duration, programDateTime: frag.programDateTime });
    });
    hls.on(Events.MANIFEST_PARSED, () => {
      if (this.#options.isPaused?.() !== true) void video.play().catch(() => undefined);
    });
    hls.on(Events.ERROR, (_event, data: ErrorData) => {
      if (!data.fatal) return;
      if (data.type === ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else if (!live && data.response?.code === 404) this.#setState('missing');
      else this.#retry();
    });
    hls.loadSource(playlist);
    hls.attachMedia(video);
  }

  #setState(state: PlayerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }

  #retry(): void {
    if (this.#closed) return;
    this.#setState('retrying');
    this.#lastPictureAt = 0;
    this.#hls?.destroy();
    this.#hls = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#start(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
  }
}
