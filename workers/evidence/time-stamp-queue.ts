import { Queue, Worker } from 'bullmq';
import { failureReason, redisOptions } from '../queue.ts';
import type { ProcessContext } from '../context.ts';
import { dataFolder } from '../data-folder.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import type { ReviewJob } from '../../pipeline/review.ts';
import type { LastingFailure, SealReport } from '../../pipeline/process-report.ts';
import { resolve } from 'node:path';
import { keepAuthority } from '../storage/authorities.ts';
import { stampCase } from './time-stamp.ts';

export const TIME_STAMP_QUEUE = 'watchpost-time-stamps';

/** An authority may be away for weeks: its stamp is then later, which it says itself. */
const ATTEMPTS = 100_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 15 * 60_000;

type StampJob = Pick<ReviewJob, 'prefix' | 'manifestSha256'>;

/**
 * Fetches time stamps for sealed cases, one after the other, long after the case may have been decided: nothing waits for
 * it. What fails is tried again after 2 s, doubling to 15 min, and told on the health page.
 */
export class TimeStampQueue {
  readonly #queue: Queue<StampJob>;
  readonly #worker: Worker<StampJob>;
  #failure: LastingFailure | null = null;

  constructor(options: {
    readonly context: Pick<ProcessContext, 'redisUrl' | 'log'>;
    readonly store: EvidenceStore;
    readonly url: string;
    readonly certificate: string;
  }) {
    const { context, store, url, certificate } = options;
    const connection = redisOptions(context.redisUrl);
    this.#queue = new Queue(TIME_STAMP_QUEUE, { connection });
    this.#worker = new Worker(
      TIME_STAMP_QUEUE,
      async ({ data }) => {
        try {
          await stampCase({ store, ...data, authority: { url, certificates: [certificate] } });
          this.#failure = null;
        } catch (error) {
          const reason = failureReason(error);
          this.#failure = { reason, at: Date.now() };
          throw new Error(reason, { cause: error });
        }
      },
      {
        connection,
        settings: {
          backoffStrategy: (attempt) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 12), LONGEST_RETRY_MS),
        },
      },
    );
    // Connections come back by themselves; without a listener a lost one would end the process.
    this.#queue.on('error', () => undefined);
    this.#worker.on('error', () => undefined);
    this.#worker.on('failed', (job, error) =>
      context.log.warn({ eventId: job?.id, reason: error.message, attempts: job?.attemptsMade }, 'no time stamp yet'),
    );
  }

  /** The same case again changes nothing. */
  async add({ caseId, prefix, manifestSha256 }: StampJob & Pick<ReviewJob, 'caseId'>): Promise<void> {
    await this.#queue.add(
      'stamp',
      { prefix, manifestSha256 },
      {
        jobId: caseId,
        attempts: ATTEMPTS,
        backoff: { type: 'custom' },
        removeOnComplete: { age: 3_600, count: 10_000 },
        removeOnFail: false,
      },
    );
  }

  async report(): Promise<NonNullable<SealReport['timeStamps']>> {
    const { waiting = 0, active = 0, delayed = 0 } = await this.#queue.getJobCounts('waiting', 'active', 'delayed');
    return { waiting: waiting + active + delayed, failure: this.#failure };
  }

  async close(): Promise<void> {
    // A request under way is not waited for: it is asked again.
    await Promise.allSettled([this.#worker.close(true), this.#queue.close()]);
  }
}

/**
 * Null where no authority is configured.
 * @throws WatchpostError INPUT_UNREADABLE when its certificate cannot be read
 */
export const openTimeStampQueue = async (
  context: Pick<ProcessContext, 'config' | 'configDir' | 'dataDir' | 'redisUrl' | 'log'>,
  store: EvidenceStore,
): Promise<TimeStampQueue | null> => {
  const { config, configDir, dataDir } = context;
  const { timestamp } = config.evidence;
  if (!timestamp) return null;
  const certificate = await keepAuthority(dataFolder(dataDir).keys, resolve(configDir, timestamp.certificate));
  return new TimeStampQueue({ context, store, url: timestamp.url, certificate });
};
