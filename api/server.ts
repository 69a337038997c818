import type { Logger } from 'pino';
import { systemClock } from '../pipeline/clock.ts';
import type { Config } from '../pipeline/config-schema.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import { openStore } from '../workers/storage/open-store.ts';
import { buildApp } from './app.ts';

/** What the entry point gives; the same for every process of the product. */
export type ServeContext = {
  readonly config: Config;
  readonly configDir: string;
  /** The configuration file itself, for changing it from the browser. */
  readonly configFile?: string;
  readonly dataDir: string;
  readonly redisUrl: string;
  readonly log: Logger;
  /** Fires when the server should stop; open requests then have a few seconds. */
  readonly signal: AbortSignal;
};

/** Newest audit hash into the log, so often: whoever cuts the end off the chain would have to change the log too. */
const AUDIT_HEAD_EVERY_MS = 3_600_000;

/**
 * Serves the API and the player until the signal fires.
 * @throws WatchpostError PORT_IN_USE, DATABASE_UNAVAILABLE, STORE_UNAVAILABLE
 */
export const serve = async ({ config, configFile, dataDir, redisUrl, log, signal }: ServeContext): Promise<void> => {
  const { host, port } = config.server;
  const store = openStore(config.evidence.store, dataDir);
  const databaseUrl = process.env['DATABASE_URL'];
  const app = await buildApp({
    ...{ config, dataDir, redisUrl, store, log },
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(configFile === undefined ? {} : { configPath: configFile }),
    // Only under `watchpost up` is there somebody at the other end who can start processes again.
    ...(process.send
      ? {
          restart: (names) => void process.send?.({ restart: names }),
          reload: (names) => void process.send?.({ reload: names }),
        }
      : {}),
  });
  try {
    const address = await listen(app, host, port).catch((error: unknown) => {
      // The account is made; whoever started this has to learn its password all the same.
      if (app.firstPassword !== null) process.stdout.write(announcement(null, app.firstPassword));
      throw error;
    });
    log.info({ address }, 'api listens');
    // Straight to the terminal and never through the log: files are kept, and copied elsewhere.
    process.stdout.write(announcement(address, app.firstPassword));
    while (!signal.aborted) {
      const head = await app.auditHead();
      log.info({ auditRows: head.seq, auditHash: head.hash }, 'audit head');
      await systemClock.sleep(AUDIT_HEAD_EVERY_MS, signal);
    }
  } finally {
    await app.close();
  }
};

const listen = async (app: Awaited<ReturnType<typeof buildApp>>, host: string, port: number): Promise<string> => {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new WatchpostError(
        'PORT_IN_USE',
        `Port ${port} on ${host} is taken by another program; stop it, or set server.port in the configuration`,
        { cause: error },
      );
    throw error;
  }
};

const announcement = (address: string | null, firstPassword: string | null): string => {
  const place = address === null ? [] : [`Watchpost is at ${address}`];
  const lines =
    firstPassword === null
      ? place
      : [
          ...place,
          'First start. Log in once with',
          '    user      admin',
          `    password  ${firstPassword}`,
          'and choose your own password. This one is shown only here and only now.',
        ];
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  return `\n${[rule, ...lines, rule].join('\n')}\n\n`;
};
