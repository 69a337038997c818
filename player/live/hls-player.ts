import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { PictureClock } from './picture-clock.ts';

export type PlayerState = 'loading' | 'playing' | 'retrying' | 'unsupported';

export type HlsPlayerOptions = {
  readonly video: HTMLVideoElement;
  readonly playlist: string;
  readonly live: boolean;
  readonly onState: (state: PlayerState) => void;
  /** Called for every presented frame with its capture instant (epoch ms), or null when it is unknown. */
  readonly onPicture: (capturedAt: number | null) => void;
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

  constructor(options: HlsPlayerOptions) {
    this.#options = options;
  }

  open(): void {
    this.#setState('loading');
    void this.#start();
    const { video } = this.#options;
    const onFrame = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
      this.#lastPictureAt = performance.now();
      this.#setState('playing');
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
    hls.on(Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
    hls.on(Events.ERROR, (_event, data: ErrorData) => {
      if (!data.fatal) return;
      if (data.type === ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
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
