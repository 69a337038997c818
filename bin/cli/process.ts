import { resolve } from 'node:path';
import { isReloadable } from '../../pipeline/config-change.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ProcessContext } from '../../workers/context.ts';
import { startHeartbeat } from '../../workers/heartbeat.ts';
import { createLog } from '../../workers/log.ts';
import { loadConfig } from './load-config.ts';
import { stopSignal } from './until-signal.ts';

/** Longest time between the stop signal and the end of the process; what is not done by then is lost work, not lost data. */
const STOP_LIMIT_MS = 7_000;

const entryPoints: Readonly<Record<string, () => Promise<(context: ProcessContext) => Promise<void>>>> = {
  record: async () => (await import('./record-process.ts')).recordProcess,
  analyze: async () => (await import('../../workers/analyze.ts')).analyze,
  evidence: async () => (await import('../../workers/evidence.ts')).evidence,
  passages: async () => (await import('../../workers/passages.ts')).passages,
  api: async () => (await import('../../api/server.ts')).serve,
};

/**
 * Runs one process of the system until its signal; `up` starts these, a city one per container.
 * @returns exit code: 0 when it was asked to end; 1 when starting it again may help, as when Redis is not up yet
 * @throws WatchpostError for what stays wrong until a person mends it
 */
export const runProcess = async (
  name: string,
  options: {
    readonly config: string;
    readonly data: string;
    readonly redis: string;
    readonly worker?: string;
    readonly capacity?: number;
  },
): Promise<number> => {
  const open = entryPoints[name];
  if (!open)
    throw new WatchpostError('INPUT_UNREADABLE', `no process "${name}"; known: ${Object.keys(entryPoints).join(', ')}`);
  const { config, file, folder } = loadConfig(options.config);
  const signal = stopSignal();
  const log = createLog({ process: options.worker ?? name, dataDir: resolve(options.data) });
  const entry = await open();
  signal.addEventListener('abort', () => {
    setTimeout(() => {
      log.warn('stop took too long, ending now');
      process.exit(1);
    }, STOP_LIMIT_MS).unref();
  });
  const worker = { worker: options.worker ?? name, capacity: options.capacity ?? null };
  const listeners: ((config: Config) => void)[] = [];
  process.on('SIGHUP', () => {
    try {
      const { config: changed } = loadConfig(options.config);
      // What else has changed waits for the next start: the models that are loaded were chosen by it.
      if (isReloadable(config, changed)) for (const listener of listeners) listener(changed);
      else log.warn('configuration changed in more than cameras; start this process again');
    } catch (error) {
      log.error({ err: error }, 'changed configuration cannot be read; going on with the old one');
    }
  });
  const onReload = (listener: (config: Config) => void): void => void listeners.push(listener);
  const works: (() => boolean)[] = [];
  // The API's database may take its time over a migration, and holds its thread meanwhile.
  if (name !== 'api') startHeartbeat(() => works.every((ask) => ask()));
  const watchWork = (ask: () => boolean): void => void works.push(ask);
  const place = { configDir: folder, configFile: file, dataDir: resolve(options.data) };
  try {
    await entry({ config, ...place, redisUrl: options.redis, ...worker, onReload, watchWork, log, signal });
    return 0;
  } catch (error) {
    if (error instanceof WatchpostError && !error.retryable) throw error;
    log.error({ err: error }, 'process ends, starting it again may help');
    return 1;
  }
};
