import type { Redis } from 'ioredis';
import type { WatchEvent } from '../pipeline/event.ts';
import { STATISTICS_STREAM } from '../pipeline/live.ts';

/** About a week of a busy city; the API reads within seconds, so this only bounds memory when it is down for long. */
const LONGEST = 1_000_000;

/** Hands an event over that is only counted; the API takes it into its tables. */
export const sendStatistic = async (redis: Redis, event: WatchEvent): Promise<void> => {
  await redis.xadd(STATISTICS_STREAM, 'MAXLEN', '~', LONGEST, '*', 'event', JSON.stringify(event));
};
