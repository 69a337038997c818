import type { Redis } from 'ioredis';
import { type Passage, PASSAGES_STREAM } from '../../pipeline/passages/passage.ts';

/** Some days of a busy city; the API reads within seconds, so this only bounds memory when it is down for long. */
const LONGEST = 200_000;

/** Hands a passage over to the API; one that is handed over twice is kept once, by its id. */
export const sendPassage = async (redis: Redis, passage: Passage): Promise<void> => {
  await redis.xadd(PASSAGES_STREAM, 'MAXLEN', '~', LONGEST, '*', 'passage', JSON.stringify(passage));
};
