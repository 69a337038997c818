import type { WatchEvent } from '../pipeline/event.ts';
import { STATISTICS_STREAM } from '../pipeline/live.ts';
import type { ApiContext } from './context.ts';
import type { Crossing } from './repositories/counts.ts';
import { consumeStream } from './stream-consumer.ts';

const FORGET_EVERY_MS = 3_600_000;

/** What one event adds to the counts, or null when it is none that can be counted. */
export const toCrossing = (json: string): Crossing | null => {
  try {
    const event = JSON.parse(json) as WatchEvent;
    const { id, cameraId, ruleId, triggerAt, subjects, decision } = event;
    const className = decision.facts['class'] ?? subjects[0]?.className ?? 'unknown';
    const direction = decision.facts['direction'] ?? '';
    if (typeof id !== 'string' || typeof cameraId !== 'string' || typeof ruleId !== 'string') return null;
    if (!Number.isFinite(triggerAt)) return null;
    return { eventId: id, cameraId, ruleId, className, direction, at: triggerAt };
  } catch {
    return null;
  }
};

/**
 * Adds the stream of statistic events up. Entries are acknowledged after the commit, so a crash repeats them, and an
 * event's id keeps a repeated one from counting twice.
 */
export const startStatisticsConsumer = (context: ApiContext): { close: () => Promise<void> } => {
  const { clock, counts, metrics } = context;
  let forgetAt = 0;
  return consumeStream(context, {
    ...{ name: 'statistics', stream: STATISTICS_STREAM, field: 'event' },
    failed: 'counts could not be stored, trying again',
    before: async () => {
      if (clock.now() < forgetAt) return;
      forgetAt = clock.now() + FORGET_EVERY_MS;
      await counts.forgetOldIds(clock.now());
    },
    take: async (texts) => {
      const crossings = texts.flatMap((text) => {
        const crossing = toCrossing(text);
        if (crossing === null)
          metrics.count('watchpost_statistics_malformed_total', 'Statistic events that cannot be read.');
        return crossing ?? [];
      });
      const added = await counts.add(crossings, clock.now());
      metrics.count('watchpost_statistics_counted_total', 'Statistic events added to the counts.', added);
    },
  });
};
