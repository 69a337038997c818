import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import { redactUrl } from '../../pipeline/errors.ts';
import { type SourceFault, sourceFaultOf } from '../../pipeline/source-fault.ts';
import type { ProbeResult } from '../contract/setup.ts';

type Failure = Extract<ProbeResult, { ok: false }>;

/** Cameras that sleep between pictures need some seconds for the first key frame. */
const LONGEST_MS = 12_000;
const MOST_BYTES = 8_000_000;
const WIDTH_PX = 1280;

/** The other transport mends neither a password nor a path. */
const FINAL: readonly SourceFault[] = ['password', 'path', 'refused', 'name', 'tls', 'codec'];

type Run = { readonly picture: Buffer; readonly said: string; readonly timedOut: boolean };

const takePicture = (input: readonly string[]): Promise<Run> =>
  new Promise((done) => {
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'info', ...input];
    const output = ['-map', '0:v:0', '-frames:v', '1', '-vf', `scale='min(${WIDTH_PX},iw)':-2`];
    const child = spawn('ffmpeg', [...args, ...output, '-q:v', '4', '-f', 'mjpeg', 'pipe:1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let said = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, LONGEST_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes < MOST_BYTES) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
    child.once('error', (error) => (said += String(error)));
    child.once('close', () => {
      clearTimeout(timer);
      done({ picture: Buffer.concat(chunks), said, timedOut });
    });
  });

/**
 * Opens a source and takes one picture of it. Never throws for what a camera does: that is the answer.
 * @param url with its password; it appears in no part of the answer
 */
export const probeSource = async (options: {
  readonly url: string;
  readonly transport: 'auto' | 'tcp' | 'udp';
  /** Folder where relative file paths start. */
  readonly configDir: string;
}): Promise<ProbeResult> => {
  const { url, transport, configDir } = options;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && !['rtsp', 'rtsps', 'http', 'https'].includes(scheme))
    return { ok: false, fault: 'scheme', detail: `${scheme}:// is not a source of pictures` };
  const isRtsp = scheme === 'rtsp' || scheme === 'rtsps';
  // `file:` keeps ffmpeg from reading other protocols into a path.
  const input = scheme === undefined ? `file:${isAbsolute(url) ? url : resolve(configDir, url)}` : url;
  const ways = !isRtsp
    ? (['none'] as const)
    : transport === 'auto'
      ? (['tcp', 'udp'] as const)
      : ([transport] as const);
  let failure: Failure = { ok: false, fault: 'other', detail: '' };
  for (const way of ways) {
    const run = await takePicture([
      ...(way === 'none' ? [] : ['-rtsp_transport', way]),
      ...(scheme === undefined ? [] : ['-timeout', String(LONGEST_MS * 500)]),
      ...['-i', input],
    ]);
    const result = toResult(run, way);
    if (result.ok) return result;
    failure = result;
    if (FINAL.includes(result.fault)) break;
  }
  return failure;
};

const toResult = ({ picture, said, timedOut }: Run, transport: 'tcp' | 'udp' | 'none'): ProbeResult => {
  const video = /Stream #0:\d+.*?: Video: (\w+).*?, (\d{2,5})x(\d{2,5})/.exec(said);
  if (picture.length > 0 && video) {
    const fps = /, ([\d.]+) fps/.exec(said)?.[1];
    return {
      ...({ ok: true, codec: video[1] ?? '', width: Number(video[2]), height: Number(video[3]) } as const),
      fps: fps === undefined ? null : Number(fps),
      transport,
      picture: `data:image/jpeg;base64,${picture.toString('base64')}`,
    };
  }
  const lines = said.trim().split('\n');
  const fault = timedOut ? 'timeout' : sourceFaultOf(said);
  const last = lines.findLast((line) => sourceFaultOf(line) !== 'other') ?? lines.at(-1) ?? '';
  return { ok: false, fault, detail: redactUrl(last).slice(0, 300) };
};
