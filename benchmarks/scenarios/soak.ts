import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import Database from 'libsql';
import { parse, stringify } from 'yaml';
import type { CameraState } from '../../pipeline/live.ts';
import { stateKey } from '../../pipeline/live.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { environment } from '../environment.ts';
import { isWithin, memoryUse } from '../memory-budgets.ts';
import { processTree } from '../process-tree.ts';
import { slope } from '../statistics.ts';
import { type CaseDelay, summariseDelays } from './evidence-delay.ts';

/**
 * Runs the whole system on looped cameras and watches two promises: every received frame is analysed or dropped for a
 * reason, and memory stays flat.
 *     node dist/benchmarks/scenarios/soak.js --config FILE [--cameras 6] [--minutes 30] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    cameras: { type: 'string', default: '6' },
    minutes: { type: 'string', default: '30' },
    out: { type: 'string' },
  },
});
if (!values.config) throw new Error('give a configuration with --config');

const SAMPLE_MS = 5_000;
const MIB = 2 ** 20;
const wanted = Number(values.cameras);
const durationMs = Number(values.minutes) * 60_000;

const folder = mkdtempSync(join(tmpdir(), 'watchpost-soak-'));
const base = parse(readFileSync(values.config, 'utf8')) as {
  server?: object;
  evidence?: { postRollMs?: number };
  cameras: { id: string }[];
};
const cameras = Array.from({ length: wanted }, (_, index) => {
  const camera = base.cameras[index % base.cameras.length]!;
  return { ...camera, id: `${camera.id}-${index + 1}` };
});
const config = join(folder, 'config.yml');
writeFileSync(config, stringify({ ...base, server: { ...base.server, port: 0 }, cameras }));

const system = spawn(
  process.execPath,
  [fileURLToPath(new URL('../../bin/cli/main.js', import.meta.url)), 'up', '--config', config, '--data', folder],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const samples: { minute: number; rssMiB: number; byProcess: Record<string, number>; children: number }[] = [];
const startedAt = performance.now();
const sample = (): void => {
  const tree = processTree(system.pid!);
  const byProcess: Record<string, number> = {};
  for (const { name, rssBytes } of tree) byProcess[name] = (byProcess[name] ?? 0) + Math.round(rssBytes / MIB);
  samples.push({
    minute: (performance.now() - startedAt) / 60_000,
    rssMiB: tree.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / MIB,
    byProcess,
    children: tree.length,
  });
};
const timer = setInterval(sample, SAMPLE_MS);
await new Promise((resolve) => setTimeout(resolve, durationMs));
clearInterval(timer);

const redis = new Redis(dataFolder(folder).redisSocket);
// The recorder keeps the whole account: it hands frames on and hears what became of them.
const states = Object.values(await redis.hgetall(stateKey('record'))).map((text) => JSON.parse(text) as CameraState);
redis.disconnect();
const frames = states.map(({ cameraId, frames: { received, analysed, dropped } }) => {
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return { cameraId, received, analysed, dropped, unaccounted: received - analysed - lost };
});
const endedIn = performance.now();
const stopped = new Promise((resolve) => system.once('close', resolve));
system.kill('SIGTERM');
await stopped;
const stopMs = performance.now() - endedIn;

/** From the database: when each case could first be read, against the end of its event's post-roll. */
const readDelays = (): CaseDelay[] => {
  const database = new Database(dataFolder(folder).database, { readonly: true });
  const rows = database.prepare('SELECT id, created_at, prefix FROM cases').all() as {
    id: string;
    created_at: number;
    prefix: string;
  }[];
  database.close();
  const postRollMs = base.evidence?.postRollMs ?? 5_000;
  return rows.map(({ id, created_at, prefix }) => {
    const text = readFileSync(join(dataFolder(folder).objects, prefix, 'manifest.json'), 'utf8');
    const { event } = JSON.parse(text) as { event: { endAt: number } };
    return { caseId: id, visibleAt: created_at, postRollEndAt: event.endAt + postRollMs };
  });
};
const delays = readDelays();

// The first third is warm-up: caches, JIT, queues reaching their bounds.
const steady = samples.filter(({ minute }) => minute > Number(values.minutes) / 3);
const result = {
  scenario: 'soak',
  environment: environment(),
  minutes: Number(values.minutes),
  cameras: wanted,
  slopeMiBPerMinute: slope(steady.map(({ minute, rssMiB }) => ({ x: minute, y: rssMiB }))),
  rssMiB: { first: steady[0]?.rssMiB, last: steady.at(-1)?.rssMiB },
  lastByProcess: steady.at(-1)?.byProcess,
  memory: memoryUse(
    samples.map(({ byProcess }) => byProcess),
    wanted,
  ),
  children: { least: Math.min(...steady.map((s) => s.children)), most: Math.max(...steady.map((s) => s.children)) },
  stopMs,
  caseDelay: delays.length > 0 ? summariseDelays(delays) : null,
  frames,
};
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, JSON.stringify({ ...result, samples }, null, 2));
const flying = 2; // frames that are on their way at the moment of reading, per camera
const isSound =
  frames.every(({ unaccounted }) => Math.abs(unaccounted) <= flying) &&
  result.slopeMiBPerMinute <= 1 &&
  isWithin(result.memory);
process.exitCode = isSound ? 0 : 1;
