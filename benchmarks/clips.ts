import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from '../models/model-files.ts';

export type Clip = {
  readonly file: string;
  readonly height: 720 | 1080;
  readonly codec: 'H.264' | 'H.265';
  readonly seconds: number;
  readonly frames: number;
  /** What is filmed: a crossroad where the shared footage is here, else ffmpeg's moving test picture with grain. */
  readonly scene: 'crossroad' | 'drawn';
};

export const CLIP_FPS = 25;
/** As much noise as a street camera’s picture has: without it decoding costs a fifth less. */
const GRAIN = 14;

/** As cameras send it: 25 pictures a second, a key frame every two seconds, no B frames; 4 or 6 Mbit/s, H.265 half of it. */
export const makeClip = (
  folder: string,
  height: Clip['height'],
  seconds: number,
  codec: Clip['codec'] = 'H.264',
): Clip => {
  const shared = process.env['WATCHPOST_SHARED'] ?? join(repositoryDir(), '..', 'shared');
  const footage = join(shared, 'footage', 'crossroad-1080p.mp4');
  const isHere = existsSync(footage);
  const size = height === 720 ? '1280x720' : '1920x1080';
  const file = join(folder, `${height}p-${seconds}s-${codec}.mp4`);
  const megabits = (height === 720 ? 4 : 6) / (codec === 'H.265' ? 2 : 1);
  const encoder =
    codec === 'H.264'
      ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(2 * CLIP_FPS)]
      : [
          '-c:v',
          'libx265',
          '-preset',
          'ultrafast',
          '-tune',
          'zerolatency',
          '-x265-params',
          `keyint=${2 * CLIP_FPS}:log-level=none`,
        ];
  const source = isHere
    ? ['-stream_loop', '-1', '-i', footage]
    : ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${CLIP_FPS},noise=alls=${GRAIN}:allf=t`];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-y', ...source, '-t', String(seconds)],
    ...['-vf', `fps=${CLIP_FPS},scale=${size.replace('x', ':')},format=yuv420p`, '-an'],
    ...encoder,
    ...['-b:v', `${megabits}M`, file],
  ]);
  return { file, height, codec, seconds, frames: seconds * CLIP_FPS, scene: isHere ? 'crossroad' : 'drawn' };
};
