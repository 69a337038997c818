import type { WatchEvent } from '../pipeline/event.ts';
import { STATISTICS_STREAM } from '../pipeline/live.ts';
import type { ApiContext } from './context.ts';
import type { Crossing } from './repositories/counts.ts';

const GROUP = 'api';
const BATCH = 500;
const BLOCK_MS = 2_000;
/** Entries that another API process took and never acknowledged are taken over after so long. */
const ABANDONED_MS = 60_000;
const FORGET_EVERY_MS = 3_600_000;

type Entry = readonly [id: string, fields: readonly string[] | null];

/** What one event adds to the counts, or null when it is none that can be counted. */
export const toCrossing = (json: string): Crossing | null => {
  try {
    const event = JSON.parse(json) as WatchEvent;
    const { id, cameraId, ruleId, triggerAt, subjects, decision } = event;
    const className = decision.facts['class'] ?? subjects[0]?.className ?? 'unknown';
    const direction = decision.facts['direction'] ?? '';
    if (typeof id !== 'string' || typeof cameraId !== 'string' || typeof ruleId !== 'string') return null;
    if (!Number.isFinite(triggerAt)) return null;
    return { eventId: id, cameraId, ruleId, className, direction, at: triggerAt };
  } catch {
    return null;
  }
};

/**
 * Adds the stream of statistic events up. Entries are acknowledged after the commit, so a crash repeats them, and an
 * event's id keeps a repeated one from counting twice.
 */
export const startStatisticsConsumer = (context: ApiContext): { close: () => Promise<void> } => {
  const { clock, counts, log, metrics, redis } = context;
  const stop = new AbortController();
  const connection = redis.connect('statistics', { enableOfflineQueue: false });
  const consumer = `api-${process.pid}`;
  let forgetAt = 0;

  const store = async (entries: readonly Entry[]): Promise<void> => {
    if (entries.length === 0) return;
    const crossings = entries.flatMap(([, fields]) => {
      const crossing = fields?.[0] === 'event' ? toCrossing(fields[1] ?? '') : null;
      if (crossing === null)
        metrics.count('watchpost_statistics_malformed_total', 'Statistic events that cannot be read.');
      return crossing ?? [];
    });
    const added = await counts.add(crossings, clock.now());
    metrics.count('watchpost_statistics_counted_total', 'Statistic events added to the counts.', added);
    await connection.xack(STATISTICS_STREAM, GROUP, ...entries.map(([id]) => id));
  };

  const round = async (): Promise<void> => {
    if (clock.now() >= forgetAt) {
      forgetAt = clock.now() + FORGET_EVERY_MS;
      await counts.forgetOldIds(clock.now());
    }
    const [, abandoned] = (await connection.xautoclaim(
      STATISTICS_STREAM,
      GROUP,
      consumer,
      ABANDONED_MS,
      '0-0',
      'COUNT',
      BATCH,
    )) as [string, Entry[]];
    await store(abandoned);
    const read = (await connection.xreadgroup(
      'GROUP',
      GROUP,
      consumer,
      'COUNT',
      BATCH,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      STATISTICS_STREAM,
      '>',
    )) as [string, Entry[]][] | null;
    await store(read?.[0]?.[1] ?? []);
  };

  // By a function: TypeScript takes it for false after the loop's own check, awaits notwithstanding.
  const isStopped = (): boolean => stop.signal.aborted;
  const run = async (): Promise<void> => {
    let ready = false;
    while (!isStopped()) {
      try {
        if (!ready) {
          await connection.xgroup('CREATE', STATISTICS_STREAM, GROUP, '0', 'MKSTREAM').catch((error: unknown) => {
            if (!String(error).includes('BUSYGROUP')) throw error;
          });
          ready = true;
        }
        await round();
      } catch (error) {
        ready = false;
        // An outage of Redis is told once, by the link; anything else is worth a line.
        if (redis.isUp && !isStopped()) log.warn({ err: error }, 'counts could not be stored, trying again');
        await clock.sleep(1_000, stop.signal);
      }
    }
  };
  const done = run();
  return {
    close: async () => {
      stop.abort();
      connection.disconnect();
      await done;
    },
  };
};
