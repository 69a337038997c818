import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { addTold, SIGNALS_CHANNEL, SIGNALS_KEY, type ToldSignal } from '../pipeline/signals/signal-feed.ts';

const NOTHING: readonly ToldSignal[] = [];
const keyOf = (cameraId: string, signal: string): string => `${cameraId} ${signal}`;

/** What controllers tell of traffic signals, as the API takes it in. While Redis is away they fall silent, so unknown. */
export class SignalFeeds {
  readonly #subscriber: Redis;
  readonly #commands: Redis;
  readonly #log: Logger;
  readonly #told = new Map<string, readonly ToldSignal[]>();

  /** @param commands of whose kind a second connection is opened, as one that subscribes can do nothing else */
  constructor(commands: Redis, log: Logger) {
    this.#commands = commands;
    this.#subscriber = commands.duplicate();
    this.#log = log;
  }

  start(): void {
    this.#subscriber.on('error', () => undefined);
    this.#subscriber.on('message', (_, text: string) => this.#add(text));
    this.#subscriber.on('ready', () => void this.#readLast());
    void this.#subscriber
      .subscribe(SIGNALS_CHANNEL)
      .then(() => this.#readLast())
      .catch(() => undefined);
  }

  of(cameraId: string, signal: string): readonly ToldSignal[] {
    return this.#told.get(keyOf(cameraId, signal)) ?? NOTHING;
  }

  close(): void {
    this.#subscriber.disconnect();
  }

  /** What was told before this process listened, or while its connection was broken. */
  async #readLast(): Promise<void> {
    try {
      for (const text of Object.values(await this.#commands.hgetall(SIGNALS_KEY))) this.#add(text);
    } catch (err) {
      this.#log.warn({ err }, 'what signals showed last could not be read');
    }
  }

  #add(text: string): void {
    try {
      const now = JSON.parse(text) as ToldSignal;
      const key = keyOf(now.cameraId, now.signal);
      this.#told.set(key, addTold(this.#told.get(key) ?? NOTHING, now));
    } catch (err) {
      this.#log.warn({ err }, 'a signal that was told cannot be read');
    }
  }
}
