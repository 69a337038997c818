import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { PIPES } from './args.ts';
import type { FramePipe } from './frame-pipe.ts';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';

const KEPT_LINES = 20;
const KILL_AFTER_MS = 3_000;

export type FfmpegRun = {
  /** Time lines, see `rawFrameArgs`. */
  readonly times: Readable;
  /** Fragmented MP4, see `recordingArgs` and `renditionArgs`. Whatever is asked for must be read. */
  readonly recording: Readable;
  readonly rendition: Readable;
  readonly pid: number | undefined;
  /** Resolves when ffmpeg is gone, with its exit code (null when a signal ended it). */
  readonly ended: Promise<number | null>;
  /** Last lines of its log, without passwords. */
  readonly log: () => readonly string[];
  /** Asks it to finish its files, kills it after 3 s. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts ffmpeg as a child.
 * @param pixels takes what it writes on standard output; null where it writes nothing there
 * @throws WatchpostError FFMPEG_MISSING through `ended`
 */
export const startFfmpeg = (args: readonly string[], pixels: FramePipe | null): FfmpegRun => {
  const child: ChildProcess = spawn('ffmpeg', [...args], {
    stdio: ['ignore', pixels?.childEnd ?? 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  pixels?.childEnd.destroy();
  const pipe = (fd: number): Readable => child.stdio[fd] as Readable;
  const lines: string[] = [];
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    for (const line of chunk.split('\n')) if (line.trim()) lines.push(redactUrl(line.trim()));
    lines.splice(0, Math.max(0, lines.length - KEPT_LINES));
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new WatchpostError('FFMPEG_MISSING', 'ffmpeg cannot be started; apt-get install ffmpeg', { cause })),
    );
    child.once('close', (code) => resolve(code));
  });
  ended.catch(() => undefined);
  return {
    times: pipe(PIPES.times),
    recording: pipe(PIPES.recording),
    rendition: pipe(PIPES.rendition),
    pid: child.pid,
    ended,
    log: () => lines,
    stop: async () => {
      child.kill('SIGTERM');
      // A reader that stopped reading must not keep ffmpeg in its last write.
      pixels?.drain();
      pipe(PIPES.times).resume();
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended.catch(() => null);
      clearTimeout(killer);
    },
  };
};
