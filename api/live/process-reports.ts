import { PROCESSES_KEY, processKey, type ProcessReport } from '../../pipeline/process-report.ts';
import type { RedisLink } from './redis-link.ts';

/** What the other processes last said of themselves; null while Redis cannot say. Dead ones are left out. */
export const readProcessReports = async (redis: RedisLink): Promise<readonly ProcessReport[] | null> => {
  if (!redis.isUp) return null;
  try {
    const workers = await redis.commands.smembers(PROCESSES_KEY);
    if (workers.length === 0) return [];
    const texts = await redis.commands.mget(workers.map(processKey));
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as ProcessReport]));
  } catch {
    return null;
  }
};
