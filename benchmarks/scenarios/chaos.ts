import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { repositoryDir } from '../../models/model-files.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { type CameraState, liveChannel, type LiveFrame, stateKey, STATISTICS_STREAM } from '../../pipeline/live.ts';
import type { RecordingSession } from '../../pipeline/segment.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { CAMERA_MISCHIEFS, type ChaosProxy, type Mischief, MISCHIEFS, startChaosProxy } from '../chaos-proxy.ts';
import { environment } from '../environment.ts';
import { processTree } from '../process-tree.ts';
import { spreadOf } from '../stages.ts';
import { slope } from '../statistics.ts';

/**
 * Many RTSP cameras, half of them on lines that go through every mischief in turn, and what the other half notices of it.
 *     node dist/benchmarks/scenarios/chaos.js [--cameras 48] [--minutes 10] [--quiet 3] [--out FILE]
 * `--quiet` minutes without mischief come first and are what the rest is held against. Exits 1 when a frame is unaccounted
 * for, memory grows, the good lines' p95 latency grows by more than a fifth, processes stay behind, a mischief goes unnoticed
 * or a camera is back later than 5 s after it ends. Small pictures, one analysed a
 * second, the smallest detector: cameras and lines are what is tried here.
 */
const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '48' },
    minutes: { type: 'string', default: '10' },
    quiet: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const count = Number(values.cameras);
const MINUTE_MS = 60_000;
const MIB = 2 ** 20;
const FPS = 1;
/** A mischief lasts longer than the recorder waits for a packet, and the pause after it longer than it should take to recover. */
const STALL_MS = 8_000;
const MISCHIEF_MS = 20_000;
const WELL_MS = 40_000;
const LOOK_MS = 250;
/** Promised of the cameras on good lines, against the quiet minutes. */
const MOST_SLOWER = 1.2;
const MOST_MIB_PER_MINUTE = 1;
/** Promised from the return of a source to its first picture. */
const RECOVERED_WITHIN_MS = 5_000;
/** Shorter than a mischief, so that a picture that stands still is told while it does. */
const FROZEN_AFTER_MS = 8_000;
const SAMPLE_MS = 5_000;
/** Sources open one after the other; the first minutes also fill caches. */
const SETTLE_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'watchpost-chaos-'));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
type Codec = 'h264' | 'h265';
const drawClip = (name: string, size: string, codec: Codec): string => {
  const clip = join(folder, `${name}.mp4`);
  const encoder = codec === 'h264' ? ['libx264', '-bf', '0'] : ['libx265', '-x265-params', 'bframes=0:log-level=none'];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=5`, '-t', '60'],
    ...['-c:v', ...encoder, '-preset', 'veryfast', '-g', '10', '-pix_fmt', 'yuv420p', clip],
  ]);
  return clip;
};

/** One server for all, and one for each that stands in: every camera has a line of its own to them. */
const serve = async (clip: string, codec: Codec = 'h264', command = '') => {
  const file = join(repositoryDir(), 'test/fakes/rtsp-server.py');
  const server = spawn('/usr/bin/python3', [file, clip, '--codec', codec], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  server.stdin.write(`${command}\n`);
  return { port: (JSON.parse(line) as { port: number }).port, server };
};
const SMALL = { width: 320, height: 180, codec: 'h264' } as const;
const LARGE = { width: 480, height: 270 } as const;
const street = drawClip('street', `${SMALL.width}x${SMALL.height}`, 'h264');
const original = await serve(street);
const standIns = {
  repeat: await serve(street, 'h264', 'repeat'),
  size: await serve(drawClip('large', `${LARGE.width}x${LARGE.height}`, 'h264')),
  codec: await serve(drawClip('hevc', `${SMALL.width}x${SMALL.height}`, 'h265'), 'h265'),
};
const ports = { repeat: standIns.repeat.port, size: standIns.size.port, codec: standIns.codec.port };
const lines: ChaosProxy[] = [];
for (let index = 0; index < count; index++) lines.push(await startChaosProxy(original.port, ports));
const idOf = (index: number): string => `camera-${index + 1}`;
/** Every second camera is on a bad line. */
const isBad = (index: number): boolean => index % 2 === 1;

const configFile = join(folder, 'config.yml');
writeFileSync(
  configFile,
  stringify({
    version: 1,
    server: { port: 0 },
    recording: { keepHours: 0.05 },
    detectors: { small: { model: 'plate', threads: 1, maxBatch: 8 } },
    cameras: lines.map(({ port: own }, index) => ({
      id: idOf(index),
      source: { url: `rtsp://127.0.0.1:${own}/live`, transport: 'tcp', stallMs: STALL_MS },
      analysis: { detector: 'small', fps: FPS },
      rules: [{ id: 'health', kind: 'camera_health', minDurationMs: FROZEN_AFTER_MS, report: 'statistic' }],
    })),
  }),
);
const system = spawn(
  process.execPath,
  [fileURLToPath(new URL('../../bin/cli/main.js', import.meta.url)), 'up', '--config', configFile, '--data', folder],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const redisFile = dataFolder(folder).redisSocket;
const redis = new Redis(redisFile, { retryStrategy: () => 200, maxRetriesPerRequest: null });
redis.on('error', () => undefined); // It starts with the system.
const listener = new Redis(redisFile, { retryStrategy: () => 200, maxRetriesPerRequest: null });
listener.on('error', () => undefined);

const statesNow = async (): Promise<ReadonlyMap<string, CameraState>> =>
  new Map(
    Object.entries(await redis.hgetall(stateKey('record'))).map(([id, text]) => [id, JSON.parse(text) as CameraState]),
  );
const startedAt = performance.now();
const waitUntil = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const from = performance.now(); !(await holds());) {
    if (performance.now() - from > 12 * MINUTE_MS) throw new Error(`not within 12 minutes: ${what}`);
    await sleep(1_000);
  }
};

