import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { type Trial, tryWays } from '../../models/calibration.ts';
import { findModel } from '../../models/manifest.ts';
import { resolveModelFile } from '../../models/model-files.ts';
import { type CameraState, stateKey } from '../../pipeline/live.ts';
import { processKey, type ProcessReport } from '../../pipeline/process-report.ts';
import { BUCKETS_S, type Stage } from '../../pipeline/stage-histograms.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { CLIP_FPS, makeClip } from '../clips.ts';
import { environment } from '../environment.ts';
import { measureFloor } from '../floor.ts';
import { processTree } from '../process-tree.ts';

/**
 * What the product adds to inference: the whole system on cameras that keep detector and machine half busy, frame readable →
 * its events handed to the queue, without inference and the wait for a busy detector, which other cameras' frames occupy
 * by chance. Some two and a half minutes.
 *     node dist/benchmarks/scenarios/added-latency.js [--cameras 12] [--seconds 90] [--model road] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '90' },
    model: { type: 'string', default: 'road' },
    out: { type: 'string' },
  },
});
const count = Number(values.cameras);
/** From the first analysed frame of the last camera on: caches and compiled code come to rest. */
const SETTLE_MS = 20_000;
const OPEN_WITHIN_MS = 120_000;
const MOST_MS = 10;
const HALF = 0.5;
/** What recording, scaling, tracking and the other processes cost beside decoding and inference, as a share of both. */
const BESIDE = 1.3;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const loadBefore = loadavg()[0]!;
const folder = mkdtempSync(join(tmpdir(), 'watchpost-added-'));
const clip = makeClip(folder, 720, 20);
const entry = findModel(values.model);
const trials: readonly Trial[] = await tryWays(entry, await resolveModelFile(entry), {
  ...{ model: values.model, minScore: 0.1, maxBatch: 1, batchDeadlineMs: 0, threads: 1, provider: 'cpu' as const },
});
const { msPerFrame, cpuMsPerFrame } = trials[0]!;
const { decodeCpuMs } = await measureFloor(values.model, clip);
/** Frames a second of all cameras at which one inference thread is half busy, and at which the whole machine is. */
const detectorHalf = (HALF * 1_000) / msPerFrame;
const decodingCores = (count * CLIP_FPS * decodeCpuMs) / 1_000;
const machineHalf = ((HALF * availableParallelism()) / BESIDE - decodingCores) / (cpuMsPerFrame / 1_000);
const fps = Math.round((100 * Math.min(detectorHalf, machineHalf)) / count) / 100;
if (!(fps >= 0.2)) throw new Error(`decoding ${count} cameras alone takes half of this machine; ask for fewer`);

