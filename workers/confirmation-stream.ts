import type { Redis } from 'ioredis';
import { CONFIRMATIONS_STREAM } from '../pipeline/alerts/confirmation-stream.ts';
import type { WatchEvent } from '../pipeline/event.ts';

/** The API reads within milliseconds; this only bounds memory when it is down for days. */
const LONGEST = 10_000;

/** Tells the API of an event that somebody is to hear of now; its case follows when the evidence is sealed. */
export const sendConfirmation = async (redis: Redis, event: WatchEvent): Promise<void> => {
  await redis.xadd(CONFIRMATIONS_STREAM, 'MAXLEN', '~', LONGEST, '*', 'event', JSON.stringify(event));
};
