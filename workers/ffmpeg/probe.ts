import ffmpeg, { type FfprobeData } from 'fluent-ffmpeg';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import { type SourceFault, sourceFaultOf } from '../../pipeline/source-fault.ts';
import { isFile, streamArgs } from './args.ts';

export type VideoInfo = {
  readonly codec: string;
  /** Size of the decoded picture as ffmpeg hands it on, rotation applied. */
  readonly width: number;
  readonly height: number;
  /** Nominal rate; for people and for logs, never for time. */
  readonly fps: number | null;
  readonly durationMs: number | null;
};

export const LOGIN_REFUSED = 'user name or password is refused';

/** What to do, for logs and the command line; pages say it in the reader's language. */
const ADVICE: Readonly<Record<Exclude<SourceFault, 'other'>, string>> = {
  scheme: 'the address must start with rtsp://, rtsps://, http:// or https://, or be the path of a file',
  password: `${LOGIN_REFUSED}; check them in the source address`,
  path: 'the camera knows no such stream; check the path of the address',
  transport: 'the camera refuses this way of sending; set `transport` to the other one (tcp, udp)',
  busy: 'the camera reports an error of its own or has no connection left; close other viewers or start it again',
  refused: 'nothing listens there; check address and port, and that the camera is on',
  unreachable: 'no answer; check the network, the address and the camera’s power',
  name: 'the host name is not known; use the IP address or check DNS',
  timeout: 'no answer; check the network, the address and the camera’s power',
  tls: 'no encrypted connection is possible there; check the port, or use rtsp:// or http://',
  codec: 'it sends a format that cannot be decoded here; set the camera to H.264 or H.265',
  'no-video': 'this is no video, or a damaged one',
  file: 'no such file, or this user may not read it; check the path (it is relative to the configuration file)',
};

const explain = (message: string): string => {
  const fault = sourceFaultOf(message);
  return fault === 'other' ? (message.split('\n').at(-1)?.trim() ?? message) : ADVICE[fault];
};

/**
 * Left to itself ffprobe watches a camera until the order of its pictures is certain, seven of them, more than a second
 * where five come in one. Codec and size stand in the session's description, or in the first key frame.
 */
const QUICK_LOOK = ['-analyzeduration', '300000'];

/** @throws WatchpostError SOURCE_OPEN with what to do, FFMPEG_MISSING */
const look = (url: string, inputOptions: readonly string[]): Promise<FfprobeData> =>
  new Promise((resolve, reject) => {
    ffmpeg.ffprobe(url, ['-hide_banner', '-v', 'error', ...inputOptions], (error: Error | null, result) => {
      if (!error) {
        resolve(result);
        return;
      }
      const message = redactUrl(error.message);
      if (/cannot find ffprobe|ENOENT.*ffprobe/i.test(message))
        reject(new WatchpostError('FFMPEG_MISSING', 'ffprobe is not installed; apt-get install ffmpeg'));
      else
        reject(
          new WatchpostError('SOURCE_OPEN', `${redactUrl(url)} cannot be opened: ${explain(message)}`, {
            // Not the error itself: its message and stack name the address with its password.
            cause: new Error(message),
          }),
        );
    });
  });

const videoOf = ({ streams }: FfprobeData): FfprobeData['streams'][number] | undefined =>
  streams.find(({ codec_type, width, height }) => codec_type === 'video' && width && height);

/**
 * Looks at a source before it is opened for good.
 * @throws WatchpostError SOURCE_OPEN with what to do, SOURCE_NO_VIDEO, FFMPEG_MISSING
 */
export const probe = async (
  url: string,
  stream: { readonly transport: 'tcp' | 'udp'; readonly stallMs: number } = { transport: 'tcp', stallMs: 10_000 },
): Promise<VideoInfo> => {
  const inputOptions = streamArgs({ url, ...stream });
  let data = await look(url, isFile(url) ? inputOptions : [...inputOptions, ...QUICK_LOOK]);
  // A camera that describes nothing, in the middle of a long group of pictures.
  if (!videoOf(data) && !isFile(url)) data = await look(url, inputOptions);
  const video = videoOf(data);
  if (!video?.width || !video.height)
    throw new WatchpostError('SOURCE_NO_VIDEO', `${redactUrl(url)} was opened but holds no video`);
  const [numerator = 0, denominator = 0] = (video.avg_frame_rate ?? '').split('/').map(Number);
  const turned = Math.abs(Number(video.rotation ?? 0)) % 180 === 90;
  return {
    codec: video.codec_name ?? 'unknown',
    width: turned ? video.height : video.width,
    height: turned ? video.width : video.height,
    fps: numerator > 0 && denominator > 0 ? numerator / denominator : null,
    durationMs: Number.isFinite(Number(data.format.duration)) ? Number(data.format.duration) * 1000 : null,
  };
};
