import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import { MANIFEST_FILE, SIGNATURE_FILE } from '../pipeline/evidence.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import { eraseAt } from '../pipeline/retention.ts';
import { TIME_STAMP_FILE } from '../pipeline/time-stamp.ts';
import type { ApiContext } from './context.ts';

const EVERY_MS = 3_600_000;
const BATCH = 200;

/** Small, and the proof of what was decided on: they outlive the pictures. */
const STAYS: ReadonlySet<string> = new Set([MANIFEST_FILE, SIGNATURE_FILE, TIME_STAMP_FILE]);

type CustodyContext = Pick<ApiContext, 'audit' | 'clock' | 'config' | 'custody' | 'log' | 'store'>;

/**
 * Brings the object store to what the cases say: legal holds set and lifted, also where somebody changed them behind our
 * back. A store without object lock has none; there the program alone keeps what is held.
 * @returns ids of cases whose files were changed
 * @throws WatchpostError STORE_UNAVAILABLE
 */
export const applyHolds = async ({ audit, clock, custody, log, store }: CustodyContext): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (const { id, held, store_held } of await custody.held()) {
    const isWanted = held === 1;
    // What another hold still covers stays covered.
    const others = isWanted ? new Set<string>() : await coveredByOthers(custody, id);
    let versions = 0;
    for (const { id: each, prefix } of await custody.together(id))
      if (!others.has(each)) versions += (await store.hold(prefix, isWanted)) ?? 0;
    if ((store_held === 1) !== isWanted) await custody.toldStore(id, isWanted);
    else if (versions > 0) {
      const detail = JSON.stringify({ versions });
      await audit.record({ at: clock.now(), actor: 'system', action: 'case.hold_restored', target: id, detail });
      log.warn({ caseId: id, versions }, 'a legal hold was missing in the object store and was set again');
    }
    if (versions > 0) changed.push(id);
  }
  return changed;
};

/** Of the cases that go with one whose hold is lifted: those that are held for themselves. */
const coveredByOthers = async (custody: CustodyContext['custody'], id: string): Promise<ReadonlySet<string>> => {
  const together = await custody.together(id);
  const rows = await Promise.all(together.map(({ id: each }) => custody.row(each)));
  return new Set(rows.flatMap((row) => (row?.held === 1 ? [row.case_id] : [])));
};

/** Locks what was closed under a tier that wants it. @throws WatchpostError STORE_UNAVAILABLE */
export const applyLocks = async ({ config, custody, store }: CustodyContext): Promise<number> => {
  let locked = 0;
  for (const tier of config.evidence.retention) {
    if (!tier.lock) continue;
    for (const { id, closed_at } of await custody.toLock(tier, BATCH)) {
      const until = eraseAt(closed_at, tier);
      for (const { prefix } of await custody.together(id))
        if ((await store.retain(prefix, until, tier.lock)) === null) return locked;
      await custody.locked(id, until);
      locked++;
    }
  }
  return locked;
};

const eraseFiles = async (store: EvidenceStore, prefix: string): Promise<{ files: number; bytes: number }> => {
  const gone = { files: 0, bytes: 0 };
  for (const { key, bytes } of await store.list(prefix)) {
    if (STAYS.has(key.slice(prefix.length + 1))) continue;
    await store.erase(key);
    gone.files++;
    gone.bytes += bytes;
  }
  return gone;
};

/**
 * Erases clip, stills and crops of cases whose tier's time is over. Manifest, signature and the decision stay, and each
 * case is an audit row. What was begun before a crash is finished first; what the store still locks waits for that.
 * @returns ids of cases whose evidence is gone
 * @throws WatchpostError STORE_UNAVAILABLE
 */
export const eraseExpired = async (context: CustodyContext, signal?: AbortSignal): Promise<readonly string[]> => {
  const { config, custody, log, store } = context;
  for (const tier of config.evidence.retention)
    for (const { id } of await custody.toErase(tier, BATCH)) await custody.beginErasing(id, tier.name);
  const erased: string[] = [];
  let locked = 0;
  for (const { id, prefix, tier } of await custody.erasing()) {
    if (signal?.aborted === true) break;
    try {
      await custody.erased(id, tier, await eraseFiles(store, prefix));
      erased.push(id);
    } catch (error) {
      if (!(error instanceof WatchpostError) || error.code !== 'STORE_LOCKED') throw error;
      locked++;
    }
  }
  if (erased.length > 0) log.info({ cases: erased.length }, 'evidence of closed cases erased');
  if (locked > 0) log.info({ cases: locked }, 'evidence that is due waits for the lock of the object store to end');
  return erased;
};

/** Once an hour, at the start, and whenever a hold changes. */
export const startCustody = (context: CustodyContext): { nudge: () => void; close: () => Promise<void> } => {
  const stop = new AbortController();
  let running = Promise.resolve();
  const steps = [applyHolds, applyLocks, (each: CustodyContext) => eraseExpired(each, stop.signal)];
  const run = (wanted: readonly ((each: CustodyContext) => Promise<unknown>)[]): void => {
    running = running.then(async () => {
      for (const step of wanted)
        if (!stop.signal.aborted)
          await step(context).catch((error: unknown) =>
            context.log.warn({ err: error }, 'holds and retention could not be applied, trying again in an hour'),
          );
    });
  };
  run(steps);
  const timer = setInterval(() => run(steps), EVERY_MS);
  return {
    nudge: () => run([applyHolds]),
    close: async () => {
      stop.abort();
      clearInterval(timer);
      await running;
    },
  };
};
