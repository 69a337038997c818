import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraConfig, Config } from '../pipeline/config-schema.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { FrameHeader, Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import type { RecordingSession, SegmentRecord } from '../pipeline/segment.ts';
import type { SessionClock } from '../pipeline/time.ts';
import {
  COPYABLE_CODECS,
  GLOBAL_ARGS,
  inputArgs,
  isFile,
  rawFrameArgs,
  recordingArgs,
  renditionArgs,
} from './ffmpeg/args.ts';
import { probe } from './ffmpeg/probe.ts';
import { startFfmpeg } from './ffmpeg/process.ts';
import { readRawFrames } from './ffmpeg/raw-frames.ts';
import { machineClock } from './monotonic.ts';
import { SegmentIndex } from './segment-index.ts';

/** Looking for finished segments costs one `stat` per camera; evidence waits for this at most. */
const SEGMENT_POLL_MS = 100;
const STALL_CHECK_MS = 250;
/** First-frame arrival lags behind capture by network, jitter buffer and decoding; half-width of that guess. */
const ARRIVAL_UNCERTAINTY_MS = 1_000;

export type SessionFrame = {
  readonly header: FrameHeader;
  readonly clock: SessionClock;
  readonly pixels: Uint8Array<ArrayBuffer>;
};

export type SessionOptions = {
  readonly camera: CameraConfig;
  /** Path or address, absolute. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  readonly recording: Config['recording'];
  /** Folder of this session; made here. Null: frames only, nothing is recorded. */
  readonly folder: string | null;
  readonly sessionId: string;
  /** Wall-clock time of media time zero where it is given (replay); else arrival of the first frame. */
  readonly anchorAt: number | null;
  /** How the picture lies in analysis frames; null for cameras that are only recorded. */
  readonly letterbox: (source: Size) => Letterbox | null;
  readonly fps: number;
  /** Pixels belong to the callee. While the promise is pending, no more is read from ffmpeg. */
  readonly onFrame: (frame: SessionFrame) => Promise<void> | void;
  readonly onSegment: (record: SegmentRecord, rendition: SegmentRecord | null) => Promise<void> | void;
  readonly onStart?: (info: { readonly codec: string; readonly width: number; readonly height: number }) => void;
  readonly signal: AbortSignal;
};

/**
 * One ffmpeg run on one source: segments on disk and frames for analysis, on one clock. Returns when a file that is
 * played once has ended or the signal fires.
 * @throws WatchpostError SOURCE_OPEN, SOURCE_NO_VIDEO, SOURCE_STALLED, SOURCE_ENDED, SEGMENT_BROKEN, DISK_FULL
 */
