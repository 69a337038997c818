import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { WatchpostError } from '../../pipeline/errors.ts';
import { redactPlane } from './mosaic.ts';
import type { Redaction } from './regions.ts';

/** A copy for showing, not for measuring: no wider than this. */
const MOST_WIDE_PX = 1_280;
const TIMEOUT_MS = 180_000;

const even = (value: number): number => Math.max(2, Math.round(value / 2) * 2);

const start = (tool: 'ffmpeg' | 'ffprobe', args: readonly string[]) => {
  const child = spawn(tool, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  // A tool that ends early closes its input; its exit code tells why.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new WatchpostError('FFMPEG_MISSING', `${tool} is not installed; install it with: apt-get install ffmpeg`)
          : error,
      ),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new WatchpostError(
            'EVIDENCE_UNVERIFIED',
            `The clip cannot be redacted, ${tool} failed: ${errors.trim().split('\n').at(-1) ?? ''}`,
          ),
        );
    });
  });
  ended.catch(() => undefined); // Told to whoever awaits it.
  return { child, ended };
};

/** Clip time of every frame in order of presentation, ms from the first. */
const frameTimes = async (clip: string): Promise<number[]> => {
  const { child, ended } = start('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', clip],
  ]);
  child.stdin.end();
  let text = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString();
  await ended;
  const times = text
    .split(/[\n,]+/)
    .filter((line) => line !== '')
    .map((line) => Number(line) * 1000)
    .filter((time) => Number.isFinite(time))
    .sort((a, b) => a - b);
  return times.map((time) => time - times[0]!);
};

/**
 * Decodes a clip, hides what the plan says in every frame and encodes the rest as H.264. Frames follow each other evenly,
 * at the clip's mean rate.
 * @param planAt by clip time, ms
 * @returns number of frames
 * @throws WatchpostError EVIDENCE_UNVERIFIED, FFMPEG_MISSING
 */
export const redactClip = async (options: {
  readonly clip: string;
  readonly target: string;
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
  readonly planAt: (clipMs: number) => Redaction;
}): Promise<number> => {
  const { clip, target, planAt, durationMs } = options;
  const times = await frameTimes(clip);
  const width = even(Math.min(MOST_WIDE_PX, options.width));
  const height = even((options.height * width) / options.width);
  const rate = durationMs > 0 ? (times.length * 1000) / durationMs : 25;
  const decoder = start('ffmpeg', [
    ...['-v', 'error', '-i', clip, '-map', '0:v:0', '-vsync', 'passthrough', '-vf', `scale=${width}:${height}`],
    ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
  ]);
  decoder.child.stdin.end();
  const encoder = start('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`],
    ...['-r', rate.toFixed(3), '-i', 'pipe:0', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23'],
    ...['-pix_fmt', 'yuv420p', '-map_metadata', '-1', '-movflags', '+faststart', '-f', 'mp4', target],
  ]);
  encoder.child.stdout.resume();
  const frameBytes = (width * height * 3) / 2;
  let frames = 0;
  let frame = Buffer.alloc(frameBytes);
  let filled = 0;
  try {
    for await (const chunk of decoder.child.stdout as AsyncIterable<Buffer>) {
      for (let from = 0; from < chunk.length;) {
        const copied = chunk.copy(frame, filled, from);
        from += copied;
        filled += copied;
        if (filled < frameBytes) continue;
        redactFrame(frame, width, height, planAt(times[frames] ?? times.at(-1) ?? 0));
        frames++;
        if (!encoder.child.stdin.write(frame)) await Promise.race([once(encoder.child.stdin, 'drain'), encoder.ended]);
        // The one that was written belongs to the pipe now.
        frame = Buffer.alloc(frameBytes);
        filled = 0;
      }
    }
    encoder.child.stdin.end();
    await Promise.all([decoder.ended, encoder.ended]);
  } finally {
    decoder.child.kill('SIGKILL');
    encoder.child.kill('SIGKILL');
  }
  if (frames === 0 || frames !== times.length)
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `The clip cannot be redacted: ${frames} of its ${times.length} frames could be decoded`,
    );
  return frames;
};

/** Planar YUV 4:2:0: the planes of colour have half the width and height. */
const redactFrame = (frame: Buffer, width: number, height: number, redaction: Redaction): void => {
  const [half, low] = [width / 2, height / 2];
  const luma = width * height;
  redactPlane({ data: frame.subarray(0, luma), width, height, channels: 1 }, redaction);
  for (const from of [luma, luma + half * low])
    redactPlane({ data: frame.subarray(from, from + half * low), width: half, height: low, channels: 1 }, redaction);
};
