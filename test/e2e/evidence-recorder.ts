import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import type { RecordingSession, SegmentRecord } from '../../pipeline/segment.ts';

const run = promisify(execFile);

export const FPS = 25;
export const SEGMENT_MS = 2_000;
export const FRAME_MS = 1_000 / FPS;
const BITS = 12;
const CELL = 16;

/** Draws the frame's number as black and white squares along the top edge, lowest bit first. */
const counter = [
  `drawbox=x=0:y=0:w=${BITS * CELL}:h=${CELL}:color=black:t=fill`,
  ...Array.from(
    { length: BITS },
    (_, bit) =>
      `drawbox=x=${bit * CELL}:y=0:w=${CELL}:h=${CELL}:color=white:t=fill:enable='mod(floor(n/${2 ** bit}),2)'`,
  ),
].join(',');

/** Reads the number drawn by `counter` from a picture. */
export const readCounter = async (jpeg: Uint8Array): Promise<number> => {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  let value = 0;
  for (let bit = 0; bit < BITS; bit++)
    if (data[(CELL / 2) * info.width * info.channels + (bit * CELL + CELL / 2) * info.channels]! > 128)
      value += 2 ** bit;
  return value;
};

/** Reads the counter of every frame of a video file, in order of presentation. */
export const readCounters = async (file: string): Promise<number[]> => {
  const { stdout } = await run(
    'ffmpeg',
    [
      '-v',
      'error',
      '-i',
      file,
      '-vsync',
      'passthrough',
      '-vf',
      `crop=${BITS * CELL}:${CELL}:0:0,scale=${BITS}:1:flags=area`,
    ].concat('-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'),
    { encoding: 'buffer', maxBuffer: 1 << 26 },
  );
  return Array.from({ length: stdout.length / BITS }, (_, frame) =>
    [...stdout.subarray(frame * BITS, (frame + 1) * BITS)].reduce((sum, v, bit) => sum + (v > 128 ? 2 ** bit : 0), 0),
  );
};