/** Vehicles cross them at this rate too: 48 events in 24 frames of the crossroad. */
const lines = { across: [[0, 0.6], [1, 0.6]], middle: [[0.5, 0], [0.5, 1]], left: [[0.3, 0], [0.3, 1]] }; // prettier-ignore
const config = join(folder, 'config.yml');
writeFileSync(
  config,
  stringify({
    version: 1,
    server: { port: 0 },
    recording: { keepHours: 0.05 },
    detectors: { main: { model: values.model, threads: 1 } },
    cameras: Array.from({ length: count }, (_, index) => ({
      id: `camera-${index + 1}`,
      source: { url: clip.file },
      analysis: { detector: 'main', fps },
      lines,
      rules: Object.keys(lines).map((line) => ({ id: line, kind: 'line_count', line })),
    })),
  }),
);
const system = spawn(
  process.execPath,
  [fileURLToPath(new URL('../../bin/cli/main.js', import.meta.url)), 'up', '--config', config, '--data', folder],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const redis = new Redis(dataFolder(folder).redisSocket, { retryStrategy: () => 200, maxRetriesPerRequest: null });
redis.on('error', () => undefined); // It starts with the system.

const readStages = async (): Promise<ProcessReport['stages']> => {
  const text = await redis.get(processKey('analyze'));
  if (text === null) throw new Error('the analysis does not report; it has not started');
  return (JSON.parse(text) as ProcessReport).stages;
};
const cpuSeconds = (): number => processTree(system.pid!).reduce((sum, use) => sum + use.cpuSeconds, 0);

/** Seconds that all cores together were busy, whoever kept them so. */
const busySeconds = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1_000;
const analysing = async (): Promise<number> =>
  Object.values(await redis.hgetall(stateKey('record'))).filter(
    (text) => (JSON.parse(text) as CameraState).frames.analysed > 0,
  ).length;
const look = async () => ({
  ...{ stages: await readStages(), cpu: cpuSeconds(), busy: busySeconds(), at: performance.now() },
});

for (const from = performance.now(); (await analysing()) < count;) {
  if (performance.now() - from > OPEN_WITHIN_MS) throw new Error('not all cameras are analysed within two minutes');
  await sleep(500);
}
await sleep(SETTLE_MS);
const before = await look();
await sleep(Number(values.seconds) * 1_000);
const after = await look();
redis.disconnect();
const stopped = once(system, 'close');
system.kill('SIGTERM');
await stopped;
rmSync(folder, { recursive: true, force: true });

/** Times of the measured seconds alone. */
const during = (stage: Stage): { count: number; p50: number; p95: number; share: (ms: number) => number } | null => {
  const [from, to] = [before.stages[stage], after.stages[stage]];
  if (!to) return null;
  const total = to.count - (from?.count ?? 0);
  const upTo = BUCKETS_S.map((_, i) => (to.buckets[i]! - (from?.buckets[i] ?? 0)) / total);
  /** Within a bucket times are taken as spread evenly, as Prometheus does. */
  const quantile = (part: number): number => {
    const i = upTo.findIndex((share) => share >= part);
    if (i < 0) return Infinity;
    const [low, below] = i === 0 ? [0, 0] : [BUCKETS_S[i - 1]!, upTo[i - 1]!];
    return Math.round((low + ((part - below) / (upTo[i]! - below)) * (BUCKETS_S[i]! - low)) * 100_000) / 100;
  };
  return {
    ...{ count: total, p50: quantile(0.5), p95: quantile(0.95) },
    share: (ms) => Math.round((upTo[BUCKETS_S.findIndex((limit) => limit * 1_000 >= ms)] ?? 1) * 10_000) / 10_000,
  };
};

const added = during('added');
const events = during('event');
if (!added) throw new Error('no frame was analysed');
const seconds = (after.at - before.at) / 1_000;
const shareOf = (coreSeconds: number): number =>
  Math.round((1_000 * coreSeconds) / seconds / availableParallelism()) / 1_000;
const cpuShare = shareOf(after.cpu - before.cpu);
const timesOf = (stage: Stage) => {
  const times = during(stage);
  return times && { count: times.count, p50: times.p50, p95: times.p95 };
};
const result = {
  scenario: 'added-latency',
  environment: { ...environment(), loadAverage: loadBefore },
  ...{ model: values.model, cameras: count, analysedFps: fps, seconds: Math.round(seconds) },
  frames: added.count,
  /** Of one inference thread, and of the whole machine: all processes of the system with their ffmpeg, and other people's. */
  detectorShare: Math.round((1_000 * (added.count / seconds)) / (1_000 / msPerFrame)) / 1_000,
  ...{ cpuShare, othersShare: Math.max(0, Math.round(1_000 * (shareOf(after.busy - before.busy) - cpuShare)) / 1_000) },
  addedMs: { p50: added.p50, p95: added.p95 },
  shareWithin10Ms: added.share(MOST_MS),
  /** Of the frames alone that had an event; null when none had. */
  eventsAddedMs: timesOf('event'),
  eventsWithin10Ms: events?.share(MOST_MS) ?? null,
  stagesMs: Object.fromEntries(
    (['decode_queue', 'batch_queue', 'inference', 'tracking', 'rules', 'frame', 'enqueue'] as const).map((stage) => [
      stage,
      timesOf(stage),
    ]),
  ),
};
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
if (result.shareWithin10Ms < 0.95 || (result.eventsWithin10Ms ?? 0) < 0.95) process.exitCode = 1;