export const runSession = async (options: SessionOptions): Promise<void> => {
  const { camera, url, transport, recording, folder, sessionId, signal } = options;
  const { loop, realtime, stallMs } = camera.source;
  const probeOptions = /^rtsps?:/i.test(url) ? ['-rtsp_transport', transport, '-timeout', String(stallMs * 1000)] : [];
  const info = await probe(url, probeOptions);
  options.onStart?.(info);
  const letterbox = options.letterbox(info);
  const copies = COPYABLE_CODECS.includes(info.codec);
  // Browsers play H.264 only; what fMP4 cannot hold is kept as the rendition alone.
  const renditionFolder = folder && info.codec !== 'h264' ? (copies ? join(folder, 'preview') : folder) : null;
  if (folder) await mkdir(renditionFolder ?? folder, { recursive: true });

  const ffmpeg = startFfmpeg([
    ...GLOBAL_ARGS,
    ...inputArgs({ url, transport, loop, realtime, stallMs }),
    ...(folder && copies ? recordingArgs(folder, recording.segmentMs) : []),
    ...(renditionFolder ? renditionArgs(renditionFolder, recording.segmentMs) : []),
    ...(letterbox ? rawFrameArgs({ letterbox, fps: options.fps }) : []),
  ]);

  let clock: SessionClock | null = null;
  let lastSignAt = machineClock.mono();
  const start = (): SessionClock =>
    (clock ??= {
      sessionId,
      anchorAt: options.anchorAt ?? machineClock.now(),
      source: options.anchorAt === null ? 'arrival' : 'given',
      uncertaintyMs: options.anchorAt === null ? ARRIVAL_UNCERTAINTY_MS : 0,
    });
  if (!letterbox) start();

  const writeSession = async (extra: Partial<RecordingSession>, index: SegmentIndex): Promise<void> => {
    if (!folder || !clock) return;
    const session: RecordingSession = {
      cameraId: camera.id,
      sessionId,
      clock,
      codec: copies ? info.codec : 'h264',
      width: info.width,
      height: info.height,
      initFile: 'init.mp4',
      initSha256: index.initSha256,
      ...(renditionFolder && copies ? { previewInitFile: 'preview/init.mp4' } : {}),
      ...extra,
    };
    await writeFile(join(folder, 'session.json'), JSON.stringify(session, null, 2));
  };

  const renditions = new Map<number, SegmentRecord>();
  const main: SegmentIndex | null = folder
    ? new SegmentIndex({
        folder,
        cameraId: camera.id,
        clock: () => clock,
        onSegment: async (record) => {
          lastSignAt = machineClock.mono();
          lastPtsMs = Math.max(lastPtsMs, record.startPtsMs + record.durationMs);
          if (record.sequence === 0) await writeSession({}, main!);
          if (!(renditionFolder && copies)) await options.onSegment(record, null);
        },
      })
    : null;
  const rendition =
    folder && renditionFolder && copies
      ? new SegmentIndex({
          folder: renditionFolder,
          cameraId: camera.id,
          clock: () => clock,
          onSegment: async (record) => {
            renditions.set(record.sequence, record);
            await options.onSegment(record, record);
          },
        })
      : null;
  let lastPtsMs = 0;
  const updateSegments = async (): Promise<void> => {
    await main?.update();
    await rendition?.update();
  };

  let stalled = false;
  let failure: unknown = null;
  const fail = (error: unknown): void => {
    failure ??= error;
    void ffmpeg.stop();
  };
  let updating: Promise<void> = Promise.resolve();
  const poll = setInterval(() => {
    updating = updating.then(updateSegments).catch(fail);
  }, SEGMENT_POLL_MS);
  const watchdog = setInterval(() => {
    if (machineClock.mono() - lastSignAt < stallMs) return;
    stalled = true;
    void ffmpeg.stop();
  }, STALL_CHECK_MS);
  const stop = (): void => void ffmpeg.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  let firstMs: number | null = null;
  let sequence = 0;
  try {
    if (letterbox)
      await readRawFrames({
        pixels: ffmpeg.pixels,
        times: ffmpeg.times,
        frameBytes: letterbox.target.width * letterbox.target.height * 3,
        onFrame: async ({ pixels, streamMs }) => {
          lastSignAt = machineClock.mono();
          firstMs ??= streamMs;
          const ptsMs = Math.round((streamMs - firstMs) * 1000) / 1000;
          lastPtsMs = Math.max(lastPtsMs, ptsMs);
          const own = start();
          const header: FrameHeader = {
            cameraId: camera.id,
            sessionId,
            sequence: sequence++,
            ptsMs,
            capturedAt: own.anchorAt + ptsMs,
            receivedMonoMs: lastSignAt,
            letterbox,
          };
          await options.onFrame({ header, clock: own, pixels });
          // A consumer that holds a file back is no stalled source.
          lastSignAt = machineClock.mono();
        },
      });
    const exitCode = await ffmpeg.ended;
    clearInterval(poll);
    await updating;
    await updateSegments();
    if (main) await writeSession({ endPtsMs: lastPtsMs }, main);
    if (failure !== null) throw failure as Error;
    if (signal.aborted) return;
    if (stalled)
      throw new WatchpostError(
        'SOURCE_STALLED',
        `no picture for ${(stallMs / 1000).toFixed(0)} s; the source is opened again`,
      );
    if (isFile(url) && !loop && exitCode === 0) {
      if (sequence === 0 && letterbox)
        throw new WatchpostError('SOURCE_NO_VIDEO', `no picture could be decoded${lastLine(ffmpeg.log())}`);
      return;
    }
    const full = ffmpeg.log().some((line) => /no space left/i.test(line));
    if (full) throw new WatchpostError('DISK_FULL', 'the disk is full; recording goes on when space is free');
    throw new WatchpostError('SOURCE_ENDED', `the source ended${lastLine(ffmpeg.log())}`);
  } finally {
    clearInterval(poll);
    clearInterval(watchdog);
    signal.removeEventListener('abort', stop);
    await ffmpeg.stop();
  }
};

const lastLine = (lines: readonly string[]): string => {
  const line = lines.at(-1);
  return line === undefined ? '' : ` (ffmpeg: ${line})`;
};
