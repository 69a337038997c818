import { join } from 'node:path';
import { openStore } from '../../workers/storage/open-store.ts';
import { openQueues } from '../../workers/queue.ts';
import type { Supervisor } from '../../workers/supervisor.ts';
import { storeReader } from '../../workers/verify-folder.ts';
import { verifyCase } from '../../pipeline/verify.ts';
import { systemClock } from '../../pipeline/clock.ts';
import { loadConfig } from './load-config.ts';

const LOOK_EVERY_MS = 200;

export type OnceCase = {
  readonly id: string;
  readonly kind: string;
  readonly cameraId: string;
  readonly triggerSeconds: number;
  readonly status: string;
  /** Folder of the case when the store is a local one, else its key prefix. */
  readonly folder: string;
};

/**
 * Waits until every source has ended, every event has become a case and every case has reached the database; then
 * checks each case as a stranger would and prints the list.
 * @returns exit code: 0 when all cases verify, 1 when one does not or a job was set aside, 2 when stopped before the end
 */
export const finishOnce = async (options: {
  readonly supervisor: Supervisor;
  readonly redisUrl: string;
  readonly dataDir: string;
  readonly file: string;
  readonly signal: AbortSignal;
  readonly json: boolean;
}): Promise<number> => {
  const { supervisor, redisUrl, dataDir, file, signal, json } = options;
  const stopped = new Promise<'stopped'>((resolve) =>
    signal.addEventListener('abort', () => resolve('stopped'), { once: true }),
  );
  const ended = Promise.all([supervisor.ended('record'), supervisor.ended('analyze')]).then(([record, analyze]) =>
    record === 0 && analyze === 0 ? 'ended' : 'failed',
  );
  const outcome = await Promise.race([ended, stopped]);
  if (outcome !== 'ended') return 2;

  const queues = await openQueues(redisUrl);
  try {
    while (!signal.aborted) {
      const review = await queues.review.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
      const passages = await queues.passages.getJobCounts('waiting', 'active', 'delayed');
      const sumOf = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, n) => sum + n, 0);
      const waiting = (await queues.depth()).open + sumOf(review) + sumOf(passages);
      if (waiting === 0) break;
      await systemClock.sleep(LOOK_EVERY_MS, signal);
    }
    const { setAside } = await queues.depth();
    const cases = await listCases(file, dataDir);
    if (json) console.log(JSON.stringify({ cases, setAside }, null, 2));
    else print(cases, await queues.setAside());
    return setAside > 0 || cases.some(({ status }) => status !== 'intact') ? 1 : 0;
  } finally {
    await queues.close();
  }
};

const listCases = async (file: string, dataDir: string): Promise<OnceCase[]> => {
  const { config } = loadConfig(file);
  const store = openStore(config.evidence.store, dataDir);
  try {
    const prefixes = [...new Set((await store.list('cases')).map(({ key }) => key.split('/').slice(0, 2).join('/')))];
    const cases: OnceCase[] = [];
    for (const prefix of prefixes) {
      const { status, manifest, caseId } = await verifyCase(storeReader(store, prefix));
      cases.push({
        id: caseId ?? prefix,
        kind: manifest?.event.kind ?? 'unknown',
        cameraId: manifest?.camera.id ?? 'unknown',
        triggerSeconds: (manifest?.event.triggerPtsMs ?? 0) / 1000,
        status,
        folder: config.evidence.store.kind === 'local' ? join(dataDir, 'objects', prefix) : prefix,
      });
    }
    return cases.sort((a, b) => a.cameraId.localeCompare(b.cameraId) || a.triggerSeconds - b.triggerSeconds);
  } finally {
    await store.close();
  }
};

const print = (cases: readonly OnceCase[], setAside: readonly { jobId: string; reason: string }[]): void => {
  console.log(`\n${cases.length} case(s) found:`);
  for (const { cameraId, kind, triggerSeconds, status, folder } of cases)
    console.log(
      `  ${cameraId.padEnd(12)} ${kind.padEnd(12)} at ${triggerSeconds.toFixed(2).padStart(7)} s   ${status.padEnd(8)} ${folder}`,
    );
  const intact = cases.filter(({ status }) => status === 'intact').length;
  console.log(`verified: ${intact} of ${cases.length} intact`);
  for (const { jobId, reason } of setAside) console.log(`  set aside: ${jobId}: ${reason}`);
};
