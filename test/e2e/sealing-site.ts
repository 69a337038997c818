import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { parseConfig } from '../../pipeline/config.ts';
import { evidence } from '../../workers/evidence.ts';
import { openQueues, type Queues } from '../../workers/queue.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { openSite, type Site, startRedis } from './api-harness.ts';
import { makeRecording } from './evidence-recorder.ts';

/** Evidence and API at work on one data folder with twelve recorded seconds of one camera, `gate`. */
export type SealingSite = {
  readonly site: Site;
  readonly queues: Queues;
  /** Ids of the cases in review. */
  readonly cases: () => Promise<string[]>;
  /** What the health page is told of sealing. */
  readonly told: <T>() => Promise<T | null>;
  readonly close: () => Promise<void>;
};

/** @param section the configuration's `evidence`, YAML on one line; files in it are looked for in the folder */
export const openSealingSite = async (
  folder: string,
  section: string,
  extra: { readonly playerDir?: string } = {},
): Promise<SealingSite> => {
  const redis = await startRedis(folder);
  const queues = await openQueues(redis.url);
  await makeRecording(join(folder, 'recordings', 'gate'), { seconds: 12, size: '192x144' });
  const config = parseConfig(`version: 1
cameras: [{ id: gate, name: Gate, source: { url: x.mp4 } }]
evidence: ${section}`);
  const stop = new AbortController();
  const place = { configDir: folder, configFile: join(folder, 'config.yml'), dataDir: folder, redisUrl: redis.url };
  const sealing = evidence({
    ...{ config, ...place, worker: 'evidence', capacity: null, onReload: () => undefined },
    ...{ log: pino({ level: 'silent' }), signal: stop.signal },
  });
  const store = openStore(config.evidence.store, folder);
  const site = await openSite({ ...{ config, dataDir: folder, redisUrl: redis.url, store }, ...extra });
  return {
    site,
    queues,
    cases: async () =>
      (await site.admin.get('/api/cases')).json<{ cases: { id: string }[] }>().cases.map(({ id }) => id),
    told: async <T>() => (await site.app.inject('/readyz')).json<{ seal?: T }>().seal ?? null,
    close: async () => {
      stop.abort();
      await sealing;
      await site.close();
      await queues.close();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
