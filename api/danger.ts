import type { Clock } from '../pipeline/clock.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import { DANGER_HOLDS_MS, DANGER_KEY, dangerNow } from '../pipeline/fire/danger.ts';
import { Danger, type DangerRequest } from './contract/danger.ts';
import type { RedisLink } from './live/redis-link.ts';
import { readJson } from './read-json.ts';

/** Clocks of those who report differ. */
const MOST_AHEAD_MS = 5 * 60_000;

/** Fire danger of the day as people and programs report it; the analysis reads it from Redis. */
export class DangerBook {
  readonly #redis: RedisLink;
  readonly #clock: Clock;

  constructor(redis: RedisLink, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** @returns null where nobody said it lately, and while Redis is away */
  async current(): Promise<Danger | null> {
    const text = this.#redis.isUp ? await this.#redis.commands.get(DANGER_KEY).catch(() => null) : null;
    return dangerNow(readJson(Danger, text), this.#clock.now());
  }

  /** @returns what counts now: the newer of this and what was known. @throws WatchpostError REQUEST_INVALID, QUEUE_UNAVAILABLE */
  async report({ level, at = this.#clock.now() }: DangerRequest, source: string): Promise<Danger> {
    const now = this.#clock.now();
    if (at - now > MOST_AHEAD_MS || now - at > DANGER_HOLDS_MS)
      throw new WatchpostError(
        'REQUEST_INVALID',
        `at is ${new Date(at).toISOString()}; expected the last 36 h, in epoch milliseconds`,
      );
    if (!this.#redis.isUp)
      throw new WatchpostError('QUEUE_UNAVAILABLE', 'The fire danger cannot be kept while Redis is away');
    const known = await this.current();
    if (known && known.at > at) return known;
    const danger: Danger = { level, source, at };
    await this.#redis.commands.set(DANGER_KEY, JSON.stringify(danger));
    return danger;
  }
}