/** A recorded camera on disk as the recorder leaves it, made from a test picture with a frame counter. */
export const makeRecording = async (
  cameraDir: string,
  {
    seconds = 20,
    codec = 'libx264',
    size = '320x240',
    anchorAt = 1_760_000_000_000,
    sessionId = 's1',
    ended = true,
  }: {
    seconds?: number;
    codec?: 'libx264' | 'libx265';
    size?: string;
    anchorAt?: number;
    sessionId?: string;
    ended?: boolean;
  } = {},
): Promise<{ session: RecordingSession; segments: SegmentRecord[]; sessionDir: string }> => {
  const sessionDir = join(cameraDir, sessionId);
  await mkdir(join(sessionDir, 'tracks'), { recursive: true });
  const gop = String((FPS * SEGMENT_MS) / 1_000);
  await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${FPS}`, '-t', String(seconds)],
      ...['-vf', counter, '-pix_fmt', 'yuv420p', '-c:v', codec, '-preset', 'ultrafast', '-bf', '2'],
      ...(codec === 'libx265' ? ['-x265-params', `keyint=${gop}:min-keyint=${gop}:scenecut=0:log-level=none`] : []),
      ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
      ...['-f', 'hls', '-hls_segment_type', 'fmp4', '-hls_time', String(SEGMENT_MS / 1_000), '-hls_list_size', '0'],
      ...['-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', '%06d.m4s', 'out.m3u8'],
    ],
    { cwd: sessionDir },
  );
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const [width = 0, height = 0] = size.split('x').map(Number);
  const session: RecordingSession = {
    ...{ cameraId: 'gate', sessionId, codec: codec === 'libx264' ? 'h264' : 'hevc', width, height },
    clock: { sessionId, anchorAt, source: 'given', uncertaintyMs: 0 },
    initFile: 'init.mp4',
    initSha256: sha256(await readFile(join(sessionDir, 'init.mp4'))),
    ...(ended ? { endPtsMs: seconds * 1_000 } : {}),
  };
  const files = (await readdir(sessionDir)).filter((name) => name.endsWith('.m4s')).sort();
  const segments = await Promise.all(
    files.map(async (file, sequence): Promise<SegmentRecord> => {
      const bytes = await readFile(join(sessionDir, file));
      const startPtsMs = sequence * SEGMENT_MS;
      return {
        ...{ cameraId: 'gate', sessionId, sequence, file, startPtsMs },
        durationMs: Math.min(SEGMENT_MS, seconds * 1_000 - startPtsMs),
        startAt: anchorAt + startPtsMs,
        bytes: bytes.length,
        sha256: sha256(bytes),
        startsWithKeyframe: true,
      };
    }),
  );
  await writeFile(join(sessionDir, 'session.json'), JSON.stringify(session));
  await writeFile(join(sessionDir, 'index.ndjson'), segments.map((record) => `${JSON.stringify(record)}\n`).join(''));
  for (let ptsMs = 0; ptsMs < seconds * 1_000; ptsMs += 200) {
    const frame: LiveFrame = { cameraId: 'gate', sessionId, ptsMs, capturedAt: anchorAt + ptsMs, tracks: [] };
    await appendFile(join(sessionDir, 'tracks', `${Math.floor(ptsMs / 60_000)}.ndjson`), `${JSON.stringify(frame)}\n`);
  }
  return { session, segments, sessionDir };
};

/** An event of that recording; `extra` replaces members. */
export const makeEvent = (
  id: string,
  triggerPtsMs: number,
  { anchorAt = 1_760_000_000_000, ...extra }: Partial<WatchEvent> & { anchorAt?: number } = {},
): WatchEvent => {
  const [startPtsMs, endPtsMs] = [triggerPtsMs - 500, triggerPtsMs + 500];
  return {
    ...{
      schemaVersion: 1,
      id,
      cameraId: 'gate',
      sessionId: 's1',
      ruleId: 'r1',
      kind: 'wrong_way',
      disposition: 'case',
    },
    ...{ startPtsMs, triggerPtsMs, endPtsMs },
    ...{ startAt: anchorAt + startPtsMs, triggerAt: anchorAt + triggerPtsMs, endAt: anchorAt + endPtsMs },
    clockUncertaintyMs: 0,
    keyPtsMs: { before: startPtsMs, at: triggerPtsMs, after: endPtsMs },
    subjects: [],
    decision: {
      ...{ ruleId: 'r1', ruleKind: 'wrong_way', ruleVersion: '1', geometryHash: '0'.repeat(64) },
      measurements: [{ name: 'headingDifference', value: 170, unit: '°', threshold: 120, comparison: '>=' }],
      facts: { lane: 'a' },
    },
    provenance: { softwareVersion: '0', configHash: '0'.repeat(64), models: [] },
    ...extra,
  };
};

/**
 * Plays a recording on disk as if it were being recorded now: a segment appears when its last frame would have been
 * received. Media time zero is the moment of the call.
 */
export const growRecording = async (
  from: { session: RecordingSession; segments: readonly SegmentRecord[]; sessionDir: string },
  cameraDir: string,
  signal: AbortSignal,
): Promise<{ anchorAt: number; done: Promise<void> }> => {
  const anchorAt = Date.now();
  const target = join(cameraDir, from.session.sessionId);
  await mkdir(target, { recursive: true });
  // It goes on, so it has no end yet; JSON leaves out what is undefined.
  const session = { ...from.session, endPtsMs: undefined };
  await copyFile(join(from.sessionDir, 'init.mp4'), join(target, 'init.mp4'));
  await writeFile(
    join(target, 'session.json'),
    JSON.stringify({ ...session, clock: { ...session.clock, anchorAt, source: 'arrival' } }),
  );
  const grow = async (): Promise<void> => {
    for (const segment of from.segments) {
      const dueMs = anchorAt + segment.startPtsMs + segment.durationMs - Date.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs)));
      if (signal.aborted) return;
      await copyFile(join(from.sessionDir, segment.file), join(target, segment.file));
      const record = { ...segment, startAt: anchorAt + segment.startPtsMs };
      await appendFile(join(target, 'index.ndjson'), `${JSON.stringify(record)}\n`);
    }
  };
  return { anchorAt, done: grow() };
};
