import { randomInt } from 'node:crypto';
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { CameraConfig, Config } from '../pipeline/config-schema.ts';
import { redactUrl, WatchpostError } from '../pipeline/errors.ts';
import type { Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import type { CameraState } from '../pipeline/live.ts';
import type { RecordingGap, SegmentRecord } from '../pipeline/segment.ts';
import { dataFolder } from './data-folder.ts';
import { isFile } from './ffmpeg/args.ts';
import { FrameOutlet } from './frame-channel.ts';
import { machineClock } from './monotonic.ts';
import { type PlaylistEntry, toPlaylist } from './playlist.ts';
import { HEALTHY_AFTER_MS, retryDelayMs } from './reconnect.ts';
import { runSession } from './session.ts';

/** `20261121T071530123Z`: sorts by time, fits in file names and URLs. */
export const toSessionId = (at: number): string => new Date(at).toISOString().replace(/[-:.]/g, '');

export type RecorderOptions = {
  readonly camera: CameraConfig;
  readonly config: Config;
  readonly configDir: string;
  readonly dataDir: string;
  readonly letterbox: (camera: CameraConfig, source: Size) => Letterbox | null;
  readonly log: Logger;
  /** Called at each change of state, not for each frame. */
  readonly onState: (state: CameraState) => void;
};

/** Keeps one camera recorded: sessions one after the other, with growing pauses between failures. */
export class CameraRecorder {
  readonly outlet: FrameOutlet;
  readonly #options: RecorderOptions;
  readonly #url: string;
  readonly #isFile: boolean;
  #state: Pick<CameraState, 'state' | 'cause' | 'detail' | 'since' | 'sessionId'>;
  #lastFrameAt: number | null = null;
  #segments = 0;
  #playlist: PlaylistEntry[] = [];
  /** Goes on across restarts of the process, as players expect: no playlist is shorter than a second a segment. */
  #sequence = Math.floor(Date.now() / 1000);
  #discontinuity = 0;
  #gapFrom: number | null = null;
  #gapCause = '';

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { camera, configDir } = options;
    const { url, loop, realtime } = camera.source;
    this.#isFile = isFile(url);
    this.#url = this.#isFile && !isAbsolute(url) ? resolve(configDir, url) : url;
    this.outlet = new FrameOutlet({ live: !this.#isFile || loop || realtime });
    this.#state = { state: 'connecting', cause: null, detail: null, since: machineClock.now(), sessionId: null };
  }

  get state(): CameraState {
    return {
      cameraId: this.#options.camera.id,
      ...this.#state,
      frames: { ...this.outlet.counts, dropped: { ...this.outlet.counts.dropped } },
      lastFrameAt: this.#lastFrameAt,
      segments: this.#segments,
    };
  }

  /** Runs until the signal fires, or until a file that is played once has ended and its frames were dealt with. */
  async run(signal: AbortSignal): Promise<void> {
    const { camera, log } = this.#options;
    const { transport, loop } = camera.source;
    const stop = (): void => this.outlet.abandon('shutdown');
    signal.addEventListener('abort', stop, { once: true });
    const folder = dataFolder(this.#options.dataDir).camera(camera.id);
    await mkdir(folder, { recursive: true });
    let udp = transport === 'udp';
    for (let failures = 0; !signal.aborted;) {
      const startedAt = machineClock.mono();
      try {
        await this.#session(udp ? 'udp' : 'tcp', signal);
        if (signal.aborted) break;
        if (this.#isFile && !loop) {
          await this.outlet.end();
          this.#set('ended', null, null);
          return;
        }
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof WatchpostError)) throw error;
        failures = machineClock.mono() - startedAt > HEALTHY_AFTER_MS ? 1 : failures + 1;
        // Some cameras speak RTSP over one transport only; `auto` takes turns until one works.
        if (transport === 'auto') udp = !udp;
        const retryMs = Math.round(retryDelayMs(failures, randomInt(1_000_000) / 1_000_000));
        this.#set('blind', error.code, redactUrl(error.message));
        this.#openGap(`${error.code}: ${redactUrl(error.message)}`);
        log.warn({ cameraId: camera.id, err: error, retryMs }, 'source failed, trying again');
        await machineClock.sleep(retryMs, signal);
      }
    }
    this.#openGap('shutdown');
    await this.#writeGap(null);
  }

  async #session(transport: 'tcp' | 'udp', signal: AbortSignal): Promise<void> {
    const { camera, config, dataDir, letterbox, log } = this.#options;
    const sessionId = toSessionId(machineClock.now());
    const folder = dataFolder(dataDir).session(camera.id, sessionId);
    const live = !this.#isFile || camera.source.loop || camera.source.realtime;
    await runSession({
      camera,
      url: this.#url,
      transport,
      recording: config.recording,
      folder,
      sessionId,
      anchorAt: null,
      letterbox: (size) => letterbox(camera, size),
      fps: camera.analysis?.fps ?? 1,
      signal,
      onStart: ({ codec, width, height }) =>
        log.info({ cameraId: camera.id, sessionId, codec, width, height }, 'source opened'),
      onFrame: (frame) => {
        this.#lastFrameAt = frame.header.capturedAt;
        if (this.#state.state !== 'watching') this.#set('watching', null, null, sessionId);
        const taken = this.outlet.offer(frame);
        return live ? undefined : taken;
      },
      onSegment: (record, rendition) => this.#onSegment(record, rendition),
    });
  }

  async #onSegment(record: SegmentRecord, rendition: SegmentRecord | null): Promise<void> {
    if (this.#state.sessionId !== record.sessionId) this.#set('watching', null, null, record.sessionId);
    this.#segments++;
    if (this.#gapFrom !== null) await this.#writeGap(record.startAt);
    const prefix = rendition ? `${record.sessionId}/preview` : record.sessionId;
    this.#playlist.push({
      ...(rendition ?? record),
      initUri: `${prefix}/init.mp4`,
      uri: `${prefix}/${(rendition ?? record).file}`,
    });
    while (this.#playlist.length > this.#options.config.recording.liveSegments) {
      const [gone, next] = this.#playlist;
      this.#playlist.shift();
      this.#sequence++;
      if (gone && next && gone.sessionId !== next.sessionId) this.#discontinuity++;
    }
    const text = toPlaylist(this.#playlist, {
      sequence: this.#sequence,
      discontinuity: this.#discontinuity,
      ended: false,
    });
    const file = join(dataFolder(this.#options.dataDir).camera(record.cameraId), 'live.m3u8');
    await writeFile(`${file}.part`, text);
    await rename(`${file}.part`, file);
  }

  #set(
    state: CameraState['state'],
    cause: string | null,
    detail: string | null,
    sessionId: string | null = null,
  ): void {
    const { camera, log, onState } = this.#options;
    if (this.#state.state !== state)
      log.info({ cameraId: camera.id, state, ...(cause === null ? {} : { cause }) }, 'camera state');
    this.#state = { state, cause, detail, since: machineClock.now(), sessionId };
    onState(this.state);
  }

  #openGap(cause: string): void {
    if (this.#gapFrom !== null) return;
    const last = this.#playlist.at(-1);
    this.#gapFrom = last ? last.startAt + last.durationMs : machineClock.now();
    this.#gapCause = cause;
  }

  async #writeGap(toAt: number | null): Promise<void> {
    if (this.#gapFrom === null) return;
    const { camera, dataDir } = this.#options;
    const gap: RecordingGap = { cameraId: camera.id, fromAt: this.#gapFrom, toAt, cause: this.#gapCause };
    this.#gapFrom = null;
    await appendFile(join(dataFolder(dataDir).camera(camera.id), 'gaps.ndjson'), `${JSON.stringify(gap)}\n`);
  }
}
