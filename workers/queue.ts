import { type Job, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Value } from '@sinclair/typebox/value';
import { ERROR_CODES, type ErrorCode, redactUrl, WatchpostError } from '../pipeline/errors.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import { EventShape } from '../pipeline/manifest-schema.ts';
import { PASSAGE_QUEUE, type VehiclePass } from '../pipeline/passages/passage.ts';
import { EVIDENCE_QUEUE, type EvidenceJob, REVIEW_QUEUE, type ReviewJob } from '../pipeline/review.ts';

/**
 * Redis hash of case id → Hold JSON: recordings that retention must not remove, because the case's evidence is not yet
 * taken from them. Written before the evidence job is, removed when the job is done.
 */
export const HOLDS_KEY = 'watchpost:holds';

export type Hold = {
  readonly caseId: string;
  readonly cameraId: string;
  readonly sessionId: string;
  /** Media times of the session; segments that overlap stay. */
  readonly fromPtsMs: number;
  readonly toPtsMs: number;
  readonly heldAt: number;
};

/** More than any roll and segment that the configuration allows: a hold is short-lived, so it may be generous. */
const HOLD_MARGIN_MS = 90_000;

export const toHold = ({ id, cameraId, sessionId, startPtsMs, endPtsMs }: WatchEvent): Hold => ({
  ...{ caseId: id, cameraId, sessionId },
  fromPtsMs: Math.max(0, startPtsMs - HOLD_MARGIN_MS),
  toPtsMs: endPtsMs + HOLD_MARGIN_MS,
  heldAt: Date.now(),
});

/** What BullMQ and ioredis both take to reach Redis. */
export type RedisAddress = {
  readonly url?: string;
  readonly path?: string;
  readonly maxRetriesPerRequest: null;
  readonly retryStrategy: (times: number) => number;
};

/** @param redisUrl `redis://…`, `rediss://…`, or the path of a Unix socket */
export const redisOptions = (redisUrl: string): RedisAddress => ({
  ...(redisUrl.includes('://') ? { url: redisUrl } : { path: redisUrl }),
  // Commands wait for Redis to come back instead of failing: an event must not be lost to a restart.
  maxRetriesPerRequest: null,
  retryStrategy: (times) => Math.min(50 * times, 2_000),
});

export const connectRedis = (redisUrl: string): Redis => {
  const { maxRetriesPerRequest, retryStrategy } = redisOptions(redisUrl);
  return new Redis(redisUrl, { maxRetriesPerRequest, retryStrategy });
};

const CONNECT_TIMEOUT_MS = 5_000;

/** Jobs that wait for a store or a disk go on waiting: evidence is never dropped. */
const EVIDENCE_ATTEMPTS = 100_000;
/** Some hours of a store that is down; a passage is worth less than a case. */
const PASSAGE_ATTEMPTS = 200;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 120_000;

/**
 * A job that is still listed is not added again: the last ones of a process that was killed come twice. Older ones need not
 * be known, since sealing and storing are idempotent, and each costs Redis some 10 kB.
 */
const KEEP_DONE = { age: 3_600, count: 200 };

/** Delay before the next attempt: doubles up to two minutes, with jitter so that many jobs do not return at once. */
export const retryDelayMs = (attemptsMade: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(attemptsMade - 1, 10), LONGEST_RETRY_MS) * (0.75 + Math.random() / 2);

/** A job that failed for good, with its reason; it stays until a person retries or removes it. */
export type SetAsideJob = {
  readonly jobId: string;
  readonly code: ErrorCode | 'UNKNOWN';
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: number;
};

/** Reason of a failure as it is kept with the job; the code can be read back from it. */
export const failureReason = (error: unknown): string =>
  error instanceof WatchpostError
    ? `${error.code}: ${redactUrl(error.message)}`
    : `UNKNOWN: ${redactUrl(error instanceof Error ? error.message : String(error))}`;

const toSetAside = (job: Job): SetAsideJob => {
  const [, code = '', reason = job.failedReason] = /^([A-Z_]+): ([\s\S]*)$/.exec(job.failedReason) ?? [];
  return {
    jobId: job.id ?? '',
    code: code in ERROR_CODES ? (code as ErrorCode) : 'UNKNOWN',
    reason,
    attempts: job.attemptsMade,
    failedAt: job.finishedOn ?? 0,
  };
};

