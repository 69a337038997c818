import { randomInt } from 'node:crypto';
import { appendFile, copyFile, mkdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../pipeline/config-schema.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import { ERROR_CODES, type ErrorCode, redactUrl, WatchpostError } from '../pipeline/errors.ts';
import type { Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import type { CameraState } from '../pipeline/live.ts';
import { type SourceFault, sourceFaultOf } from '../pipeline/source-fault.ts';
import type { RecordingGap, SegmentRecord } from '../pipeline/segment.ts';
import { isStills, stillsFolder } from '../pipeline/stills.ts';
import { dataFolder } from './data-folder.ts';
import { DecoderChoice } from './decoder-choice.ts';
import { isCopyable, isFile } from './ffmpeg/args.ts';
import type { Hardware } from './ffmpeg/hardware.ts';
import { FrameOutlet } from './frame-channel.ts';
import { ClockMoved } from './live-checks.ts';
import { LOAD_WINDOW_MS, LoadWatch, type Overload } from './load-watch.ts';
import { machineClock } from './monotonic.ts';
import { openPtzWatch, type PtzWatch } from './ptz-watch.ts';
import { LivePlaylist } from './playlist.ts';
import { readLastRecorded } from './last-recorded.ts';
import { type Awaited, awaitSource } from './await-source.ts';
import { type Door, doorOf, knock } from './knock.ts';
import { HEALTHY_AFTER_MS, LONGEST_RETRY_MS, LONGEST_STALL_RETRY_MS, retryDelayMs } from './reconnect.ts';
import { runSession, type SessionOptions } from './session.ts';
import { LOGIN_REFUSED, type VideoInfo } from './ffmpeg/probe.ts';
import { runStillSession } from './stills/still-session.ts';
import { isAborted } from './is-aborted.ts';
import { isDiskFull, writeWhole } from './write-whole.ts';

/** `20261121T071530123Z`: sorts by time, fits in file names and URLs. */
export const toSessionId = (at: number): string => new Date(at).toISOString().replace(/[-:.]/g, '');

export type RecorderOptions = {
  readonly camera: CameraConfig;
  readonly config: Config;
  readonly configDir: string;
  readonly dataDir: string;
  readonly letterbox: (camera: CameraConfig, source: Size) => Letterbox | null;
  readonly log: Logger;
  /** What decodes pictures for the analysis; left out or null: the processor. */
  readonly hardware?: Hardware | null;
  /** Called at each change of state, not for each frame. */
  readonly onState: (state: CameraState) => void;
  /** Called when a segment is on disk and in the index; must return at once. */
  readonly onSegment?: (record: SegmentRecord) => void;
  /** Called when a segment could not be written: somebody should make room now. */
  readonly onDiskFull: () => void;
  /** Called for every segment on disk, renditions too. */
  readonly onWritten?: (bytes: number) => void;
  /** Waits until this camera may open its source: cameras that open at the same instant hold each other up. */
  readonly turn?: (signal: AbortSignal) => Promise<void>;
};

/** Towers that turn may come back to a pose after ten minutes; without a picture for longer something is wrong. */
const STILLS_STALL_MS = 1_200_000;

/** A source that answers no knock is not waited for long when it is opened all the same: it may return meanwhile. */
const SILENT_OPEN_MS = 3_000;

/** Media sequence numbers start from the clock and count segments, which are at least so long. */
const SHORTEST_SEGMENT_MS = 500;

/** Whatever goes wrong with one camera is told and tried again; nothing of it ends the process. */
const toFailure = (error: unknown): WatchpostError => {
  if (error instanceof WatchpostError) return error;
  const code: ErrorCode = isDiskFull(error) ? 'DISK_FULL' : 'INTERNAL';
  return new WatchpostError(code, error instanceof Error ? error.message : String(error), { cause: error });
};

/** What ffprobe said stands in the cause; the message has our advice. */
const faultOf = ({ code, cause }: WatchpostError): SourceFault | null =>
  code === 'SOURCE_OPEN' && cause instanceof Error ? sourceFaultOf(cause.message) : null;

/** Some cameras speak RTSP over UDP only: they refuse TCP by status 461, or agree and then send nothing. */
const refusesTcp = ({ code, message }: WatchpostError): boolean =>
  code === 'SOURCE_STALLED' || /\b461\b|transport/i.test(message);

/** A camera that is back after an outage is tried eagerly, unless it is one that shuts out whoever tries too often. */
const refusesLogin = ({ message }: WatchpostError): boolean => message.includes(LOGIN_REFUSED);

const random = (): number => randomInt(1_000_000) / 1_000_000;

const OVERLOADS: Readonly<Record<string, string>> = {
  superseded: 'the analysis does not keep up',
  deadline: 'the analysis comes too late',
  'rate-reduced': 'the machine cannot analyse all cameras, and more urgent ones come first',
  'no-analyzer': 'no analysis is running',
  'inference-failed': 'the analysis fails',
};
const overloadText = ({ cause, lostShare }: Overload): string =>
  `${Math.round(lostShare * 100)} % of the pictures of the last ${LOAD_WINDOW_MS / 1000} s were not analysed: ${OVERLOADS[cause] ?? cause}`;

/** Keeps one camera recorded: sessions one after the other, with growing pauses between failures. */
export class CameraRecorder {
  readonly outlet: FrameOutlet;
  readonly #options: RecorderOptions;
  readonly #url: string;
  readonly #isFile: boolean;
  readonly #isStills: boolean;
  readonly #door: Door | null;
  readonly #decoder: DecoderChoice;
  #state: Pick<CameraState, 'state' | 'cause' | 'detail' | 'fault' | 'since' | 'sessionId'>;
  /** What the source was when it was looked at last. */
  #format: VideoInfo | null = null;
  #lastFrameAt: number | null = null;
  #segments = 0;
  readonly #playlist: LivePlaylist;
  /** Browsers are shown the H.264 rendition where there is one. */
  #hasRendition = false;
  /** End of the newest segment. */
  #recordedTo: number | null = null;
  #gap: Pick<RecordingGap, 'fromAt' | 'cause'> | null = null;
  readonly #load = new LoadWatch();
  readonly #ptz: PtzWatch | null;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { camera, configDir } = options;
    const { url, loop, realtime } = camera.source;
    this.#isFile = isFile(url);
    this.#url = this.#isFile && !isAbsolute(url) ? resolve(configDir, url) : url;
    this.#isStills = isStills(url);
    this.#door = doorOf(this.#url);
    // A file that is played once has no second try, and is replayed exactly.
    this.#decoder = new DecoderChoice(this.#isFile && !loop ? null : (options.hardware ?? null));
    // No still is passed over for a newer one: the next of its pose may be minutes away.
    this.outlet = new FrameOutlet({ live: !this.#isStills && (!this.#isFile || loop || realtime) });
    this.#playlist = new LivePlaylist({
      limit: options.config.recording.liveSegments,
      sequence: Math.floor(machineClock.now() / SHORTEST_SEGMENT_MS),
    });
    this.#ptz = openPtzWatch(camera, machineClock, options.log);
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
    const { transport, loop, stallMs } = camera.source;
    const stop = (): void => this.outlet.abandon('shutdown');
    signal.addEventListener('abort', stop, { once: true });
    void this.#ptz?.run(signal);
    const folder = dataFolder(this.#options.dataDir).camera(camera.id);
    await mkdir(folder, { recursive: true });
    const last = await readLastRecorded(folder);
    if (last) this.#openGap(last.endedWell ? 'shutdown' : 'recorder-killed', last.endAt);
    let udp = transport === 'udp';
    let silent = false;
    let known: VideoInfo | null = null;
    for (let failures = 0; !signal.aborted;) {
      await this.#options.turn?.(signal);
      if (isAborted(signal)) return;
      const startedAt = machineClock.mono();
      const framesBefore = this.outlet.counts.received;
      try {
        if (this.#isStills) await this.#stillSession(signal);
        else
          await this.#session(
            { transport: udp ? 'udp' : 'tcp', known, ...(silent ? { openMs: SILENT_OPEN_MS } : {}) },
            signal,
          );
        if (isAborted(signal)) return;
        await this.#endFrames();
        this.#set('ended', null, null);
        return;
      } catch (thrown) {
        if (isAborted(signal)) return;
        const error = toFailure(thrown);
        this.#set('blind', error.code, redactUrl(error.message), null, faultOf(error));
        this.#openGap(`${error.code}: ${redactUrl(error.message)}`);
        if (this.#isFile && !loop) {
          // A file does not mend itself, and whoever waits for the end of all files must not wait for this one.
          log.error({ cameraId: camera.id, err: error }, 'file cannot be played');
          await this.#endFrames();
          return;
        }
        const lastedMs = machineClock.mono() - startedAt;
        failures = lastedMs > HEALTHY_AFTER_MS ? 1 : failures + 1;
        const gotPictures = this.outlet.counts.received > framesBefore;
        this.#decoder.ended(error, gotPictures);
        if (transport === 'auto' && !known) udp = !gotPictures && !udp && refusesTcp(error);
        const longestMs = lastedMs < stallMs ? LONGEST_RETRY_MS : LONGEST_STALL_RETRY_MS;
        const pauseMs = Math.round(retryDelayMs(failures, random(), longestMs));
        log.warn({ cameraId: camera.id, err: error, retryMs: pauseMs }, 'source failed, trying again');
        const awaited = await this.#await(pauseMs, silent, signal);
        silent = awaited === 'silent';
        if (awaited === 'returned' && !refusesLogin(error)) failures = 0;
        // One that was never silent may have been set up anew, and one that gave no pictures may be another camera.
        if (!gotPictures && known) this.#format = null;
        // One whose clock moved was never gone: there is nothing to look at again.
        known = awaited === 'returned' || error instanceof ClockMoved ? this.#format : null;
      }
    }
  }

  async #await(pauseMs: number, wasSilent: boolean, signal: AbortSignal): Promise<Awaited> {
    const { camera, log } = this.#options;
    const door = this.#door;
    const awaited = await awaitSource({
      ...{ pauseMs, wasSilent, clock: machineClock, random, signal },
      knock: door && ((stop) => knock(door, stop)),
    });
    if (awaited === 'returned') log.info({ cameraId: camera.id }, 'source answers again');
    return awaited;
  }

  async #session(opening: Pick<SessionOptions, 'transport' | 'openMs' | 'known'>, signal: AbortSignal): Promise<void> {
    const { camera, config, dataDir, letterbox, log } = this.#options;
    const sessionId = toSessionId(machineClock.now());
    const folder = dataFolder(dataDir).session(camera.id, sessionId);
    const live = !this.#isFile || camera.source.loop || camera.source.realtime;
    this.#load.reset();
    await runSession({
      camera,
      url: this.#url,
      ...opening,
      hardware: this.#decoder.next(),
      recording: config.recording,
      folder,
      sessionId,
      anchorAt: null,
      letterbox: (size) => letterbox(camera, size),
      fps: camera.analysis?.fps ?? 1,
      signal,
      onStart: (info) => {
        const { codec, width, height } = info;
        this.#format = info;
        this.#hasRendition = isCopyable(codec) && codec !== 'h264';
        log.info({ cameraId: camera.id, sessionId, codec, width, height }, 'source opened');
      },
      onFrame: (frame) => {
        this.#lastFrameAt = frame.header.capturedAt;
        const { state } = this.#state;
        if (state !== 'watching' && state !== 'degraded') this.#watching(sessionId);
        const ptz = this.#ptz?.position;
        const taken = this.outlet.offer(ptz ? { ...frame, header: { ...frame.header, ptz } } : frame);
        if (camera.analysis && live) this.#judgeLoad(sessionId);
        return live ? undefined : taken;
      },
      onSegment: (record) => this.#onSegment(record),
      onRendition: async (record) => {
        this.#options.onWritten?.(record.bytes);
        await this.#publish(record, `${record.sessionId}/preview`);
      },
      onLost: (record) => this.#onLost(record),
    });
  }

  async #stillSession(signal: AbortSignal): Promise<void> {
    const { camera, configDir, dataDir, letterbox, log } = this.#options;
    const sessionId = toSessionId(machineClock.now());
    const folder = dataFolder(dataDir);
    const own = stillsFolder(camera.source.url);
    await runStillSession({
      cameraId: camera.id,
      inboxes: [folder.stills(camera.id), ...(own === null ? [] : [resolve(configDir, own)])],
      folder: folder.session(camera.id, sessionId),
      sessionId,
      stallMs: Math.max(camera.source.stallMs, STILLS_STALL_MS),
      letterbox: (size) => (camera.analysis ? letterbox(camera, size) : null),
      onFrame: (frame) => {
        this.#lastFrameAt = frame.header.capturedAt;
        return this.outlet.offer(frame);
      },
      onSegment: async (record) => {
        await this.#onSegment(record);
        const camerasFolder = folder.camera(camera.id);
        await copyFile(join(camerasFolder, sessionId, record.file), join(camerasFolder, 'latest.jpg'));
      },
      onRefused: (file, reason) => log.warn({ cameraId: camera.id, file, reason }, 'still put aside'),
      clock: machineClock,
      signal,
    });
  }

  async #onSegment(record: SegmentRecord): Promise<void> {
    this.#options.onSegment?.(record);
    this.#options.onWritten?.(record.bytes);
    if (this.#state.sessionId !== record.sessionId || this.#state.cause === 'DISK_FULL')
      this.#watching(record.sessionId);
    this.#segments++;
    this.#recordedTo = record.startAt + record.durationMs;
    await this.#unlessFull(() => this.#closeGap(record.startAt));
    // Browsers' players play no pictures; pages show the latest one instead.
    if (!this.#hasRendition && !this.#isStills) await this.#publish(record, record.sessionId);
  }

  /** Says when pictures are recorded but not all analysed; a lost recording is the worse news and stays said. */
  #judgeLoad(sessionId: string): void {
    const overload = this.#load.push(this.outlet.counts, machineClock.mono());
    const { state, cause } = this.#state;
    if (cause === 'DISK_FULL') return;
    if (overload === null) {
      if (state === 'degraded') this.#watching(sessionId);
    } else if (cause !== overload.cause) this.#set('degraded', overload.cause, overloadText(overload), sessionId);
  }

  #onLost(record: SegmentRecord): void {
    if (this.#state.cause !== 'DISK_FULL')
      this.#set('degraded', 'DISK_FULL', ERROR_CODES.DISK_FULL.meaning, record.sessionId);
    this.#openGap(`DISK_FULL: ${ERROR_CODES.DISK_FULL.meaning}`, record.startAt);
    this.#options.onDiskFull();
  }

  /** What does not fit beside the segments is written with one of the next ones. */
  async #unlessFull(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#options.onDiskFull();
    }
  }

  /** Puts a segment into the live playlist. @param folder of the segment, relative to the playlist */
  async #publish(record: SegmentRecord, folder: string): Promise<void> {
    this.#playlist.push(record, folder);
    const file = join(dataFolder(this.#options.dataDir).camera(record.cameraId), 'live.m3u8');
    await this.#unlessFull(() => writeWhole(file, this.#playlist.text()));
  }

  /** Lets whoever analyses this camera finish and know that it is over. */
  async #endFrames(): Promise<void> {
    if (this.#options.camera.analysis) await this.outlet.end();
  }

  /** All is well, though the processor may have more to do than it should. */
  #watching(sessionId: string): void {
    this.#set('watching', null, this.#decoder.detail, sessionId);
  }

  #set(
    state: CameraState['state'],
    cause: string | null,
    detail: string | null,
    sessionId: string | null = null,
    fault: SourceFault | null = null,
  ): void {
    const { camera, log, onState } = this.#options;
    if (this.#state.state !== state)
      log.info({ cameraId: camera.id, state, ...(cause === null ? {} : { cause }) }, 'camera state');
    this.#state = { state, cause, detail, since: machineClock.now(), sessionId, ...(fault === null ? {} : { fault }) };
    onState(this.state);
  }

  #openGap(cause: string, fromAt = this.#recordedTo ?? machineClock.now()): void {
    this.#gap ??= { fromAt, cause };
  }

  async #closeGap(toAt: number | null): Promise<void> {
    if (this.#gap === null) return;
    const { camera, dataDir } = this.#options;
    const gap: RecordingGap = { cameraId: camera.id, fromAt: this.#gap.fromAt, toAt, cause: this.#gap.cause };
    await appendFile(join(dataFolder(dataDir).camera(camera.id), 'gaps.ndjson'), `${JSON.stringify(gap)}\n`);
    this.#gap = null;
  }
}
