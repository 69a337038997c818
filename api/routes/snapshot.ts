import { Type } from '@sinclair/typebox';
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { WatchpostError } from '../../pipeline/errors.ts';
import { isStills } from '../../pipeline/stills.ts';
import type { ApiContext } from '../context.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';

/** A still is new for so long. */
const KEEP_MS = 5_000;
/** An older one is shown at once while the next is taken: a wall that opens has pictures before it has video. */
const SHOW_MS = 60_000;
const WIDTH = 640;
const FFMPEG_MS = 10_000;
/** A wall of many cameras asks for all of them at once; stills may not take the machine from analysis. */
const MAX_PARALLEL = 2;

/** First picture of the newest segment in a live playlist: it starts with a key frame and decodes alone. */
const newestSegment = (playlist: string): { init: string; segment: string } | null => {
  const init = [...playlist.matchAll(/#EXT-X-MAP:URI="([^"]+)"/g)].at(-1)?.[1];
  const segment = playlist
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .at(-1);
  const isPlain = (path: string): boolean => /^[\w-]+(\/[\w.-]+){1,2}$/.test(path) && !path.includes('..');
  return init && segment && isPlain(init) && isPlain(segment) ? { init, segment } : null;
};

const decodeStill = async (folder: string): Promise<Buffer> => {
  const playlist = await readFile(join(folder, 'live.m3u8'), 'utf8').catch(() => '');
  const newest = newestSegment(playlist);
  if (!newest) throw new WatchpostError('NOT_FOUND', 'Nothing is recorded of this camera now');
  const args = '-v error -i pipe:0 -frames:v 1 -vf scale=640:-2 -q:v 4 -f mjpeg pipe:1'.split(' ');
  const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const killer = setTimeout(() => child.kill('SIGKILL'), FFMPEG_MS);
  try {
    const chunks: Buffer[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const feed = async function* (): AsyncGenerator<Uint8Array> {
      for (const file of [newest.init, newest.segment])
        yield* createReadStream(join(folder, file)) as AsyncIterable<Buffer>;
    };
    // ffmpeg closes its input after the first picture; that is the plan, not a fault.
    await Promise.all([ended, pipeline(feed(), child.stdin).catch(() => undefined)]);
    if (chunks.length === 0) throw new WatchpostError('SEGMENT_BROKEN', 'The newest segment holds no picture');
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(killer);
    child.kill('SIGKILL');
  }
};

/** The newest picture of a camera that gives stills. */
const latestStill = async (folder: string): Promise<Buffer> => {
  const bytes = await readFile(join(folder, 'latest.jpg')).catch(() => null);
  if (!bytes) throw new WatchpostError('NOT_FOUND', 'No picture of this camera has arrived yet');
  return sharp(bytes).resize({ width: WIDTH, withoutEnlargement: true }).jpeg().toBuffer();
};

type Still = { readonly mono: number; readonly still: Promise<Buffer> };

/** Small stills for lists and walls that do not play video. */
export const registerSnapshotRoutes = (app: App, context: ApiContext): void => {
  const kept = new Map<string, Still>();
  const taking = new Map<string, Still>();
  let running = 0;
  const waiting: (() => void)[] = [];
  const limited = async (folder: string): Promise<Buffer> => {
    if (running >= MAX_PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await decodeStill(folder);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
  const newest = (folder: string, url: string): Promise<Buffer> =>
    isStills(url) ? latestStill(folder) : limited(folder);
  /** Only stills that were had are kept: a camera that comes back is seen at once, one that is gone soon no longer. */
  const take = (id: string, fresh: Still): Still => {
    taking.set(id, fresh);
    void fresh.still
      .then(
        () => kept.set(id, fresh),
        () => kept.delete(id),
      )
      .finally(() => taking.delete(id));
    return fresh;
  };
  app.get(
    '/api/cameras/:id/snapshot.jpg',
    {
      schema: {
        tags: ['cameras'],
        summary: 'A still, 640 pixels wide, at most a minute old; of the newest segment when nobody asked for a minute',
        params: Type.Object({ id: Type.String() }),
      },
    },
    async (request, reply) => {
      const { id, source } = visibleCamera(context, accountOf(request), request.params.id);
      const mono = context.clock.mono();
      const known = kept.get(id);
      const age = known ? mono - known.mono : Infinity;
      let entry = known;
      if (!entry || age > KEEP_MS) {
        const coming = taking.get(id) ?? take(id, { mono, still: newest(context.paths.camera(id), source.url) });
        if (!entry || age > SHOW_MS) entry = coming;
      }
      return reply
        .header('cache-control', 'private, max-age=5')
        .type('image/jpeg')
        .send(await entry.still);
    },
  );
};
