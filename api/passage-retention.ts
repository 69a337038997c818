import type { Passage } from '../pipeline/passages/passage.ts';
import type { ApiContext } from './context.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;
/** Of cameras that are no longer configured, or take no passages any more. */
const DEFAULT_DAYS = 30;
const BATCH = 200;

/**
 * Removes passages past their camera's `passages.keepDays`, and their pictures before them: a passage that is still there
 * says what is still to be removed.
 * @returns how many were removed
 * @throws WatchpostError STORE_UNAVAILABLE
 */
export const expirePassages = async (context: ApiContext, signal?: AbortSignal): Promise<number> => {
  const { audit, cameras, clock, log, passages, store } = context;
  const own = [...cameras.values()].map(({ id, passages: section }) => ({
    ...{ of: { cameraId: id }, days: section?.keepDays ?? DEFAULT_DAYS },
  }));
  const others = { of: { cameraIdNot: own.map(({ of }) => of.cameraId) }, days: DEFAULT_DAYS };
  let total = 0;
  for (const { of, days } of [...own, others]) {
    const before = clock.now() - days * DAY_MS;
    let removed = 0;
    while (signal?.aborted !== true) {
      const old = await passages.oldest(of, before, BATCH);
      for (const { json } of old) {
        const { vehicleCrop, plateCrop } = JSON.parse(json) as Passage;
        for (const key of [vehicleCrop, plateCrop]) if (key !== null) await store.erase(key);
      }
      await passages.remove(old.map(({ id }) => id));
      removed += old.length;
      if (old.length < BATCH) break;
    }
    if (removed === 0) continue;
    const target = 'cameraId' in of ? of.cameraId : null;
    const detail = JSON.stringify({ removed, olderThan: before, days });
    await audit.record({ at: clock.now(), actor: 'system', action: 'passages.expired', target, detail });
    log.info({ cameraId: target, removed, days }, 'passages expired');
    total += removed;
  }
  return total;
};

/** Once an hour, the first time at the start. */
export const startPassageRetention = (context: ApiContext): { close: () => Promise<void> } => {
  const stop = new AbortController();
  let running = Promise.resolve();
  const run = (): void => {
    running = running.then(async () => {
      await expirePassages(context, stop.signal).catch((error: unknown) => {
        context.log.warn({ err: error }, 'passages could not be removed, trying again in an hour');
      });
    });
  };
  run();
  const timer = setInterval(run, EVERY_MS);
  return {
    close: async () => {
      stop.abort();
      clearInterval(timer);
      await running;
    },
  };
};
