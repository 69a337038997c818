import type { Logger } from 'pino';
import { CASES_CHANNEL, liveChannel, PLATES_CHANNEL, STATE_CHANNEL, WATCH_CHANNEL } from '../../pipeline/live.ts';
import type { CaseChange, LivePlate } from '../contract/live.ts';
import type { WatchAlert } from '../contract/passages.ts';
import type { CameraStates } from './camera-states.ts';
import type { LiveClient } from './live-client.ts';
import type { RedisLink } from './redis-link.ts';

/** A camera's unchanged state is not repeated to clients; its counters are, so often. */
const STATE_EVERY_MS = 2_000;
/** What a client is asked whether it may see, instead of a kind of case. */
export const WATCH_KIND = 'watch';
const LIVE_PREFIX = liveChannel('');

/**
 * One Redis subscription for all clients. A camera's channel is subscribed while somebody watches it; frames pass
 * through as the bytes that analyze published.
 */
export class LiveHub {
  readonly clients = new Set<LiveClient>();
  /** Frames lost by slow clients that have gone since. */
  #droppedByGone = 0;
  readonly #redis: RedisLink;
  readonly #states: CameraStates;
  readonly #cameraIds: readonly string[];
  readonly #log: Logger;
  readonly #watched = new Map<string, number>();
  readonly #sentStates = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #wasUp: boolean | null = null;

  constructor(redis: RedisLink, states: CameraStates, cameraIds: readonly string[], log: Logger) {
    this.#redis = redis;
    this.#states = states;
    this.#cameraIds = cameraIds;
    this.#log = log;
  }

  get droppedFrames(): number {
    let sum = this.#droppedByGone;
    for (const client of this.clients) sum += client.droppedFrames;
    return sum;
  }

  start(): void {
    const { subscriber } = this.#redis;
    subscriber.on('message', (channel: string, message: string) => this.#receive(channel, message));
    this.#subscribe([STATE_CHANNEL, CASES_CHANNEL, WATCH_CHANNEL, PLATES_CHANNEL]);
    this.#timer = setInterval(() => void this.#pushStates(), STATE_EVERY_MS);
  }

  add(client: LiveClient): void {
    this.clients.add(client);
    const fresh = [...client.cameras].filter((cameraId) => !this.#watched.has(cameraId));
    for (const cameraId of client.cameras) this.#watched.set(cameraId, (this.#watched.get(cameraId) ?? 0) + 1);
    this.#subscribe(fresh.map(liveChannel));
    this.beat(client);
    for (const cameraId of this.#cameraIds)
      if (client.sees({ cameraId })) client.send('camera', JSON.stringify(this.#states.get(cameraId)));
  }

  /** Says that the server is there, and whether Redis is. */
  beat(client: LiveClient): void {
    client.send('status', JSON.stringify({ live: this.#redis.isUp }));
  }

  remove(client: LiveClient): void {
    if (!this.clients.delete(client)) return;
    this.#droppedByGone += client.droppedFrames;
    for (const cameraId of client.cameras) {
      const others = (this.#watched.get(cameraId) ?? 1) - 1;
      if (others > 0) this.#watched.set(cameraId, others);
      else {
        this.#watched.delete(cameraId);
        this.#redis.subscriber.unsubscribe(liveChannel(cameraId)).catch(() => undefined);
      }
    }
  }

  /** Tells every page of every API process; while Redis is away, at least the pages of this one. */
  async publishCase(change: CaseChange): Promise<void> {
    const json = JSON.stringify(change);
    try {
      await this.#redis.commands.publish(CASES_CHANNEL, json);
    } catch {
      this.#sendCase(json);
    }
  }

  /** The same for a passage that fitted a watch list. */
  async publishWatch(alert: WatchAlert): Promise<void> {
    const json = JSON.stringify(alert);
    try {
      await this.#redis.commands.publish(WATCH_CHANNEL, json);
    } catch {
      this.#sendWatch(json);
    }
  }

  /** A plate for overlays: worth nothing a minute later, so it is not kept while Redis is away. */
  async publishPlate(plate: LivePlate): Promise<void> {
    await this.#redis.commands.publish(PLATES_CHANNEL, JSON.stringify(plate)).catch(() => undefined);
  }

  /** ioredis subscribes again by itself after an outage, and queues these until Redis is there. */
  #subscribe(channels: readonly string[]): void {
    if (channels.length === 0) return;
    this.#redis.subscriber
      .subscribe(...channels)
      .catch((error: unknown) => this.#log.warn({ err: error }, 'live subscription failed'));
  }

  #receive(channel: string, message: string): void {
    // A line break would end the event early; our processes write JSON on one line.
    if (message.includes('\n')) return;
    if (channel.startsWith(LIVE_PREFIX)) {
      const cameraId = channel.slice(LIVE_PREFIX.length);
      for (const client of this.clients) if (client.cameras.has(cameraId)) client.send('frame', message);
    } else if (channel === CASES_CHANNEL) this.#sendCase(message);
    else if (channel === WATCH_CHANNEL) this.#sendWatch(message);
    else if (channel === PLATES_CHANNEL) this.#sendPlate(message);
    else if (channel === STATE_CHANNEL) void this.#pushStates(250);
  }

  #sendCase(json: string): void {
    let change: CaseChange;
    try {
      change = JSON.parse(json) as CaseChange;
    } catch {
      return;
    }
    for (const client of this.clients) if (client.sees(change)) client.send('case', json);
  }

  #sendWatch(json: string): void {
    let alert: WatchAlert;
    try {
      alert = JSON.parse(json) as WatchAlert;
    } catch {
      return;
    }
    const target = { cameraId: alert.cameraId, kind: WATCH_KIND };
    for (const client of this.clients) if (client.sees(target)) client.send('watch', json);
  }

  #sendPlate(json: string): void {
    let cameraId: string;
    try {
      ({ cameraId } = JSON.parse(json) as LivePlate);
    } catch {
      return;
    }
    const target = { cameraId, kind: WATCH_KIND };
    for (const client of this.clients)
      if (client.cameras.has(cameraId) && client.sees(target)) client.send('plate', json);
  }

  async #pushStates(maxAgeMs = STATE_EVERY_MS / 2): Promise<void> {
    await this.#states.refresh(maxAgeMs);
    const up = this.#redis.isUp;
    if (up !== this.#wasUp) {
      this.#wasUp = up;
      for (const client of this.clients) this.beat(client);
    }
    for (const cameraId of this.#cameraIds) {
      const state = this.#states.get(cameraId);
      const json = JSON.stringify(state);
      // While the state is not known its `since` is the present; that alone is no news.
      const news = state.cause === 'QUEUE_UNAVAILABLE' || state.cause === 'NOT_REPORTED' ? state.cause : json;
      if (this.#sentStates.get(cameraId) === news) continue;
      this.#sentStates.set(cameraId, news);
      for (const client of this.clients) if (client.sees({ cameraId })) client.send('camera', json);
    }
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    for (const client of this.clients) client.end();
    this.clients.clear();
  }
}
