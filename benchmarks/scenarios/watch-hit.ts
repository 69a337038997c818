import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pino from 'pino';
import type { PlateAlertMessage } from '../../api/alerts/alert-message.ts';
import { buildApp } from '../../api/app.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { WatchRepository } from '../../api/repositories/watch-lists.ts';
import { goldenImage } from '../../models/check-model.ts';
import { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import { systemClock } from '../../pipeline/clock.ts';
import { passagesOf } from '../../pipeline/config/camera.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { planLetterbox } from '../../pipeline/letterbox.ts';
import { PassageWatch } from '../../pipeline/passages/passage-watch.ts';
import { CameraAnalyzer } from '../../workers/camera-analyzer.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { machineClock } from '../../workers/monotonic.ts';
import { openQueues } from '../../workers/queue.ts';
import { startRedis } from '../../workers/redis-server.ts';
import { runSession } from '../../workers/session.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { TrackLog } from '../../workers/track-log.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';

/**
 * How long it takes from a motorbike's crossing of a plate camera's line, in real time, until a webhook receiver has the alert
 * that its plate is on a list. Recording, passages, their queue and process, the reader, API, database and channel are the
 * product's own; the motorbike is drawn, its boxes are given, so that the detector's time (a frame's) is not in it.
 * `known` is when analysis told the passage, and so the beginning of what a queue, the recording and the reader take.
 *     node dist/benchmarks/scenarios/watch-hit.js [--rides 20] [--out FILE]
 */
const { values } = parseArgs({ options: { rides: { type: 'string', default: '20' }, out: { type: 'string' } } });
const RIDES = Number(values.rides);
const SIZE = { width: 1280, height: 720 };
const RIDE = { seconds: 4, fps: 25, fromX: 40, pxPerSecond: 200, y: 300 };
/** Of the motorbike in its own picture. */
const BIKE = { x1: 150, y1: 30, x2: 331, y2: 331 };
const PLATE = '59T1-154.17';
/** The first ride waits for the models to be loaded. */
const WARM_UP = 1;
const PATIENCE_MS = 60_000;

const drawRides = (file: string): void => {
  const { seconds, fps, fromX, pxPerSecond, y } = RIDE;
  const length = seconds * (RIDES + WARM_UP);
  const asphalt = `color=c=0x5d6067:s=${SIZE.width}x${SIZE.height}:r=${fps}:d=${length}`;
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', asphalt, '-loop', '1', '-i', goldenImage('plate')],
    ...['-filter_complex', `overlay=x='${fromX}+${pxPerSecond}*mod(t,${seconds})':y=${y}:shortest=1`],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-g', String(fps), '-pix_fmt', 'yuv420p', '-y', file],
  ]);
};
const bikeAt = (ptsMs: number) => {
  const x = RIDE.fromX + (RIDE.pxPerSecond * (ptsMs % (RIDE.seconds * 1_000))) / 1_000;
  const box = { x1: BIKE.x1 + x, y1: BIKE.y1 + RIDE.y, x2: BIKE.x2 + x, y2: BIKE.y2 + RIDE.y };
  return { className: 'motorcycle', score: 0.9, box };
};

const alerts: { readonly passedAt: number; readonly arrivedAt: number }[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    const { passedAt } = JSON.parse(body) as PlateAlertMessage;
    alerts.push({ passedAt: Date.parse(passedAt), arrivedAt: Date.now() });
    response.writeHead(200).end();
  });
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const { port } = receiver.address() as AddressInfo;

