import type { Letterbox } from '../../pipeline/frame.ts';
import type { Size } from '../../pipeline/geometry.ts';
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
const COPYABLE_CODECS: ReadonlySet<string> = new Set(['h264', 'hevc', 'mpeg4', 'mjpeg', 'vp9', 'av1']);
export const isCopyable = (codec: string): boolean => COPYABLE_CODECS.has(codec);

export type InputOptions = {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Files only: start again at the end. */
  readonly loop: boolean;
  /** Files only: play at the file's own speed. */
  readonly realtime: boolean;
  readonly stallMs: number;
  /** What decodes, see `hardwareArgs`; empty: the processor. */
  readonly hardware?: readonly string[];
  /** Picture size of the source. */
  readonly size: Size;
};

/** Up to this size one thread decodes a camera several times over: a core decodes 140 pictures of 1080p H.265 a second. */
const ONE_THREAD_PIXELS = 2_560 * 1_440;

const isRtsp = (url: string): boolean => /^rtsps?:/i.test(url);
const isHttp = (url: string): boolean => /^https?:/i.test(url);

/** What a source is: cameras and streams are live by nature, files as configured. */
export const isFile = (url: string): boolean => !/^[a-z][a-z0-9+.-]+:\/\//i.test(url);

/** What a network source needs before it is opened, to look at it as well as to play it. */
export const streamArgs = ({
  url,
  transport,
  stallMs,
}: Pick<InputOptions, 'url' | 'transport' | 'stallMs'>): string[] => [
  ...(isRtsp(url)
    ? ['-rtsp_transport', transport, '-timeout', String(stallMs * 1000), '-allowed_media_types', 'video']
    : []),
  ...(isHttp(url) ? ['-rw_timeout', String(stallMs * 1000)] : []),
  // Nobody asks for the nominal rate: finding it out holds the first picture back by 0.6 s, and with it the session's clock.
  ...(isFile(url) ? [] : ['-fpsprobesize', '0']),
];

export const inputArgs = ({ url, transport, loop, realtime, stallMs, hardware = [], size }: InputOptions): string[] => [
  // Frames without a time (AVI) get one; damaged packets are dropped instead of decoded to grey.
  ...['-fflags', '+genpts+discardcorrupt'],
  ...streamArgs({ url, transport, stallMs }),
  // Times as RTP has them. ffmpeg would move them so that the first is zero, and knows none for the very first picture.
  ...(isRtsp(url) ? ['-copyts'] : []),
  ...(isFile(url) && realtime ? ['-re'] : []),
  ...(isFile(url) && loop ? ['-stream_loop', '-1'] : []),
  // Decoding several pictures at once holds each back by as many: 84 ms on two cores, 280 ms with eight threads. One thread
  // is enough beside inference, and costs a third less CPU than several at full speed (two busy cores, 720p). To share out
  // the slices of a picture costs a tenth to a fifth more (H.264 in one slice, H.265), so only large live pictures are.
  // With hardware, threads have nothing to do.
  ...((isFile(url) && !realtime) || hardware.length > 0 || size.width * size.height <= ONE_THREAD_PIXELS
    ? ['-threads', '1']
    : ['-thread_type', 'slice']),
  ...hardware,
  ...['-i', url],
];

/** File descriptors on which ffmpeg hands over what it makes; 0 to 2 are the usual ones, 1 carries pixels. */
export const PIPES = { times: 3, recording: 4, rendition: 5 } as const;

/**
 * Added to all times of the recording, so that pictures which are decoded before they are shown never come before zero.
 * The muxer would otherwise move all times by an amount of its own.
 */
export const SEGMENT_TIME_OFFSET_MS = 10_000;
/** Without key frames a fragment is cut after so many wanted segment lengths: it is held in memory until then. */
const LONGEST_FRAGMENT = 4;

/**
 * One fragmented MP4 stream, a fragment per group of pictures. Not ffmpeg's own HLS segmenter: that closes a fragment
 * before it has seen the next picture, guesses the last duration and moves the next key frame by the error of the guess
 * (20 to 40 ms measured with a camera of varying rate). Cut at the key frame itself, all times stay the camera's.
 */
