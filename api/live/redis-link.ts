import { Redis } from 'ioredis';
import type { Logger } from 'pino';

const LONGEST_RETRY_MS = 2_000;

type Extra = { readonly enableOfflineQueue?: boolean; readonly maxRetriesPerRequest?: number };

/** Tries for ever: Redis may come later than the API, or go and come back. */
const options = (name: string) => ({
  connectionName: `watchpost-api-${name}`,
  // BullMQ asks for this on every connection that waits.
  maxRetriesPerRequest: null,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, LONGEST_RETRY_MS),
});

/**
 * The API's connections to Redis. None of them is needed to serve cases: while Redis is away, commands fail at once
 * (QUEUE_UNAVAILABLE is the caller's to say), subscriptions and queue workers wait for it.
 */
export class RedisLink {
  /** Commands; refuses at once while Redis is away. */
  readonly commands: Redis;
  /** Subscriptions only. */
  readonly subscriber: Redis;
  readonly #url: string;
  readonly #log: Logger;
  readonly #all: Redis[] = [];
  #told = true;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
    this.commands = this.connect('commands', { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    this.subscriber = this.connect('live');
    this.commands.on('ready', () => {
      if (!this.#told) log.info('redis is back');
      this.#told = true;
    });
  }

  get isUp(): boolean {
    return this.commands.status === 'ready';
  }

  /** A further connection, e.g. one that blocks. Closed with the others. */
  connect(name: string, extra: Extra = {}): Redis {
    const redis = new Redis(this.#url, { ...options(name), ...extra });
    // Without a listener ioredis throws; one line an outage is enough for all connections.
    redis.on('error', (error: Error) => {
      if (this.#told) this.#log.warn({ err: error }, 'redis cannot be reached; live pictures and new cases wait');
      this.#told = false;
    });
    this.#all.push(redis);
    return redis;
  }

  close(): void {
    for (const redis of this.#all) redis.disconnect();
  }
}
