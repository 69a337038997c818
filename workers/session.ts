import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../pipeline/config-schema.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import type { RecordingSession, SegmentRecord } from '../pipeline/segment.ts';
import { DecoderCheck } from './decoder-check.ts';
import { type Hardware, hardwareArgs } from './ffmpeg/hardware.ts';
import {
  GLOBAL_ARGS,
  inputArgs,
  isCopyable,
  isFile,
  PIPES,
  rawFrameArgs,
  recordingArgs,
  renditionArgs,
} from './ffmpeg/args.ts';
import { probe, type VideoInfo } from './ffmpeg/probe.ts';
import { openFramePipe } from './ffmpeg/frame-pipe.ts';
import { type FfmpegRun, startFfmpeg } from './ffmpeg/process.ts';
import { readRawFrames } from './ffmpeg/raw-frames.ts';
import { FrameFeed, type SessionFrame } from './frame-feed.ts';
import { isAborted } from './is-aborted.ts';
import { LiveChecks } from './live-checks.ts';
import { machineClock } from './monotonic.ts';
import { SegmentWriter } from './segment-writer.ts';
import { SessionTimeline } from './session-timeline.ts';
import { mayRecord, measureDisk } from './disk-room.ts';
import { isDiskFull, writeWhole } from './write-whole.ts';

export type { SessionFrame } from './frame-feed.ts';

const STALL_CHECK_MS = 250;

export type SessionOptions = {
  readonly camera: CameraConfig;
  /** Path or address, absolute. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** How long the source may stay silent while it is looked at, where that is shorter than its stall time. */
  readonly openMs?: number;
  /**
   * What the source was before it fell silent: it is taken to be the same and not looked at first, which takes as long as
   * opening it. One that has changed meanwhile ends the session as any that changes does.
   */
  readonly known?: VideoInfo | null;
  readonly recording: Config['recording'];
  /** What decodes the pictures for analysis; left out or null: the processor. */
  readonly hardware?: Hardware | null;
  /** Folder of this session; made here. Null: frames only, nothing is recorded. */
  readonly folder: string | null;
  readonly sessionId: string;
  /** Wall-clock time of media time zero where it is given (replay); else arrival of the first frame. */
  readonly anchorAt: number | null;
  /** How the picture lies in analysis frames; null for cameras that are only recorded. */
  readonly letterbox: (source: Size) => Letterbox | null;
  readonly fps: number;
  /** Pixels belong to the callee until it releases them. While the promise is pending, no more is read from ffmpeg. */
  readonly onFrame: (frame: SessionFrame) => Promise<void> | void;
  /** A segment of the recording is on disk and in the index. */
  readonly onSegment: (record: SegmentRecord) => Promise<void> | void;
  /** The same for the H.264 rendition in `preview/`, which only codecs have that browsers do not play. */
  readonly onRendition?: (record: SegmentRecord) => Promise<void> | void;
  /** A segment could not be kept because the disk is full. The session goes on. */
  readonly onLost?: (record: SegmentRecord) => void;
  readonly onStart?: (info: VideoInfo) => void;
  readonly signal: AbortSignal;
};

/**
 * One ffmpeg run on one source: segments on disk and frames for analysis, on one clock. Returns when a file that is
 * played once has ended or the signal fires.
 * @throws WatchpostError SOURCE_OPEN, SOURCE_NO_VIDEO, SOURCE_STALLED, SOURCE_ENDED, HARDWARE_DECODE, SEGMENT_BROKEN,
 * DISK_FULL
 */
