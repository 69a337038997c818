import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { passagesOf } from '../../pipeline/config/camera.ts';
import { systemClock } from '../../pipeline/clock.ts';
import { createLog } from '../../workers/log.ts';
import { lockDataFolder } from '../../workers/instance-lock.ts';
import { startRedis } from '../../workers/redis-server.ts';
import { Supervisor } from '../../workers/supervisor.ts';
import { loadConfig } from './load-config.ts';
import { finishOnce } from './once.ts';
import { stopSignal } from './until-signal.ts';
import { untilAborted } from '../../workers/until-aborted.ts';

/** Recording ends first, so that the last pictures are still taken in; one that takes long is not waited for. */
const RECORD_FIRST_MS = 1_500;

const PROCESSES = ['record', 'analyze', 'evidence', 'api'] as const;
/**
 * What lives in a process's heap is some tens of megabytes. V8 lets garbage grow to several times that where it sees room
 * for gigabytes, and to a fraction of it where the room is small, so that memory stays flat for some more milliseconds of
 * collecting. Whoever needs more says so in NODE_OPTIONS.
 */
const HEAP = process.env['NODE_OPTIONS']?.includes('--max-old-space-size') ? [] : ['--max-old-space-size=512'];
/** Of no use where no camera takes passages. */
const PASSAGES = ['passages'] as const;

/**
 * The whole system on one machine: Redis (unless REDIS_URL is set) and its processes as one supervised tree.
 * With `once`, sources are processed to their end, the cases are printed with their verification, and it stops.
 */
export const up = async (options: {
  readonly config: string;
  readonly data: string;
  readonly once: boolean;
  readonly json: boolean;
  /** Analysing processes among which the cameras are shared. */
  readonly analyzers: number;
}): Promise<number> => {
  const { config, file } = loadConfig(options.config);
  const dataDir = resolve(options.data);
  const unlock = lockDataFolder(dataDir);
  const signal = stopSignal();
  const log = createLog({ process: 'up', dataDir, console: options.once ? 'warn' : 'info' });
  const supervisor = new Supervisor(log, options.json ? 'stderr' : 'stdout');
  const ownRedis = process.env['REDIS_URL'] ? null : await startRedis({ dataDir, log });
  const redisUrl = process.env['REDIS_URL'] ?? ownRedis?.url ?? '';
  try {
    // Whoever waits for the end of all sources waits for one analysis.
    const further = options.once ? 0 : Math.max(0, options.analyzers - 1);
    const analyzers = Array.from({ length: further }, (_, index) => `analyze-${index + 2}`);
    for (const name of [...PROCESSES, ...analyzers, ...(config.cameras.some(passagesOf) ? PASSAGES : [])]) {
      const kind = name.startsWith('analyze') ? 'analyze' : name;
      supervisor.start({
        name,
        command: process.execPath,
        args: [
          ...HEAP,
          fileURLToPath(new URL('./main.js', import.meta.url)),
          ...['process', kind, '--worker', name, '--config', file, '--data', dataDir, '--redis', redisUrl],
        ],
        mayFinish: kind === 'record' || kind === 'analyze',
      });
    }
    if (options.once) return await finishOnce({ supervisor, redisUrl, dataDir, file, signal, json: options.json });
    await ended(signal, supervisor);
    return 0;
  } finally {
    // Redis goes last, so that what the others still report is taken in. 1.5 s, 7.5 s and Redis: all within 10 s.
    await Promise.race([supervisor.stop(['record']), systemClock.sleep(RECORD_FIRST_MS)]);
    await supervisor.stop();
    await ownRedis?.close();
    unlock();
  }
};

/** Resolves when the stop signal fires, or when the API cannot run: without it nobody would see anything. */
const ended = async (signal: AbortSignal, supervisor: Supervisor): Promise<void> => {
  await Promise.race([untilAborted(signal), supervisor.ended('api')]);
};