const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-hits-'));
const log = pino({ level: 'silent' });
const clip = join(dataDir, 'rides.mp4');
drawRides(clip);
const text = `version: 1
detectors: { road: { model: none } }
cameras:
  - id: gate
    source: { url: ${clip}, loop: false, realtime: true }
    analysis: { detector: road, fps: 10 }
    lines: { gate: [[0.5, 0], [0.5, 1]] }
    passages: { line: gate }
alerts:
  channels: [{ id: desk, kind: webhook, url: "http://127.0.0.1:${port}/", secret: sixteen-characters }]
  routes: [{ kinds: [plate_hit], channels: [desk] }]
`;
const config = parseConfig(text);
const configFile = join(dataDir, 'config.yml');
await writeFile(configFile, text);
const camera = config.cameras[0]!;
const server = await startRedis({ dataDir, log });
const app = await buildApp({
  ...{ dataDir, redisUrl: server.url, store: new LocalStore(join(dataDir, 'objects')), log, config },
});
const main = fileURLToPath(new URL('../../bin/cli/main.js', import.meta.url));
const reader = spawn(
  process.execPath,
  [main, 'process', 'passages', '--config', configFile, '--data', dataDir, '--redis', server.url],
  { stdio: 'ignore' },
);
const known = new Map<number, number>();
try {
  const db = await openDatabase(join(dataDir, 'watchpost.db'));
  const expiresAt = Date.now() + 86_400_000;
  await new WatchRepository(db, systemClock).add({ list: 'wanted', plate: PLATE, reason: 'benchmark', expiresAt }, 'x');
  await db.destroy();
  const queues = await openQueues(server.url);
  const tracks = new TrackLog(dataDir);
  /** Wall-clock time of media time zero, by the arrival of the first frame, as with a camera. */
  let anchorAt: number | null = null;
  const clockOf = () => ({ sessionId: 's1', anchorAt: anchorAt ?? 0, source: 'given', uncertaintyMs: 0 }) as const;
  const analyzer = new CameraAnalyzer({
    detect: ({ ptsMs }) => Promise.resolve([bikeAt(ptsMs)]),
    openPipeline: () =>
      new CameraPipeline({
        ...{ camera, clock: clockOf(), frameSize: SIZE, timeZone: 'UTC' },
        provenance: { softwareVersion: '0', configHash: '0'.repeat(64), models: [] },
      }),
    openPassages: () => new PassageWatch({ camera, passages: passagesOf(camera)!, clock: clockOf(), frameSize: SIZE }),
    onPasses: async (passes) => {
      for (const pass of passes) {
        known.set(pass.at, Date.now());
        await queues.enqueuePassage(pass);
      }
    },
    onLive: (live) => tracks.append(live),
    onEvents: () => Promise.resolve(),
    onFate: () => undefined,
    clock: machineClock,
    deadlineMs: () => null,
  });
  await runSession({
    ...{ camera, url: clip, transport: 'tcp', recording: config.recording, sessionId: 's1', anchorAt: null, fps: 10 },
    folder: dataFolder(dataDir).session('gate', 's1'),
    letterbox: (source) =>
      planLetterbox({ source, target: { width: 416, height: 416 }, fit: 'letterbox', padPosition: 'centred' }),
    onFrame: ({ header, pixels }) => {
      anchorAt ??= Date.now() - header.ptsMs;
      return analyzer.push({ ...header, pixels, release: () => undefined });
    },
    onSegment: () => undefined,
    signal: new AbortController().signal,
  });
  await analyzer.finish();
  for (const end = Date.now() + PATIENCE_MS; alerts.length < known.size && Date.now() < end;) await sleep(50);
  await queues.close();
  const counted = alerts.toSorted((a, b) => a.passedAt - b.passedAt).slice(WARM_UP);
  const spread = (times: readonly number[]) => ({
    ...{ p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95), longestMs: Math.max(...times) },
  });
  const result = {
    ...{ scenario: 'watch-hit', environment: environment(), loadAverage: loadavg()[0] },
    ...{ rides: RIDES, passages: known.size, alerts: alerts.length, segmentMs: config.recording.segmentMs },
    crossingToKnown: spread(counted.map(({ passedAt }) => (known.get(passedAt) ?? Infinity) - passedAt)),
    knownToReceiver: spread(counted.map(({ passedAt, arrivedAt }) => arrivedAt - (known.get(passedAt) ?? 0))),
    crossingToReceiver: spread(counted.map(({ passedAt, arrivedAt }) => arrivedAt - passedAt)),
  };
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (values.out === undefined) process.stdout.write(json);
  else await writeFile(values.out, json);
} finally {
  const gone = once(reader, 'exit');
  reader.kill('SIGTERM');
  await gone;
  await app.close();
  receiver.closeAllConnections();
  receiver.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
}
