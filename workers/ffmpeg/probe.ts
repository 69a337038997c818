import ffmpeg, { type FfprobeData } from 'fluent-ffmpeg';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import { streamArgs } from './args.ts';

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

const reasons: readonly (readonly [RegExp, string])[] = [
  [/invalid data|moov atom not found|end of file/i, 'this is no video, or a damaged one'],
  [/\b401\b|unauthori[sz]ed|\b403\b|forbidden/i, `${LOGIN_REFUSED}; check them in the source address`],
  [/connection refused/i, 'nothing listens there; check address and port, and that the camera is on'],
  [/no route|unreachable|timed out|timeout/i, 'no answer; check the network, the address and the camera’s power'],
  [/\b404\b|not found/i, 'the camera knows no such stream; check the path of the address'],
  [/no such file/i, 'no such file; check the path (it is relative to the configuration file)'],
  [/is a directory|permission denied/i, 'it cannot be read; check that it is a file this user may read'],
];

const explain = (message: string): string =>
  reasons.find(([pattern]) => pattern.test(message))?.[1] ?? message.split('\n').at(-1)?.trim() ?? message;

/**
 * Looks at a source before it is opened for good.
 * @throws WatchpostError SOURCE_OPEN with what to do, SOURCE_NO_VIDEO, FFMPEG_MISSING
 */
export const probe = async (
  url: string,
  stream: { readonly transport: 'tcp' | 'udp'; readonly stallMs: number } = { transport: 'tcp', stallMs: 10_000 },
): Promise<VideoInfo> => {
  const inputOptions = ['-hide_banner', '-v', 'error', ...streamArgs({ url, ...stream })];
  const data = await new Promise<FfprobeData>((resolve, reject) => {
    ffmpeg.ffprobe(url, [...inputOptions], (error: Error | null, result) => {
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
  const video = data.streams.find(({ codec_type }) => codec_type === 'video');
  if (!video || !video.width || !video.height)
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