type Phase = 'settling' | 'quiet' | 'chaos' | 'after';
let phase: Phase = 'settling';
/** Captured → boxes published, ms, of the cameras on good lines. */
const latencies: Record<Phase, number[]> = { settling: [], quiet: [], chaos: [], after: [] };
for (let index = 0; index < count; index++) if (!isBad(index)) await listener.subscribe(liveChannel(idOf(index)));
listener.on('message', (_, text) => {
  const { capturedAt } = JSON.parse(text) as LiveFrame;
  latencies[phase].push(Date.now() - capturedAt);
});

type Sample = { minute: number; rssMiB: number; ffmpegMiB: number; ours: number; ffmpeg: number; phase: Phase };
const samples: Sample[] = [];
const sampler = setInterval(() => {
  const tree = processTree(system.pid!);
  const isFfmpeg = ({ name }: { name: string }): boolean => /^ff(mpeg|probe)$/.test(name);
  const sum = (list: readonly { rssBytes: number }[]): number =>
    list.reduce((total, { rssBytes }) => total + rssBytes, 0) / MIB;
  const [children, ours] = [tree.filter(isFfmpeg), tree.filter((use) => !isFfmpeg(use))];
  samples.push({
    ...{ minute: (performance.now() - startedAt) / MINUTE_MS, phase },
    ...{ rssMiB: sum(ours), ffmpegMiB: sum(children), ours: ours.length, ffmpeg: children.length },
  });
}, SAMPLE_MS);

/** One bad line through all mischiefs, again and again; how long the camera was gone after each was over. */
type Recovery = {
  readonly camera: string;
  readonly mischief: Mischief;
  readonly noticed: boolean;
  readonly ms: number;
};
const recoveries: Recovery[] = [];

/** When each camera's picture was last told to stand still, by the rule on its health. */
const frozenAt = new Map<string, number>();
const events = new Redis(redisFile, { retryStrategy: () => 200, maxRetriesPerRequest: null });
events.on('error', () => undefined);
const watchEvents = async (): Promise<void> => {
  for (let last = '$'; !events.status.startsWith('end');) {
    const [[, entries] = ['', []]] = (await events.xread('BLOCK', 0, 'STREAMS', STATISTICS_STREAM, last)) ?? [];
    for (const [id, [, text]] of entries) {
      last = id;
      const { cameraId, decision } = JSON.parse(text ?? '{}') as WatchEvent;
      if (decision.facts['fault'] === 'frozen') frozenAt.set(cameraId, Date.now());
    }
  }
};
void watchEvents().catch(() => undefined); // The connection ends with the run.

/** Whether the system saw what was done to the camera since then: it is blind, or what it is has changed. */
const isNoticed = async (mischief: Mischief, state: CameraState, before: CameraState, since: number) => {
  if (mischief === 'repeat') return (frozenAt.get(state.cameraId) ?? 0) > since;
  if (mischief === 'clock-jump') return state.sessionId !== before.sessionId;
  if (mischief !== 'size' && mischief !== 'codec') return state.state === 'blind';
  const file = join(dataFolder(folder).session(state.cameraId, state.sessionId ?? ''), 'session.json');
  const session = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<RecordingSession>;
  return mischief === 'size' ? session.width === LARGE.width : session.codec === 'hevc';
};

/** @returns ms from that instant to the first picture of a new session, or of the old one where it held on */
const untilWatched = async (before: CameraState, wellAt: number, inNewSession: boolean): Promise<number> => {
  while (Date.now() - wellAt < 3 * MINUTE_MS) {
    const now = (await statesNow()).get(before.cameraId)!;
    if (now.state !== 'blind' && now.sessionId !== null) {
      if (now.sessionId !== before.sessionId) return now.since - wellAt;
      if (!inNewSession && now.frames.received > before.frames.received) return Date.now() - wellAt;
    }
    await sleep(LOOK_MS);
  }
  return Date.now() - wellAt;
};

