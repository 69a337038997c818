import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { LEARNT_KEY, type LearntPlace } from '../pipeline/fire/learnt.ts';
import { Poll } from './poll.ts';

const NOTHING: readonly LearntPlace[] = [];

/** What people decided of smoke on all cameras, as the API keeps it in Redis; while Redis is away, what was known last. */
export class LearntPlaces {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #poll: Poll;
  #text = '';
  #places: Readonly<Record<string, readonly LearntPlace[]>> = {};

  constructor(redis: Redis, log: Logger, everyMs = 10_000) {
    this.#redis = redis;
    this.#log = log;
    this.#poll = new Poll(() => this.#read(), everyMs);
  }

  start(): Promise<void> {
    return this.#poll.start();
  }

  of(cameraId: string): readonly LearntPlace[] {
    return this.#places[cameraId] ?? NOTHING;
  }

  close(): void {
    this.#poll.close();
  }

  async #read(): Promise<void> {
    try {
      const text = (await this.#redis.get(LEARNT_KEY)) ?? '{}';
      if (text === this.#text) return;
      this.#places = JSON.parse(text) as Readonly<Record<string, readonly LearntPlace[]>>;
      this.#text = text;
    } catch (error) {
      this.#log.warn({ err: error }, 'verdicts on smoke could not be read');
    }
  }
}
