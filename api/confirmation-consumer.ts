import { Value } from '@sinclair/typebox/value';
import { CONFIRMATIONS_STREAM } from '../pipeline/alerts/confirmation-stream.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import { EventShape } from '../pipeline/manifest-schema.ts';
import type { AlertDesk } from './alerts/alert-desk.ts';
import type { ApiContext } from './context.ts';
import { consumeStream } from './stream-consumer.ts';

const toEvent = (json: string): WatchEvent | null => {
  try {
    const event = JSON.parse(json) as WatchEvent;
    return Value.Check(EventShape, event) ? event : null;
  } catch {
    return null;
  }
};

/** Tells people of events as they are confirmed; their cases come later, and are told only if this did not happen. */
export const startConfirmationConsumer = (context: ApiContext, desk: AlertDesk): { close: () => Promise<void> } =>
  consumeStream(context, {
    ...{ name: 'confirmations', stream: CONFIRMATIONS_STREAM, field: 'event' },
    failed: 'alerts could not be announced, trying again',
    take: async (texts) => {
      for (const text of texts) {
        const event = toEvent(text);
        if (event) await desk.announceEvent(event);
        else context.metrics.count('watchpost_confirmations_malformed_total', 'Confirmed events that cannot be read.');
      }
    },
  });