const fragmentArgs = (pipe: number, segmentMs: number): string[] => [
  ...['-output_ts_offset', String(SEGMENT_TIME_OFFSET_MS / 1000), '-avoid_negative_ts', 'disabled'],
  ...['-use_editlist', '0', '-frag_duration', String(LONGEST_FRAGMENT * segmentMs * 1000)],
  ...['-movflags', '+frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer'],
  ...['-flush_packets', '1', '-f', 'mp4', `pipe:${pipe}`],
];

/**
 * ffmpeg's RTSP client loses the time of the very first picture, which is zero by definition, and copies the picture with
 * a guess, up to two pictures late. Packets that have a time keep it.
 */
const FIRST_PICTURE_AT_ZERO =
  "setts=pts='if(eq(N,0)*eq(PTS,NOPTS),0,PTS)':dts='if(eq(N,0)*eq(PTS,NOPTS),min(DTS,0),DTS)'";

/** The camera's own bits, unchanged. */
export const recordingArgs = (url: string, segmentMs: number): string[] => [
  ...['-map', '0:v:0', '-c', 'copy'],
  ...(isRtsp(url) ? ['-bsf:v', FIRST_PICTURE_AT_ZERO] : []),
  ...fragmentArgs(PIPES.recording, segmentMs),
];

/** H.264 for browsers and for codecs that fMP4 does not take. Keeps the source's times. */
export const renditionArgs = (pipe: number, segmentMs: number): string[] => [
  ...['-map', '0:v:0', '-an', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '26'],
  ...['-pix_fmt', 'yuv420p', '-force_key_frames', `expr:gte(t,n_forced*${segmentMs / 1000})`],
  ...['-vf', `scale=trunc(iw/2)*2:trunc(ih/2)*2`, '-fps_mode', 'passthrough'],
  ...['-enc_time_base', `1:${FRAME_TIME_BASE}`],
  ...fragmentArgs(pipe, segmentMs),
];

export type RawFrameOptions = {
  readonly letterbox: Letterbox;
  readonly fps: number;
  /** Cameras and streams: hand over any picture that goes back in time, so that the session notices. */
  readonly live?: boolean;
};

/**
 * Analysis frames: at most `fps` a second of media time, RGB 8 bit at the letterbox's size on standard output, and for
 * each one line `pts:<n>` in units of 1/90,000 s on file descriptor 3. No `fps` filter: it would move the times.
 */
export const rawFrameArgs = ({ letterbox, fps, live = false }: RawFrameOptions): string[] => {
  const { crop, scaled, pad } = letterboxFilter(letterbox);
  const due = Math.max(1 / fps - EARLY_SECONDS, 0).toFixed(4);
  const filters = [
    `select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,${due})${live ? `+lt(t-prev_selected_t\\,-${STEP_BACK_SECONDS})` : ''}'`,
    // Mid-stream size changes reconfigure the graph: the first size is restored so that the letterbox stays true.
    `scale=${letterbox.source.width}:${letterbox.source.height}`,
    ...(crop ? [`crop=${crop.width}:${crop.height}:${crop.x}:${crop.y}`] : []),
    // Scaled as video and then turned into colours: swscale has fast code for either, not for both at once (4.1 ms a
    // 720p picture, in two steps 1.3). 4:2:2 keeps the chroma of the one step: pixels differ by one or two levels in 255.
    `scale=${scaled.width}:${scaled.height}:flags=bicubic`,
    ...['format=yuv422p', 'scale=flags=bicubic', 'format=rgb24'],
    ...(pad ? [`pad=${pad.width}:${pad.height}:${pad.x}:${pad.y}:${PAD_COLOUR}`] : []),
    `settb=1/${FRAME_TIME_BASE}`,
    // `metadata=print` writes a line only for frames that carry metadata.
    'metadata=mode=add:key=w:value=1',
    `metadata=mode=print:file='pipe\\:${PIPES.times}':direct=1`,
  ];
  return [
    ...['-map', '0:v:0', '-an', '-vf', filters.join(','), '-fps_mode', 'passthrough'],
    ...['-enc_time_base', `1:${FRAME_TIME_BASE}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
  ];
};

/** Filters in one thread: small pictures cost more to share out among as many as there are cores than to scale. */
export const GLOBAL_ARGS: readonly string[] = [
  ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
  ...['-filter_threads', '1'],
];