const torment = async (index: number, endAt: number): Promise<void> => {
  const line = lines[index]!;
  const stateNow = async (): Promise<CameraState> => (await statesNow()).get(idOf(index))!;
  await sleep((index / count) * (MISCHIEF_MS + WELL_MS));
  for (let round = index; performance.now() + MISCHIEF_MS + WELL_MS < endAt; round++) {
    const mischief = MISCHIEFS[round % MISCHIEFS.length]!;
    const [first, since] = [await stateNow(), Date.now()];
    line.set(mischief);
    // A clock that jumps is well again at once, with another time.
    const jumped = mischief === 'clock-jump' ? await untilWatched(first, since, true) : null;
    await sleep(MISCHIEF_MS - (jumped ?? 0));
    const bad = await stateNow();
    const noticed = await isNoticed(mischief, bad, first, since);
    const wellAt = Date.now();
    line.set('pass');
    const isOther = (CAMERA_MISCHIEFS as readonly string[]).includes(mischief);
    const ms = jumped ?? (await untilWatched(bad, wellAt, isOther));
    recoveries.push({ camera: idOf(index), mischief, noticed, ms });
    await sleep(Math.max(0, wellAt + WELL_MS - Date.now()));
  }
};

const isWatching = async (): Promise<boolean> => {
  const states = [...(await statesNow()).values()];
  return states.length === count && states.every(({ frames }) => frames.analysed > 0);
};
await waitUntil('every camera is analysed', isWatching);
await sleep(SETTLE_MS);
phase = 'quiet';
const quietLoad = loadavg()[0]!;
await sleep(Number(values.quiet) * MINUTE_MS);
phase = 'chaos';
const chaosLoad = loadavg()[0]!;
const endAt = performance.now() + Number(values.minutes) * MINUTE_MS;
await Promise.all([...lines.keys()].filter(isBad).map((index) => torment(index, endAt)));
phase = 'after';
await sleep(SETTLE_MS);
clearInterval(sampler);
const frames = [...(await statesNow()).values()].map(({ cameraId, frames: { received, analysed, dropped } }) => {
  const lost = Object.values(dropped).reduce((total, each) => total + each, 0);
  return { cameraId, received, analysed, dropped, unaccounted: received - analysed - lost };
});
redis.disconnect();
listener.disconnect();
events.disconnect();
const stopped = once(system, 'close');
system.kill('SIGTERM');
await stopped;
for (const { server } of [original, ...Object.values(standIns)]) server.kill('SIGKILL');
await Promise.all(lines.map((proxy) => proxy.stop()));
rmSync(folder, { recursive: true, force: true });

const [quiet, chaos] = [spreadOf(latencies.quiet), spreadOf(latencies.chaos)];
const [calm, tormented] = (['quiet', 'chaos'] as const).map((one) =>
  samples.filter((sample) => sample.phase === one),
) as [Sample[], Sample[]];
const range = (list: readonly number[]) => ({ least: Math.min(...list), most: Math.max(...list) });
const result = {
  scenario: 'chaos',
  environment: { ...environment(), loadAverage: { quiet: quietLoad, chaos: chaosLoad, end: loadavg()[0]! } },
  ...{ cameras: count, onBadLines: lines.filter((_, index) => isBad(index)).length, mischiefs: MISCHIEFS },
  ...{ minutes: Number(values.minutes), quietMinutes: Number(values.quiet), analysedFps: FPS },
  goodCamerasLatencyMs: { quiet, chaos, p95Ratio: quiet && chaos ? chaos.p95 / quiet.p95 : null },
  unaccountedMost: Math.max(...frames.map(({ unaccounted }) => Math.abs(unaccounted))),
  slopeMiBPerMinute: slope(tormented.map(({ minute, rssMiB }) => ({ x: minute, y: rssMiB }))),
  processes: {
    oursQuiet: range(calm.map(({ ours }) => ours)),
    oursAfter: samples.at(-1)!.ours,
    ffmpegQuiet: range(calm.map(({ ffmpeg }) => ffmpeg)),
    ffmpegAfter: samples.at(-1)!.ffmpeg,
  },
  recovery: Object.fromEntries(
    MISCHIEFS.map((mischief) => {
      const list = recoveries.filter((each) => each.mischief === mischief);
      return [
        mischief,
        {
          times: list.length,
          noticed: list.filter(({ noticed }) => noticed).length,
          late: list.filter(({ ms }) => ms > RECOVERED_WITHIN_MS).length,
          ms: spreadOf(list.map(({ ms }) => ms)),
          most: list.length > 0 ? Math.round(Math.max(...list.map(({ ms }) => ms))) : null,
        },
      ];
    }),
  ),
  frames,
};
console.log(JSON.stringify({ ...result, frames: undefined }, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify({ ...result, samples }, null, 2)}\n`);
/** Frames that are on their way at the moment of reading, per camera. */
const FLYING = 2;
const isLate = recoveries.some(({ ms, noticed }) => ms > RECOVERED_WITHIN_MS || !noticed);
const isSlower = (result.goodCamerasLatencyMs.p95Ratio ?? Infinity) > MOST_SLOWER;
const { oursQuiet, oursAfter, ffmpegQuiet, ffmpegAfter } = result.processes;
const haveStayed = oursAfter > oursQuiet.most || ffmpegAfter > ffmpegQuiet.most;
const isOver = result.unaccountedMost > FLYING || result.slopeMiBPerMinute > MOST_MIB_PER_MINUTE;
if (isOver || isLate || isSlower || haveStayed) process.exitCode = 1;
