import type { Redis } from 'ioredis';
import type { WatchEvent } from '../pipeline/event.ts';

/** Redis stream of events that are only counted; the API takes them into its tables. */
export const STATISTICS_STREAM = 'watchpost:statistics';
/** About a week of a busy city; the API reads within seconds, so this only bounds memory when it is down for long. */
const LONGEST = 1_000_000;

export const sendStatistic = async (redis: Redis, event: WatchEvent): Promise<void> => {
  await redis.xadd(STATISTICS_STREAM, 'MAXLEN', '~', LONGEST, '*', 'event', JSON.stringify(event));
};
