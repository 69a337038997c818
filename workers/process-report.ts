import type { Redis } from 'ioredis';
import {
  PROCESS_REPORT_TTL_S,
  PROCESSES_KEY,
  processKey,
  type DiskReport,
  type ProcessName,
  type ProcessReport,
  type SealReport,
} from '../pipeline/process-report.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';

const EVERY_MS = 2_000;

/** Tells Redis every 2 s that this process lives and where its time goes. While Redis is away nothing is kept back. */
export const reportProcess = (options: {
  readonly redis: Redis;
  readonly process: ProcessName;
  readonly worker?: string;
  readonly stages: StageHistograms;
  readonly seal?: () => Promise<SealReport>;
  readonly disk?: () => Promise<DiskReport>;
}): { readonly close: () => Promise<void> } => {
  const { redis, process: name, worker = name, stages } = options;
  const startedAt = Date.now();
  const tell = async (): Promise<void> => {
    if (redis.status !== 'ready') return;
    const { user, system } = process.cpuUsage();
    const report: ProcessReport = {
      ...{ process: name, worker, startedAt, stages: stages.data },
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      ...(options.seal ? { seal: await options.seal() } : {}),
      ...(options.disk ? { disk: await options.disk() } : {}),
    };
    await redis
      .multi()
      .sadd(PROCESSES_KEY, worker)
      .set(processKey(worker), JSON.stringify(report), 'EX', PROCESS_REPORT_TTL_S)
      .exec()
      .catch(() => undefined); // The next report carries the same and newer numbers.
  };
  const tellQuietly = (): void => void tell().catch(() => undefined); // Redis went away in between.
  tellQuietly();
  const timer = setInterval(tellQuietly, EVERY_MS);
  return {
    close: async () => {
      clearInterval(timer);
      // A process that was stopped is not missing: its report goes with it.
      if (redis.status === 'ready')
        await redis
          .multi()
          .srem(PROCESSES_KEY, worker)
          .del(processKey(worker))
          .exec()
          .catch(() => undefined);
    },
  };
};
