import { type Job, Queue, RateLimitError, UnrecoverableError, Worker } from 'bullmq';
import type { AlertChannel } from '../../pipeline/alerts/alert-config.ts';
import type { EpochMs } from '../../pipeline/time.ts';
import type { ApiContext } from '../context.ts';
import type { AlertMessage } from './alert-message.ts';
import { toChannelProblem } from './channel-problem.ts';
import { type AlertPicture, sealedPictures } from './sealed-pictures.ts';
import { sendAlert } from './send-alert.ts';

export const alertQueueName = (channelId: string): string => `watchpost-alerts-${channelId}`;

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A receiver that says so often that it does not want a message means it. */
const REFUSALS = 3;
/** A sent alert's job stays so long, so that a repeated announcement cannot send it again. */
const KEEP_SENT_S = 7 * 24 * 3_600;

/** `done`: recipients that have it from an attempt before. */
type AlertJob = { readonly alertId: string; readonly level: number; readonly done: readonly string[] };

export type ChannelQueueOptions = {
  readonly context: ApiContext;
  readonly channel: AlertChannel;
  readonly toMessage: (alertId: string, level: number) => Promise<AlertMessage>;
};

export const retryDelayMs = (failures: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10), LONGEST_RETRY_MS);

/**
 * The alerts of one channel, handed over one at a time in the order in which they came, each until its receiver has it.
 * While a channel fails the whole queue waits, so that what happened first is told first; other channels go on.
 */
export class ChannelQueue {
  readonly #options: ChannelQueueOptions;
  readonly #queue: Queue<AlertJob>;
  readonly #worker: Worker<AlertJob>;
  #failures = 0;
  readonly #refusals = new Map<string, number>();

  constructor(options: ChannelQueueOptions) {
    this.#options = options;
    const { redis } = options.context;
    const name = alertQueueName(options.channel.id);
    this.#queue = new Queue(name, { connection: redis.connect(`alerts-${options.channel.id}`) });
    // Of several API processes too, one sends at a time.
    this.#queue.setGlobalConcurrency(1).catch(() => undefined);
    this.#worker = new Worker<AlertJob>(name, (job) => this.#deliver(job), {
      connection: redis.connect(`alert-sender-${options.channel.id}`),
      concurrency: 1,
      // No limit of its own: it makes all processes heed the back-off.
      limiter: { max: 1_000_000, duration: 1_000 },
      lockDuration: 15_000,
      stalledInterval: 5_000,
      maxStalledCount: 1_000_000,
    });
    // Connection trouble is told by the link; without a listener it would end the process.
    this.#worker.on('error', () => undefined);
    this.#queue.on('error', () => undefined);
  }

  /** The same alert and level again is one job. @param dueAt not before */
  async add(alertId: string, level: number, dueAt: EpochMs): Promise<void> {
    const delay = Math.max(0, dueAt - this.#options.context.clock.now());
    const jobId = `${alertId}_${String(level)}`;
    const keep = { removeOnComplete: { age: KEEP_SENT_S }, removeOnFail: false };
    await this.#queue.add('alert', { alertId, level, done: [] }, { jobId, delay, ...keep });
  }

  async close(): Promise<void> {
    await this.#worker.close(!this.#options.context.redis.isUp);
    await this.#queue.close();
  }

  async #deliver(job: Job<AlertJob>): Promise<void> {
    try {
      await this.#attempt(job);
      this.#failures = 0;
    } catch (error) {
      if (error instanceof UnrecoverableError) throw error;
      this.#failures++;
      await this.#queue.rateLimit(retryDelayMs(this.#failures));
      // The job goes back to the head of its queue.
      throw new RateLimitError();
    }
  }

  async #attempt(job: Job<AlertJob>): Promise<void> {
    const { channel, context, toMessage } = this.#options;
    const { alerts, clock, log, metrics } = context;
    const { alertId, level } = job.data;
    const outcome = { alertId, level, channelId: channel.id };
    try {
      const message = await toMessage(alertId, level);
      const pictures = await this.#picturesOf(alertId);
      const answer = await sendAlert(channel, message, {
        nowMs: clock.now(),
        pictures,
        done: job.data.done,
        onSent: (recipient) => job.updateData({ ...job.data, done: [...job.data.done, recipient] }),
      });
      const at = clock.now();
      const { at: confirmedAt } = await alerts.get(alertId);
      const sent = pictures.length > 0 ? { pictures: pictures.map(({ name }) => name) } : {};
      const receipt = { channel: channel.id, level, answer, sinceConfirmedMs: at - confirmedAt, ...sent };
      await alerts.delivered({ ...outcome, at }, receipt);
      this.#refusals.delete(job.id ?? '');
      metrics.count('watchpost_alerts_delivered_total', 'Alerts that a receiver took.');
    } catch (error) {
      const problem = toChannelProblem(error, channel.id);
      metrics.count('watchpost_alert_attempts_failed_total', 'Attempts to hand over an alert that failed.');
      log.warn({ channel: channel.id, alertId, problem: problem.code, err: problem }, 'alert not handed over');
      await alerts.failed({ ...outcome, at: clock.now() }, problem.code, problem.message);
      if (problem.code === 'refused_message') await this.#countRefusal(job, problem.message);
      throw problem;
    }
  }

  async #picturesOf(alertId: string): Promise<readonly AlertPicture[]> {
    const { channel, context } = this.#options;
    if (channel.kind !== 'email' || !channel.pictures) return [];
    const { announced_at: announcedAt, kind } = await context.alerts.get(alertId);
    return kind === 'plate_hit' ? [] : sealedPictures(context, alertId, announcedAt);
  }

  /** @throws UnrecoverableError when the message is set aside */
  async #countRefusal(job: Job<AlertJob>, told: string): Promise<void> {
    const { channel, context } = this.#options;
    const { alertId, level } = job.data;
    const refusals = (this.#refusals.get(job.id ?? '') ?? 0) + 1;
    this.#refusals.set(job.id ?? '', refusals);
    if (refusals < REFUSALS) return;
    this.#refusals.delete(job.id ?? '');
    const outcome = { alertId, level, channelId: channel.id, at: context.clock.now() };
    await context.alerts.refused(outcome, { channel: channel.id, level, answer: told });
    throw new UnrecoverableError(told);
  }
}
