import { Queue, UnrecoverableError, Worker } from 'bullmq';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import type { ApiContext } from '../context.ts';
import { recentIncidents } from '../incidents.ts';
import { toAlertMessage } from './alert-message.ts';
import { sendAlert } from './send-alert.ts';

export const ALERT_QUEUE = 'watchpost-alerts';
/** Alerts are tried for days: at the longest delay, 10,000 attempts are a week. */
const ATTEMPTS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A sent alert's job stays so long, so that a repeated review job cannot send it again. */
const KEEP_SENT_S = 7 * 24 * 3_600;
/** How far back alerts of the same fire may lie. */
const SAME_FIRE_MS = 3 * 3_600_000;
/** Who sees everything: an alert's place is made of all towers. */
const EVERYTHING = { groups: null, kinds: null } as const;

type AlertJob = { readonly caseId: string; readonly channelId: string };

const retryDelayMs = (attempts: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_RETRY_MS);

/** One job per case and channel; each ends with a receipt in the audit log. */
export class AlertQueue {
  readonly #context: ApiContext;
  readonly #queue: Queue<AlertJob>;
  readonly #worker: Worker<AlertJob>;

  constructor(context: ApiContext) {
    this.#context = context;
    const { redis, log, metrics } = context;
    this.#queue = new Queue(ALERT_QUEUE, { connection: redis.connect('alerts') });
    this.#worker = new Worker<AlertJob>(ALERT_QUEUE, ({ data }) => this.#deliver(data), {
      connection: redis.connect('alert-sender'),
      concurrency: 4,
      settings: { backoffStrategy: retryDelayMs },
    });
    this.#worker.on('failed', (job, error) => {
      metrics.count('watchpost_alert_attempts_failed_total', 'Attempts to hand over an alert that failed.');
      log.warn({ jobId: job?.id ?? null, attempt: job?.attemptsMade ?? null, err: error }, 'alert not handed over');
    });
    // Connection trouble is told by the link; without a listener it would end the process.
    this.#worker.on('error', () => undefined);
    this.#queue.on('error', () => undefined);
  }

  /** Called for every case that came in, also a second time: the job's id makes it one message. */
  async announce(caseId: string): Promise<void> {
    const { cases, config } = this.#context;
    if (config.alerts.channels.length === 0) return;
    const { kind } = await cases.get(caseId, EVERYTHING);
    if (kind !== 'smoke' && kind !== 'flame') return;
    for (const { id } of config.alerts.channels)
      await this.#queue.add(
        'alert',
        { caseId, channelId: id },
        {
          jobId: `${caseId}_${id}`,
          attempts: ATTEMPTS,
          backoff: { type: 'custom' },
          removeOnComplete: { age: KEEP_SENT_S },
          removeOnFail: false,
        },
      );
  }

  async close(): Promise<void> {
    await this.#worker.close(!this.#context.redis.isUp);
    await this.#queue.close();
  }

  async #deliver({ caseId, channelId }: AlertJob): Promise<void> {
    const { audit, cases, clock, config, metrics } = this.#context;
    const channel = config.alerts.channels.find(({ id }) => id === channelId);
    if (!channel) throw new UnrecoverableError(`alert channel "${channelId}" is no longer configured`);
    const manifest = JSON.parse(await cases.manifest(caseId)) as EvidenceManifest;
    const after = manifest.event.triggerAt - SAME_FIRE_MS;
    const incidents = await recentIncidents(cases, EVERYTHING, after, this.#context.fireMap);
    const incident = incidents.find(({ alerts }) => alerts.some((alert) => alert.case.id === caseId));
    const site = { timeZone: config.site.timeZone, link: config.alerts.link };
    const message = incident && toAlertMessage(incident, manifest, site);
    if (!message) throw new UnrecoverableError(`case "${caseId}" is no fire alert`);
    const status = await sendAlert(channel, message, clock.now());
    const detail = JSON.stringify({
      channel: channelId,
      status,
      sinceConfirmedMs: clock.now() - manifest.event.triggerAt,
    });
    await audit.record({ at: clock.now(), actor: 'system', action: 'alert.delivered', target: caseId, detail });
    metrics.count('watchpost_alerts_delivered_total', 'Alerts that a receiver took.');
  }
}
