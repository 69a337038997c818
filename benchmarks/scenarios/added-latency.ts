import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { type Trial, tryWays } from '../../models/calibration.ts';
import { findModel } from '../../models/manifest.ts';
import { resolveModelFile } from '../../models/model-files.ts';
import { processKey, type ProcessReport } from '../../pipeline/process-report.ts';
import { BUCKETS_S, type Stage } from '../../pipeline/stage-histograms.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { makeClip } from '../clips.ts';
import { environment } from '../environment.ts';
import { processTree } from '../process-tree.ts';

/**
 * What the product adds to inference: the whole system on cameras that keep the detector half busy, frame readable →
 * its events known, without inference and the wait for the detector, which other cameras' frames occupy by chance.
 *     node dist/benchmarks/scenarios/added-latency.js [--cameras 12] [--minutes 3] [--model road] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '12' },
    minutes: { type: 'string', default: '3' },
    model: { type: 'string', default: 'road' },
    out: { type: 'string' },
  },
});
const count = Number(values.cameras);
const MINUTE_MS = 60_000;
/** Sources open, caches and compiled code come to rest. */
const SETTLE_MS = 45_000;
const MOST_MS = 10;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const entry = findModel(values.model);
const trials: readonly Trial[] = await tryWays(entry, await resolveModelFile(entry), {
  ...{ model: values.model, minScore: 0.1, maxBatch: 1, batchDeadlineMs: 0, threads: 1, provider: 'cpu' as const },
});
/** Half of what one inference thread can do, shared by all cameras. */
const fps = Math.round((0.5 * 1_000 * 100) / trials[0]!.msPerFrame / count) / 100;

const folder = mkdtempSync(join(tmpdir(), 'watchpost-added-'));
const clip = makeClip(folder, 720, 30);
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
      lines: { middle: [[0, 0.5], [1, 0.5]] }, // prettier-ignore
      rules: [{ id: 'flow', kind: 'line_count', line: 'middle' }],
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

await sleep(SETTLE_MS);
const before = { stages: await readStages(), cpu: cpuSeconds(), at: performance.now() };
await sleep(Number(values.minutes) * MINUTE_MS);
const after = { stages: await readStages(), cpu: cpuSeconds(), at: performance.now() };
redis.disconnect();
const stopped = once(system, 'close');
system.kill('SIGTERM');
await stopped;
rmSync(folder, { recursive: true, force: true });

/** Times of the measured minutes alone. */
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
if (!added) throw new Error('no frame was analysed');
const seconds = (after.at - before.at) / 1_000;
const result = {
  scenario: 'added-latency',
  environment: { ...environment(), loadAverage: loadavg()[0]! },
  ...{ model: values.model, cameras: count, analysedFps: fps, minutes: Number(values.minutes) },
  frames: added.count,
  /** Of the whole machine, all processes of the system and their ffmpeg. */
  cpuShare: (after.cpu - before.cpu) / seconds / availableParallelism(),
  addedMs: { p50: added.p50, p95: added.p95 },
  shareWithin10Ms: added.share(MOST_MS),
  stagesMs: Object.fromEntries(
    (['decode_queue', 'batch_queue', 'inference', 'tracking', 'rules', 'frame', 'enqueue'] as const).map((stage) => {
      const times = during(stage);
      return [stage, times && { count: times.count, p50: times.p50, p95: times.p95 }];
    }),
  ),
};
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
if (result.shareWithin10Ms < 0.95) process.exitCode = 1;
