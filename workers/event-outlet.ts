import type { Logger } from 'pino';
import { routeOf } from '../pipeline/alerts/routing.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';
import { sendConfirmation } from './confirmation-stream.ts';
import { machineClock } from './monotonic.ts';
import type { Queues } from './queue.ts';
import { sendStatistic } from './statistics-stream.ts';
import type { TraceLink, Tracing } from './telemetry/tracing.ts';

export type EventOutletParts = {
  readonly config: Config;
  readonly queues: Queues;
  readonly stages: StageHistograms;
  readonly tracing: Tracing | null;
  readonly log: Logger;
};

/** Where events go: to the evidence queue or the statistics, those with an alert route also straight to the API. */
export class EventOutlet {
  readonly #parts: EventOutletParts;

  constructor(parts: EventOutletParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when all are handed over, which waits while Redis is away.
   * @param trace link of the trace of the frame that brought them
   */
  async tell(events: readonly WatchEvent[], trace?: TraceLink): Promise<void> {
    // At once: of several in one frame, none waits for another's round trips.
    await Promise.all(
      events.map(async (event) => {
        const startedAt = performance.now();
        await this.#hand(event, trace);
        const ms = performance.now() - startedAt;
        this.#parts.stages.observe('enqueue', ms);
        if (trace !== undefined) this.#trace(event, ms, trace);
      }),
    );
    for (const { id, kind, ruleId, disposition, cameraId } of events)
      if (disposition === 'case') this.#parts.log.info({ cameraId, eventId: id, kind, ruleId }, 'event');
  }

  async #hand(event: WatchEvent, trace?: TraceLink): Promise<void> {
    const { config, queues } = this.#parts;
    if (event.disposition !== 'case') {
      await sendStatistic(queues.redis, event);
      return;
    }
    await queues.enqueueEvidence(event, trace);
    if (routeOf(config.alerts, event.kind)) await sendConfirmation(queues.redis, event);
  }

  #trace({ id, kind }: WatchEvent, ms: number, trace: TraceLink): void {
    const endAt = machineClock.now();
    const attributes = { 'event.id': id, 'event.kind': kind };
    this.#parts.tracing?.tell({ name: 'enqueue', startAt: endAt - ms, endAt, attributes }, [], trace);
  }
}
