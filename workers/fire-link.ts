import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { DANGER_KEY, dangerNow, type DangerReport } from '../pipeline/fire/danger.ts';
import { PlumeCourse, type PlumeReport, PLUMES_STREAM } from '../pipeline/fire/plume.ts';
import { type OtherSight, SIGHTS_KEY } from '../pipeline/fire/second-sight.ts';
import type { EpochMs } from '../pipeline/time.ts';
import { Poll } from './poll.ts';

/** Towers look every ten seconds at the most, and smoke takes minutes. */
const EVERY_MS = 5_000;
/** The API reads within milliseconds; this only bounds memory when it is down for days. */
const LONGEST = 10_000;

/** What one camera said of one of its views. */
type ViewPlumes = {
  readonly cameraId: string;
  readonly poseId: string | undefined;
  readonly plumes: readonly PlumeReport[];
};

/**
 * Between the smoke rules of all cameras, in whichever process they run, and the API: the day's danger, what other cameras
 * may be seeing, and how confirmed fires go on. While Redis is away, what was known last holds.
 */
export class FireLink {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #course = new PlumeCourse();
  readonly #poll = new Poll(() => this.#read(), EVERY_MS);
  #danger: DangerReport | null = null;
  #sights: ReadonlyMap<string, readonly OtherSight[]> = new Map();

  constructor(redis: Redis, log: Logger) {
    this.#redis = redis;
    this.#log = log;
  }

  start(): Promise<void> {
    return this.#poll.start();
  }

  close(): void {
    this.#poll.close();
  }

  danger(now: EpochMs): DangerReport | null {
    return dangerNow(this.#danger, now);
  }

  others(cameraId: string): readonly OtherSight[] {
    return [...this.#sights.values()].flat().filter((one) => one.cameraId !== cameraId);
  }

  /** Returns at once: what is kept waits for Redis in its client, what others may be seeing is worth nothing later. */
  tell({ cameraId, poseId, plumes }: ViewPlumes): void {
    const failed = (error: unknown): void =>
      this.#log.warn({ err: error, cameraId }, 'how a plume stands could not be told');
    const field = `${cameraId} ${poseId ?? ''}`;
    const sights = plumes.flatMap(({ sight, lastSeenAt, evidence, state }) =>
      sight && state !== 'ended' ? [{ cameraId, at: lastSeenAt, evidence, sight }] : [],
    );
    if (this.#redis.status === 'ready') {
      if (sights.length > 0) this.#redis.hset(SIGHTS_KEY, field, JSON.stringify(sights)).catch(failed);
      else if (this.#sights.has(field)) this.#redis.hdel(SIGHTS_KEY, field).catch(failed);
    }
    for (const report of this.#course.pick(plumes))
      this.#redis.xadd(PLUMES_STREAM, 'MAXLEN', '~', LONGEST, '*', 'report', JSON.stringify(report)).catch(failed);
  }

  async #read(): Promise<void> {
    try {
      const [danger, sights] = await Promise.all([this.#redis.get(DANGER_KEY), this.#redis.hgetall(SIGHTS_KEY)]);
      this.#danger = danger === null ? null : (JSON.parse(danger) as DangerReport);
      this.#sights = new Map(
        Object.entries(sights).map(([field, text]) => [field, JSON.parse(text) as readonly OtherSight[]]),
      );
    } catch (error) {
      this.#log.warn({ err: error }, 'danger of the day and other cameras could not be read');
    }
  }
}
