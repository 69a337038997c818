import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pino from 'pino';
import type { AlertMessage } from '../../api/alerts/alert-message.ts';
import { buildApp } from '../../api/app.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { WatchRepository } from '../../api/repositories/watch-lists.ts';
import { systemClock } from '../../pipeline/clock.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { type Passage, passageId } from '../../pipeline/passages/passage.ts';
import { sendConfirmation } from '../../workers/confirmation-stream.ts';
import { sendPassage } from '../../workers/passages/passage-stream.ts';
import { connectRedis } from '../../workers/queue.ts';
import { startRedis } from '../../workers/redis-server.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';

/**
 * How long a webhook receiver on this machine waits for a confirmed fire and for a plate on a list, and what it gets, in
 * which order, when it was away meanwhile. Redis, queues, database and HTTP are the product's own. The time begins when the
 * confirming process hands over, before Redis.
 *     node dist/benchmarks/scenarios/alert-delivery.js [--alerts 200] [--outage-s 600] [--every-s 5] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    alerts: { type: 'string', default: '200' },
    'outage-s': { type: 'string', default: '600' },
    'every-s': { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const ALERTS = Number(values.alerts);
const OUTAGE_MS = Number(values['outage-s']) * 1_000;
const EVERY_MS = Number(values['every-s']) * 1_000;
const BETWEEN_MS = 100;
/** The longest back-off is a minute; then the queue is handed over one by one. */
const PATIENCE_MS = 180_000;
const WARM_UP = 5;
const PLATE = '30A-123.45';
const CAMERA = 'tower';

const arrivals = new Map<string, number>();
const order: string[] = [];
let repeated = 0;

const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    const { id } = JSON.parse(body) as AlertMessage;
    if (arrivals.has(id)) repeated++;
    else order.push(id);
    arrivals.set(id, Date.now());
    response.writeHead(200).end();
  });
});
const listen = (port: number): Promise<void> => new Promise((resolve) => receiver.listen(port, '127.0.0.1', resolve));
const until = async (isDone: () => boolean, limitMs: number): Promise<boolean> => {
  const end = Date.now() + limitMs;
  while (!isDone() && Date.now() < end) await sleep(20);
  return isDone();
};

const fire = (id: string): WatchEvent => {
  const now = Date.now();
  return {
    ...{ schemaVersion: 1, id, cameraId: CAMERA, sessionId: 's', ruleId: 'smoke', kind: 'smoke', disposition: 'case' },
    ...{ startPtsMs: 0, triggerPtsMs: 60_000, endPtsMs: 60_000, startAt: now - 60_000, triggerAt: now, endAt: now },
    ...{ clockUncertaintyMs: 100, keyPtsMs: { before: 0, at: 60_000, after: 61_000 }, subjects: [] },
    decision: {
      ...{ ruleId: 'smoke', ruleKind: 'smoke', ruleVersion: '1', geometryHash: '0'.repeat(64), facts: {} },
      measurements: [{ name: 'sightings', value: 3, unit: 'frames' }],
    },
    provenance: { softwareVersion: '0', configHash: '0'.repeat(64), models: [] },
  };
};

const passage = (trackId: number): Passage => ({
  ...{ id: passageId({ cameraId: CAMERA, sessionId: 's', trackId, firstPtsMs: 0 }), cameraId: CAMERA, at: Date.now() },
  ...{ className: 'car', lane: null, direction: null, colour: null, unread: null },
  plate: {
    ...{ text: PLATE, kind: null, confidence: 0.95, characters: [], raw: PLATE, framesUsed: 3, framesAgreeing: 3 },
    ...{ heightPx: 40, grade: 'evidence', doubts: [] },
  },
  ...{ candidates: [{ text: PLATE, probability: 0.95 }], vehicleCrop: null, plateCrop: null },
});

const summary = (times: readonly number[]) => ({
  alerts: times.length,
  ...{ p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95), p99Ms: percentile(times, 0.99) },
  longestMs: Math.max(...times),
});

const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-alerts-'));
const log = pino({ level: 'silent' });
const server = await startRedis({ dataDir, log });
const redis = connectRedis(server.url);
await listen(0);
const { port } = receiver.address() as AddressInfo;
const app = await buildApp({
  ...{ dataDir, redisUrl: server.url, store: new LocalStore(join(dataDir, 'objects')), log },
  config: parseConfig(`version: 1
alerts:
  channels: [{ id: desk, kind: webhook, url: "http://127.0.0.1:${port}/", secret: sixteen-characters }]
  routes: [{ kinds: [smoke, plate_hit], channels: [desk] }]
`),
});
try {
  const db = await openDatabase(join(dataDir, 'watchpost.db'));
  const expiresAt = Date.now() + 86_400_000;
  await new WatchRepository(db, systemClock).add({ list: 'wanted', plate: PLATE, reason: 'benchmark', expiresAt }, 'x');

  const fires: number[] = [];
  for (let index = 0; index < ALERTS + WARM_UP; index++) {
    const id = `fire-${index}`;
    const startedAt = Date.now();
    await sendConfirmation(redis, fire(id));
    await until(() => arrivals.has(id), PATIENCE_MS);
    if (index >= WARM_UP) fires.push((arrivals.get(id) ?? Infinity) - startedAt);
    await sleep(BETWEEN_MS);
  }
  const hits: number[] = [];
  for (let index = 0; index < ALERTS; index++) {
    const before = order.length;
    const startedAt = Date.now();
    await sendPassage(redis, passage(index + 1));
    await until(() => order.length > before, PATIENCE_MS);
    hits.push((arrivals.get(order[before] ?? '') ?? Infinity) - startedAt);
    await sleep(BETWEEN_MS);
  }

  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  const downAt = Date.now();
  const sent: string[] = [];
  while (Date.now() < downAt + OUTAGE_MS) {
    const id = `outage-${sent.length}`;
    sent.push(id);
    await sendConfirmation(redis, fire(id));
    await sleep(EVERY_MS);
  }
  const before = order.length;
  await listen(port);
  const upAt = Date.now();
  await until(() => sent.every((id) => arrivals.has(id)), PATIENCE_MS);
  const got = order.slice(before);
  const outage = {
    downS: Math.round((upAt - downAt) / 1_000),
    alerts: sent.length,
    delivered: sent.filter((id) => arrivals.has(id)).length,
    inOrder: got.join() === sent.join(),
    repeated,
    firstAfterMs: (arrivals.get(sent[0] ?? '') ?? Infinity) - upAt,
    allAfterMs: Math.max(...sent.map((id) => arrivals.get(id) ?? Infinity)) - upAt,
  };
  await db.destroy();
  const result = {
    ...{
      scenario: 'alert-delivery',
      command: `node dist/benchmarks/scenarios/alert-delivery.js --alerts ${values.alerts} --outage-s ${values['outage-s']} --every-s ${values['every-s']}`,
    },
    ...{ environment: environment(), loadAverage: loadavg()[1] },
    ...{ confirmationToReceiver: summary(fires), passageToReceiver: summary(hits), outage },
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (values.out === undefined) process.stdout.write(text);
  else await writeFile(values.out, text);
} finally {
  await app.close();
  redis.disconnect();
  receiver.closeAllConnections();
  receiver.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
}
