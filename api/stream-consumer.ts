import type { ApiContext } from './context.ts';

const GROUP = 'api';
const BATCH = 500;
const BLOCK_MS = 2_000;
/** Between two looks at a connection that is not there (yet). */
const CONNECTING_MS = 100;
/** Entries that another API process took and never acknowledged are taken over after so long. */
const ABANDONED_MS = 60_000;

type Entry = readonly [id: string, fields: readonly string[] | null];

export type StreamConsumer = {
  /** Names the connection. */
  readonly name: string;
  readonly stream: string;
  /** The one field of an entry that is read. */
  readonly field: string;
  /** Takes the field's texts in order; entries are acknowledged when it resolves. */
  readonly take: (texts: readonly string[]) => Promise<void>;
  /** Done before each round of reading. */
  readonly before?: () => Promise<void>;
  /** What the log says when taking failed. */
  readonly failed: string;
};

/**
 * Reads a Redis stream. Entries are acknowledged and removed after they are kept, so a crash repeats them: `take` must bear
 * that. Nobody else reads these streams; what is only acknowledged would stay in Redis' memory up to the stream's bound.
 */
export const consumeStream = (context: ApiContext, options: StreamConsumer): { close: () => Promise<void> } => {
  const { clock, log, redis } = context;
  const { stream, field } = options;
  const stop = new AbortController();
  const connection = redis.connect(options.name, { enableOfflineQueue: false });
  const consumer = `api-${process.pid}`;

  const keep = async (entries: readonly Entry[]): Promise<void> => {
    if (entries.length === 0) return;
    await options.take(entries.map(([, fields]) => (fields?.[0] === field ? (fields[1] ?? '') : '')));
    const ids = entries.map(([id]) => id);
    await connection.xack(stream, GROUP, ...ids);
    await connection.xdel(stream, ...ids);
  };

  const round = async (): Promise<void> => {
    await options.before?.();
    const [, abandoned] = (await connection.xautoclaim(
      ...([stream, GROUP, consumer, ABANDONED_MS, '0-0', 'COUNT', BATCH] as const),
    )) as [string, Entry[]];
    await keep(abandoned);
    const read = (await connection.xreadgroup(
      ...(['GROUP', GROUP, consumer, 'COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', stream, '>'] as const),
    )) as [string, Entry[]][] | null;
    await keep(read?.[0]?.[1] ?? []);
  };

  // By a function: TypeScript takes it for false after the loop's own check, awaits notwithstanding.
  const isStopped = (): boolean => stop.signal.aborted;
  const run = async (): Promise<void> => {
    let ready = false;
    while (!isStopped()) {
      if (connection.status !== 'ready') {
        await clock.sleep(CONNECTING_MS, stop.signal);
        continue;
      }
      try {
        if (!ready) {
          await connection.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM').catch((error: unknown) => {
            if (!String(error).includes('BUSYGROUP')) throw error;
          });
          ready = true;
        }
        await round();
      } catch (error) {
        ready = false;
        // An outage of Redis is told once, by the link; anything else is worth a line.
        if (redis.isUp && !isStopped()) log.warn({ err: error }, options.failed);
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
