import { Value } from '@sinclair/typebox/value';
import type { Logger } from 'pino';
import type { Clock } from '../pipeline/clock.ts';
import type { WindConfig } from '../pipeline/config/fire.ts';
import { redactUrl, WatchpostError } from '../pipeline/errors.ts';
import { withTimeLimit } from '../pipeline/time-limit.ts';
import { Wind, WindReport } from './contract/wind.ts';
import type { RedisLink } from './live/redis-link.ts';
import { readJson } from './read-json.ts';

export const WIND_KEY = 'watchpost:fire:wind';
/** What was measured so long ago says nothing about the wind now. */
const KNOWN_FOR_MS = 3 * 3_600_000;
const MOST_AHEAD_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;
const MOST_CHARACTERS = 256 * 1024;
const MINUTE_MS = 60_000;
const TO_MPS = { 'm/s': 1, 'km/h': 1 / 3.6, knots: 0.514_444 } as const;

/** Wind as people and programs report it, and as a weather service is asked for it; the newest measurement counts. */
export class WindBook {
  readonly #redis: RedisLink;
  readonly #clock: Clock;
  readonly #log: Logger;
  #stop: AbortController | null = null;
  #asking: Promise<void> | null = null;

  constructor(redis: RedisLink, clock: Clock, log: Logger) {
    this.#redis = redis;
    this.#clock = clock;
    this.#log = log;
  }

  /** @returns null where nobody reported in the last three hours, and while Redis is away */
  async current(): Promise<Wind | null> {
    const text = this.#redis.isUp ? await this.#redis.commands.get(WIND_KEY).catch(() => null) : null;
    const wind = readJson(Wind, text);
    return wind && this.#clock.now() - wind.at <= KNOWN_FOR_MS ? wind : null;
  }

  /** @throws WatchpostError REQUEST_INVALID, QUEUE_UNAVAILABLE */
  async report({ speedMps, fromDeg, at = this.#clock.now() }: WindReport, source: string): Promise<Wind> {
    if (at - this.#clock.now() > MOST_AHEAD_MS || this.#clock.now() - at > KNOWN_FOR_MS)
      throw new WatchpostError(
        'REQUEST_INVALID',
        `at is ${new Date(at).toISOString()}; expected the last 3 h, in epoch milliseconds`,
      );
    const wind: Wind = { speedMps: round(speedMps), fromDeg: round(fromDeg % 360), at, source };
    if (!this.#redis.isUp) throw new WatchpostError('QUEUE_UNAVAILABLE', 'The wind cannot be kept while Redis is away');
    const known = await this.current();
    if (known && known.at > at) return known;
    await this.#redis.commands.set(WIND_KEY, JSON.stringify(wind));
    return wind;
  }

  /** Asks a weather service from now on. */
  start(service: WindConfig): void {
    this.#stop = new AbortController();
    this.#asking = this.#ask(service, this.#stop.signal);
  }

  async close(): Promise<void> {
    this.#stop?.abort();
    await this.#asking;
  }

  async #ask(service: WindConfig, signal: AbortSignal): Promise<void> {
    let hasFailed = false;
    while (!signal.aborted) {
      try {
        await this.report(await askService(service, signal), service.name);
        if (hasFailed) this.#log.info({ service: service.name }, 'weather service answers again');
        hasFailed = false;
      } catch (error) {
        if (!hasFailed && !isFired(signal)) this.#log.warn({ err: error, service: service.name }, 'wind is not known');
        hasFailed = true;
      }
      await this.#clock.sleep(service.everyMinutes * MINUTE_MS, signal);
    }
  }
}

const isFired = (signal: AbortSignal): boolean => signal.aborted;
const round = (value: number): number => Math.round(value * 10) / 10;

/** One answer of a weather service. @throws WatchpostError INPUT_UNREADABLE, without its address's secrets */
export const askService = async (service: WindConfig, signal: AbortSignal): Promise<WindReport> => {
  const { url, headers, speed, direction, at, unit } = service;
  const fail = (why: string, cause?: unknown): never => {
    throw new WatchpostError('INPUT_UNREADABLE', `${new URL(url).host}: ${why}`, { cause });
  };
  let body: unknown;
  try {
    const [status, text] = await withTimeLimit(TIMEOUT_MS, signal, async (limited): Promise<[number, string]> => {
      const response = await fetch(url, { headers, redirect: 'manual', signal: limited });
      return [response.status, await response.text()];
    });
    if (status !== 200 || text.length > MOST_CHARACTERS) fail(`answered ${String(status)}`);
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof WatchpostError) throw error;
    return fail(`no JSON could be had: ${redactUrl((error as Error).name)}`, error);
  }
  const number = (pointer: string): number => {
    const found = pointed(body, pointer);
    return typeof found === 'number' && Number.isFinite(found) ? found : fail(`no number at ${pointer}`);
  };
  const report: WindReport = {
    speedMps: number(speed) * TO_MPS[unit],
    fromDeg: number(direction),
    ...(at === undefined ? {} : { at: toInstant(pointed(body, at)) ?? fail(`no time at ${at}`) }),
  };
  return Value.Check(WindReport, report) ? report : fail('speed or direction is out of range');
};

/** JSON pointer [RFC 6901]. */
const pointed = (value: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      value,
    );

/** Epoch seconds, epoch milliseconds, or a text with its zone. */
const toInstant = (value: unknown): number | null => {
  if (typeof value === 'number') return value < 1e11 ? value * 1000 : value;
  const parsed = typeof value === 'string' && /(Z|[+-]\d{2}:?\d{2})$/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? null : parsed;
};
