import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { WatchEvent } from '../pipeline/event.ts';
import { openQueues } from '../workers/queue.ts';
import { startRedis } from '../workers/redis-server.ts';
import { type Spread, spreadOf } from './stages.ts';

const eventOf = (id: string): WatchEvent => ({
  ...{ schemaVersion: 1, id, cameraId: 'c0', sessionId: 's', ruleId: 'r', kind: 'wrong_way', disposition: 'case' },
  ...{ startPtsMs: 500, triggerPtsMs: 1_000, endPtsMs: 1_500, startAt: 500, triggerAt: 1_000, endAt: 1_500 },
  ...{ clockUncertaintyMs: 0, keyPtsMs: { before: 500, at: 1_000, after: 1_500 }, subjects: [] },
  decision: {
    ...{ ruleId: 'r', ruleKind: 'wrong_way', ruleVersion: '1', geometryHash: '0'.repeat(64) },
    ...{ measurements: [], facts: {} },
  },
  provenance: { softwareVersion: '0', configHash: '0'.repeat(64), models: [] },
});

/** Handing events to the evidence queue of a Redis as `watchpost up` starts it, beside the bare round trip to it. */
export const measureEnqueue = async (events: number): Promise<{ enqueue: Spread; roundTrip: Spread }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-bench-'));
  const redis = await startRedis({ dataDir, log: pino({ level: 'silent' }) });
  const queues = await openQueues(redis.url);
  const [enqueue, roundTrip]: [number[], number[]] = [[], []];
  const time = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now();
    await work();
    into.push(performance.now() - startedAt);
  };
  try {
    for (let n = 0; n < events + 10; n++) {
      await time(roundTrip, () => queues.redis.ping());
      await time(enqueue, () => queues.enqueueEvidence(eventOf(`e${n}`)));
    }
  } finally {
    await queues.close();
    await redis.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  // The first ones load BullMQ's scripts into Redis.
  return { enqueue: spreadOf(enqueue.slice(10))!, roundTrip: spreadOf(roundTrip.slice(10))! };
};
