import type { Redis } from 'ioredis';
import type { WatchEvent } from '../pipeline/event.ts';
import { STATISTICS_STREAM, TALLIES_STREAM } from '../pipeline/live.ts';
import type { Tally } from '../pipeline/tally.ts';

/** About a week of a busy city; the API reads within seconds, so this only bounds memory when it is down for long. */
const LONGEST = 1_000_000;

/** Hands an event over that is only counted; the API takes it into its tables. */
export const sendStatistic = async (redis: Redis, event: WatchEvent): Promise<void> => {
  await redis.xadd(STATISTICS_STREAM, 'MAXLEN', '~', LONGEST, '*', 'event', JSON.stringify(event));
};

/** Hands a minute's speeds and crowds over. */
export const sendTally = async (redis: Redis, tally: Tally): Promise<void> => {
  await redis.xadd(TALLIES_STREAM, 'MAXLEN', '~', LONGEST, '*', 'tally', JSON.stringify(tally));
};
