import { spawn } from 'node:child_process';
import { type ErrorCode, WatchpostError } from '../../pipeline/errors.ts';

/** No clip takes so long; an ffmpeg that hangs must not hold a place in the queue. */
const TIMEOUT_MS = 120_000;

/** A tool that could not be started, or failed, as an error of ours. */
export const toolError = (tool: string, code: ErrorCode, error: unknown, detail = ''): WatchpostError => {
  const { code: cause, message } = error as NodeJS.ErrnoException;
  if (cause === 'ENOENT' || /Cannot find ff/.test(message))
    return new WatchpostError('FFMPEG_MISSING', `${tool} is not installed; install it with: apt-get install ffmpeg`);
  if (/No space left/.test(detail) || /No space left/.test(message))
    return new WatchpostError('DISK_FULL', `no space is left for ${tool}'s output`, { cause: error });
  return new WatchpostError(code, `${tool} failed: ${detail.trim().split('\n').at(-1) || message}`, { cause: error });
};

/**
 * Runs ffmpeg or ffprobe to its end.
 * @returns what it wrote to its standard output
 * @throws WatchpostError FFMPEG_MISSING; `code` when it fails
 */
export const runTool = (tool: 'ffmpeg' | 'ffprobe', args: readonly string[], code: ErrorCode): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    const output: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
    child.once('error', (error) => reject(toolError(tool, code, error)));
    child.once('close', (exitCode, signal) => {
      if (exitCode === 0) resolve(Buffer.concat(output));
      else reject(toolError(tool, code, new Error(`exit ${exitCode ?? signal ?? ''}`), errors));
    });
  });
