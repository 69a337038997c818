import type { Letterbox } from '../../pipeline/frame.ts';
import { letterboxFilter } from '../../pipeline/letterbox.ts';

/** Grey of the bars beside a letterboxed picture: 114, what the detectors were trained with. */
const PAD_COLOUR = '0x727272';
/** Time base of the frame times that ffmpeg reports: RTP's own for video, exact for every usual frame rate. */
export const FRAME_TIME_BASE = 90_000;
/** A frame counts as due this much early: camera clocks jitter by some milliseconds around their nominal rate. */
const EARLY_SECONDS = 0.01;
/** Media time that falls back by more than this is a new beginning, not jitter. */
const STEP_BACK_SECONDS = 1;

/** Codecs that go into fMP4 as they are. Others are only kept as the H.264 rendition. */
export const COPYABLE_CODECS: readonly string[] = ['h264', 'hevc', 'mpeg4', 'mjpeg', 'vp9', 'av1'];

export type InputOptions = {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Files only: start again at the end. */
  readonly loop: boolean;
  /** Files only: play at the file's own speed. */
  readonly realtime: boolean;
  readonly stallMs: number;
};

const isRtsp = (url: string): boolean => /^rtsps?:/i.test(url);
const isHttp = (url: string): boolean => /^https?:/i.test(url);

/** What a source is: cameras and streams are live by nature, files as configured. */
export const isFile = (url: string): boolean => !/^[a-z][a-z0-9+.-]+:\/\//i.test(url);

export const inputArgs = ({ url, transport, loop, realtime, stallMs }: InputOptions): string[] => [
  // Frames without a time (AVI) get one; damaged packets are dropped instead of decoded to grey.
  ...['-fflags', '+genpts+discardcorrupt'],
  ...(isRtsp(url) ? ['-rtsp_transport', transport, '-timeout', String(stallMs * 1000)] : []),
  ...(isHttp(url) ? ['-rw_timeout', String(stallMs * 1000)] : []),
  ...(isFile(url) && realtime ? ['-re'] : []),
  ...(isFile(url) && loop ? ['-stream_loop', '-1'] : []),
  ...['-i', url],
];

/** Fragmented MP4 segments cut at key frames, each appearing under its name only when it is complete. */
const segmentArgs = (folder: string, segmentMs: number): string[] => [
  ...['-f', 'hls', '-hls_segment_type', 'fmp4', '-hls_time', String(segmentMs / 1000)],
  ...['-hls_list_size', '3', '-hls_flags', 'temp_file', '-hls_fmp4_init_filename', 'init.mp4'],
  ...['-hls_segment_filename', `${folder}/%06d.m4s`, `${folder}/ffmpeg.m3u8`],
];

/** The camera's own bits, unchanged. */
export const recordingArgs = (folder: string, segmentMs: number): string[] => [
  ...['-map', '0:v:0', '-c', 'copy'],
  ...segmentArgs(folder, segmentMs),
];

/** H.264 for browsers and for codecs that fMP4 does not take. Keeps the source's times. */
export const renditionArgs = (folder: string, segmentMs: number): string[] => [
  ...['-map', '0:v:0', '-an', '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '26', '-pix_fmt', 'yuv420p'],
  ...['-bf', '0', '-force_key_frames', `expr:gte(t,n_forced*${segmentMs / 1000})`],
  ...['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2', '-fps_mode', 'passthrough'],
  ...segmentArgs(folder, segmentMs),
];

export type RawFrameOptions = { readonly letterbox: Letterbox; readonly fps: number };

/**
 * Analysis frames: at most `fps` a second of media time, RGB 8 bit at the letterbox's size on standard output, and for
 * each one line `pts:<n>` in units of 1/90,000 s on file descriptor 3. No `fps` filter: it would move the times.
 */
export const rawFrameArgs = ({ letterbox, fps }: RawFrameOptions): string[] => {
  const { crop, scaled, pad } = letterboxFilter(letterbox);
  const due = Math.max(1 / fps - EARLY_SECONDS, 0).toFixed(4);
  const filters = [
    `select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,${due})+lt(t-prev_selected_t\\,-${STEP_BACK_SECONDS})'`,
    // Mid-stream size changes reconfigure the graph: the first size is restored so that the letterbox stays true.
    `scale=${letterbox.source.width}:${letterbox.source.height}`,
    ...(crop ? [`crop=${crop.width}:${crop.height}:${crop.x}:${crop.y}`] : []),
    `scale=${scaled.width}:${scaled.height}:flags=bicubic`,
    ...(pad ? [`pad=${pad.width}:${pad.height}:${pad.x}:${pad.y}:${PAD_COLOUR}`] : []),
    'format=rgb24',
    `settb=1/${FRAME_TIME_BASE}`,
    // `metadata=print` writes a line only for frames that carry metadata.
    'metadata=mode=add:key=w:value=1',
    "metadata=mode=print:file='pipe\\:3':direct=1",
  ];
  return [
    ...['-map', '0:v:0', '-an', '-vf', filters.join(','), '-fps_mode', 'passthrough'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
  ];
};

export const GLOBAL_ARGS: readonly string[] = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'];
