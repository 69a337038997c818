import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { Logger } from 'pino';
import { WatchpostError } from '../pipeline/errors.ts';
import { systemClock } from '../pipeline/clock.ts';
import { dataFolder } from './data-folder.ts';

export type RedisServer = {
  /** Path of its Unix socket, for `openQueues` and every other client. */
  readonly url: string;
  /** Process id, null while it is being started again. */
  readonly pid: () => number | null;
  readonly close: () => Promise<void>;
};

/** Longest path that a Unix socket's address holds on Linux, sun_path in unix(7). */
const LONGEST_SOCKET_PATH = 107;
/** Reading a large append-only file back takes its time. */
const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 8_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 10_000;

const settings = (folder: string, socket: string): string[] =>
  Object.entries({
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: folder,
    daemonize: 'no',
    // Every command is in the file before it is answered: killing Redis loses nothing, a power cut at most one second.
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    // A queue must never be thinned out to make room.
    'maxmemory-policy': 'noeviction',
    loglevel: 'warning',
  }).flatMap(([key, value]) => [`--${key}`, value]);

/** Sends one command; resolves with the answer's first bytes, or null when nobody answers. */
const send = (socket: string, command: string): Promise<string | null> =>
  new Promise((resolve) => {
    const connection = createConnection(socket);
    const finish = (answer: string | null): void => {
      connection.destroy();
      resolve(answer);
    };
    connection.setTimeout(1_000, () => finish(null));
    connection.once('error', () => finish(null));
    connection.once('close', () => finish(null));
    connection.once('connect', () => connection.write(`${command}\r\n`));
    connection.once('data', (answer: Buffer) => finish(answer.toString()));
  });

/** While Redis reads its file back it answers -LOADING, which is not yet PONG. */
const answers = async (socket: string): Promise<boolean> => (await send(socket, 'PING'))?.startsWith('+PONG') ?? false;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A Redis whose owner was killed goes on alone; it is stopped, so that the new one has an owner again. */
const stopOrphan = async (socket: string, ownerFile: string): Promise<void> => {
  if ((await send(socket, 'PING')) === null) return;
  const owner = Number(await readFile(ownerFile, 'utf8').catch(() => ''));
  if (!(owner > 0) || isAlive(owner))
    throw new WatchpostError('QUEUE_UNAVAILABLE', `another Redis already listens on ${socket}; stop it first`);
  await send(socket, 'SHUTDOWN');
  const startedAt = systemClock.mono();
  while ((await send(socket, 'PING')) !== null) {
    if (systemClock.mono() - startedAt > STOP_GRACE_MS)
      throw new WatchpostError('QUEUE_UNAVAILABLE', `the Redis left over on ${socket} does not stop; stop it first`);
    await systemClock.sleep(50);
  }
};

/**
 * Starts Redis as a child that keeps its data in the data folder and listens on a Unix socket only. It is started again
 * when it dies; clients reconnect by themselves.
 * @throws WatchpostError QUEUE_UNAVAILABLE when it is not installed or does not answer
 */
export const startRedis = async ({
  dataDir,
  log,
  command = 'redis-server',
}: {
  readonly dataDir: string;
  readonly log: Logger;
  readonly command?: string;
}): Promise<RedisServer> => {
  const { redis: folder, run, redisSocket: socket } = dataFolder(dataDir);
  if (Buffer.byteLength(socket) > LONGEST_SOCKET_PATH)
    throw new WatchpostError(
      'QUEUE_UNAVAILABLE',
      `the path of the data folder is too long for a socket (${socket}: ${Buffer.byteLength(socket)} of ${LONGEST_SOCKET_PATH} bytes); choose a shorter one with --data, or set REDIS_URL`,
    );
  await mkdir(folder, { recursive: true });
  await mkdir(run, { recursive: true });
  const ownerFile = `${socket}.owner`;
  await stopOrphan(socket, ownerFile);
  await rm(socket, { force: true });
  await writeFile(ownerFile, String(process.pid));

  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let retryMs = FIRST_RETRY_MS;
  let lastWords = '';

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const spawned = spawn(command, settings(folder, socket), { stdio: ['ignore', 'pipe', 'pipe'] });
      child = spawned;
      const listen = (chunk: Buffer): string => (lastWords = chunk.toString().trim().split('\n').at(-1) ?? lastWords);
      spawned.stdout.on('data', listen);
      spawned.stderr.on('data', listen);
      spawned.once('error', (error: NodeJS.ErrnoException) => {
        child = null;
        reject(
          new WatchpostError(
            'QUEUE_UNAVAILABLE',
            error.code === 'ENOENT'
              ? `${command} is not installed; install it with: apt-get install redis-server (or set REDIS_URL)`
              : `${command} could not be started: ${error.message}`,
            { cause: error },
          ),
        );
      });
      spawned.once('exit', (exitCode, signal) => {
        child = null;
        reject(new WatchpostError('QUEUE_UNAVAILABLE', `${command} ended (${exitCode ?? signal ?? ''}): ${lastWords}`));
        if (!stopping) again(exitCode, signal);
      });
      void untilReady(spawned).then(resolve, reject);
    });

  const untilReady = async (spawned: ChildProcess): Promise<void> => {
    const startedAt = systemClock.mono();
    while (!(await answers(socket))) {
      if (spawned.exitCode !== null) return;
      if (systemClock.mono() - startedAt > START_TIMEOUT_MS)
        throw new WatchpostError('QUEUE_UNAVAILABLE', `${command} does not answer on ${socket}: ${lastWords}`);
      await systemClock.sleep(20);
    }
    retryMs = FIRST_RETRY_MS;
  };

  const again = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
    // The first start reports its own failure; from then on the queue is brought back however long it takes.
    if (!running) return;
    log.warn({ exitCode, signal, retryMs, lastWords }, 'redis ended, starting again');
    timer = setTimeout(() => {
      start().then(
        () => log.info('redis is back'),
        (error: unknown) => log.error({ err: error }, 'redis could not be started again'),
      );
    }, retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    if (timer) clearTimeout(timer);
    const last = child;
    if (last?.exitCode === null && last.signalCode === null) {
      const gone = new Promise((resolve) => last.once('exit', resolve));
      last.kill('SIGTERM');
      const killer = setTimeout(() => last.kill('SIGKILL'), STOP_GRACE_MS);
      await gone;
      clearTimeout(killer);
    }
    await rm(socket, { force: true });
    await rm(ownerFile, { force: true });
  };

  let running = false;
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  running = true;
  return { url: socket, pid: () => child?.pid ?? null, close: stop };
};