export const runSession = async (options: SessionOptions): Promise<void> => {
  const { camera, url, transport, recording, folder, sessionId, signal } = options;
  const { loop, realtime, stallMs } = camera.source;
  const info =
    options.known ?? (await probe(url, { transport, stallMs: Math.min(stallMs, options.openMs ?? stallMs) }));
  if (isAborted(signal)) return;
  options.onStart?.(info);
  const letterbox = options.letterbox(info);
  const checks = isFile(url) ? null : new LiveChecks(info);
  const hardware = letterbox ? hardwareArgs(options.hardware ?? null, info.codec) : [];
  const decoder = hardware.length > 0 ? new DecoderCheck({ stallMs, fps: options.fps }) : null;
  const outputs = folder ? await prepareFolders(folder, info.codec) : null;
  const pixels = letterbox && (await openFramePipe(letterbox.target.width * letterbox.target.height * 3));
  const ffmpeg = startFfmpeg(
    [
      ...GLOBAL_ARGS,
      ...inputArgs({ url, transport, loop, realtime, stallMs, hardware, size: info }),
      ...(outputs?.recording ? recordingArgs(url, recording.segmentMs) : []),
      ...(outputs?.rendition ? renditionArgs(PIPES.rendition, recording.segmentMs) : []),
      ...(letterbox ? rawFrameArgs({ letterbox, fps: options.fps, live: checks !== null }) : []),
    ],
    pixels,
  );
  const timeline = new SessionTimeline({
    sessionId,
    anchorAt: options.anchorAt,
    hasFrames: letterbox !== null,
  });
  const watchdog = new Watchdog(ffmpeg, stallMs);
  const stop = (): void => void ffmpeg.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (isAborted(signal)) stop();

  const feed = letterbox
    ? new FrameFeed({
        cameraId: camera.id,
        letterbox,
        timeline,
        live: checks !== null,
        clock: machineClock,
        // A consumer that holds a file back is no stalled source.
        onFrame: (frame) => watchdog.pausedDuring(options.onFrame(frame)),
      })
    : null;
  const writeSession = async (initSha256: string, endPtsMs: number | null): Promise<void> => {
    const clock = timeline.started?.clock;
    if (!folder || !outputs || !clock) return;
    const session: RecordingSession = {
      cameraId: camera.id,
      sessionId,
      clock,
      codec: outputs.recording ? info.codec : 'h264',
      width: info.width,
      height: info.height,
      initFile: 'init.mp4',
      initSha256,
      ...(outputs.recording && outputs.rendition ? { previewInitFile: 'preview/init.mp4' } : {}),
      ...(endPtsMs === null ? {} : { endPtsMs }),
    };
    await writeWhole(join(folder, 'session.json'), JSON.stringify(session, null, 2));
  };
  const mayKeep = async (): Promise<boolean> => folder === null || mayRecord(await measureDisk(folder), recording);
  const written: { initSha256: string | null } = { initSha256: null };
  const mainWriter = (target: string): SegmentWriter =>
    new SegmentWriter({
      ...{ folder: target, cameraId: camera.id, segmentMs: recording.segmentMs, timeline, mayKeep },
      onInit: async (sha256) => {
        await writeSession(sha256, null);
        written.initSha256 = sha256;
      },
      onHeader: (init) => {
        if (outputs?.recording) checks?.checkInit(init);
      },
      onFragment: (fragment, { endMs }) => {
        watchdog.feed();
        checks?.checkFormat(fragment);
        checks?.checkRecorded(endMs, machineClock.mono());
        decoder?.recorded(machineClock.mono());
      },
      onSegment: async (record) => options.onSegment(record),
      onLost: (record) => options.onLost?.(record),
    });
  const previewWriter = (target: string): SegmentWriter =>
    new SegmentWriter({
      ...{ folder: target, cameraId: camera.id, segmentMs: recording.segmentMs, timeline, mayKeep },
      onInit: () => Promise.resolve(),
      onSegment: async (record) => options.onRendition?.(record),
      onLost: () => undefined, // The recording itself says so.
    });

  const readers: Promise<void>[] = [];
  if (feed && pixels)
    readers.push(
      readRawFrames({
        pixels,
        times: ffmpeg.times,
        onFrame: (frame) => {
          watchdog.feed();
          decoder?.decoded(machineClock.mono());
          checks?.checkTime(frame.streamMs, machineClock.mono());
          return feed.push(frame);
        },
      })
        .then(() => feed.end())
        .finally(() => timeline.endFrames()),
    );
  if (outputs?.recording) readers.push(mainWriter(outputs.recording).run(ffmpeg.recording));
  if (outputs?.rendition)
    readers.push((outputs.recording ? previewWriter : mainWriter)(outputs.rendition).run(ffmpeg.rendition));

  try {
    // The first reader that fails ends ffmpeg, and with it the others.
    await Promise.all(
      readers.map((reader) =>
        reader.catch((error: unknown) => {
          void ffmpeg.stop();
          throw error;
        }),
      ),
    );
    const exitCode = await ffmpeg.ended;
    if (isAborted(signal)) return;
    decoder?.checkEnd(lastLine(ffmpeg.log()));
    if (watchdog.fired)
      throw new WatchpostError(
        'SOURCE_STALLED',
        `no picture for ${(stallMs / 1000).toFixed(0)} s; the source is opened again`,
      );
    if (isFile(url) && !loop && (exitCode === 0 || timeline.started)) {
      if (feed?.count === 0)
        throw new WatchpostError('SOURCE_NO_VIDEO', `no picture could be decoded${lastLine(ffmpeg.log())}`);
      return;
    }
    throw new WatchpostError('SOURCE_ENDED', `the source ended${lastLine(ffmpeg.log())}`);
  } finally {
    watchdog.close();
    signal.removeEventListener('abort', stop);
    await ffmpeg.stop();
    await Promise.allSettled(readers);
    if (written.initSha256 !== null)
      await writeSession(written.initSha256, timeline.endPtsMs).catch((error: unknown) => {
        // The end is then told by the next session, which has a later start.
        if (!isDiskFull(error)) throw error;
      });
  }
};

/** Where the recording goes: the camera's own bits, an H.264 rendition for browsers, or both. */
type Outputs = { readonly recording: string | null; readonly rendition: string | null };

const prepareFolders = async (folder: string, codec: string): Promise<Outputs> => {
  const outputs: Outputs =
    codec === 'h264'
      ? { recording: folder, rendition: null }
      : isCopyable(codec)
        ? { recording: folder, rendition: join(folder, 'preview') }
        : { recording: null, rendition: folder };
  await mkdir(outputs.rendition ?? folder, { recursive: true });
  return outputs;
};

/** Ends an ffmpeg that has given nothing for too long. */
class Watchdog {
  fired = false;
  readonly #timer: NodeJS.Timeout;
  #fedAt = machineClock.mono();
  #pauses = 0;

  constructor(ffmpeg: FfmpegRun, stallMs: number) {
    this.#timer = setInterval(() => {
      if (this.#pauses > 0 || machineClock.mono() - this.#fedAt < stallMs) return;
      this.fired = true;
      void ffmpeg.stop();
    }, STALL_CHECK_MS);
  }

  feed(): void {
    this.#fedAt = machineClock.mono();
  }

  async pausedDuring(work: Promise<void> | void): Promise<void> {
    if (work === undefined) return;
    this.#pauses++;
    try {
      await work;
    } finally {
      this.#pauses--;
      this.feed();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

const lastLine = (lines: readonly string[]): string => {
  const line = lines.at(-1);
  return line === undefined ? '' : ` (ffmpeg: ${line})`;
};