/** The product's queues: who produces and who consumes wraps BullMQ here and nowhere else. */
export class Queues {
  readonly redis: Redis;
  readonly evidence: Queue;
  readonly review: Queue;
  readonly passages: Queue<VehiclePass>;

  constructor(redisUrl: string) {
    const connection = redisOptions(redisUrl);
    this.redis = connectRedis(redisUrl);
    this.evidence = new Queue(EVIDENCE_QUEUE, { connection });
    this.review = new Queue(REVIEW_QUEUE, { connection });
    this.passages = new Queue(PASSAGE_QUEUE, { connection });
    // BullMQ reports lost connections here; clients reconnect by themselves, and who must know asks `isReachable`.
    for (const emitter of [this.redis, this.evidence, this.review, this.passages]) emitter.on('error', () => undefined);
  }

  /**
   * Hands an event over to be made a case. Waits while Redis is away; the same event again changes nothing.
   * Events that only feed statistics are left out.
   * @param trace link of the trace that led here
   * @throws WatchpostError JOB_MALFORMED when the event does not fit its schema
   */
  async enqueueEvidence(event: WatchEvent, trace?: string): Promise<void> {
    if (event.disposition !== 'case') return;
    checkEvent(event);
    // Before the job: retention must not win the race against the worker.
    await this.redis.hset(HOLDS_KEY, event.id, JSON.stringify(toHold(event)));
    const job: EvidenceJob = trace === undefined ? { event } : { event, trace };
    await this.evidence.add('seal', job, {
      jobId: event.id,
      attempts: EVIDENCE_ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: KEEP_DONE,
      removeOnFail: false,
    });
  }

  /** Puts a verified case before the reviewers; the same case again changes nothing. */
  async enqueueReview(job: ReviewJob): Promise<void> {
    await this.review.add('case', job, {
      jobId: job.caseId,
      attempts: EVIDENCE_ATTEMPTS,
      backoff: { type: 'exponential', delay: FIRST_RETRY_MS, jitter: 0.5 },
      removeOnComplete: KEEP_DONE,
      removeOnFail: false,
    });
  }

  /** Hands a vehicle over whose plate is to be read; the same vehicle again changes nothing. */
  async enqueuePassage(pass: VehiclePass): Promise<void> {
    await this.passages.add('read', pass, {
      jobId: pass.id,
      attempts: PASSAGE_ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: KEEP_DONE,
      removeOnFail: { age: 7 * 24 * 3_600 },
    });
  }

  async releaseHold(caseId: string): Promise<void> {
    await this.redis.hdel(HOLDS_KEY, caseId);
  }

  async holds(): Promise<readonly Hold[]> {
    return Object.values(await this.redis.hgetall(HOLDS_KEY)).map((text) => JSON.parse(text) as Hold);
  }

  /** Evidence jobs that failed for good, newest first. */
  async setAside(limit = 1_000): Promise<readonly SetAsideJob[]> {
    return (await this.evidence.getFailed(0, limit - 1)).map(toSetAside);
  }

  /** How many evidence jobs are waiting, running or set aside. */
  async depth(): Promise<{ readonly open: number; readonly setAside: number }> {
    const counts = await this.evidence.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed');
    const { failed = 0, ...open } = counts;
    return { open: Object.values(open).reduce((sum, count) => sum + count, 0), setAside: failed };
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.evidence.close(), this.review.close(), this.passages.close()]);
    this.redis.disconnect();
  }
}

/**
 * Connects to the queues.
 * @throws WatchpostError QUEUE_UNAVAILABLE when Redis does not answer within 5 s
 */
export const openQueues = async (redisUrl: string): Promise<Queues> => {
  const queues = new Queues(redisUrl);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new WatchpostError(
            'QUEUE_UNAVAILABLE',
            `Redis does not answer at ${redactUrl(redisUrl)}; start it, or check REDIS_URL`,
          ),
        ),
      CONNECT_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([queues.redis.ping(), late]);
    return queues;
  } catch (error) {
    await queues.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

/** @throws WatchpostError JOB_MALFORMED with the first fault */
export const checkEvent = (event: unknown): WatchEvent => {
  const fault = Value.Errors(EventShape, event).First();
  if (fault)
    throw new WatchpostError(
      'JOB_MALFORMED',
      `event${fault.path.replaceAll('/', '.')}: ${fault.message.toLowerCase()}`,
    );
  return event as WatchEvent;
};
