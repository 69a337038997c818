import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import { redactUrl } from '../pipeline/errors.ts';
import { dataFolder } from './data-folder.ts';

const redacted = (value: unknown): unknown => (typeof value === 'string' ? redactUrl(value) : value);

/** Error as logged: message and causes without passwords, stack only in the file. */
const serializeError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return redacted(error);
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: redactUrl(error.message),
    stack: redactUrl(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
};

/**
 * The log of one process: JSON lines in `logs/<process>.log`, short readable lines on standard error.
 * Messages are constant and lower-case; what varies goes into fields. URLs lose user and password on the way.
 */
export const createLog = (options: {
  readonly process: string;
  readonly dataDir?: string;
  readonly console?: 'info' | 'warn' | 'silent';
}): Logger => {
  const streams: pino.StreamEntry[] = [];
  if (options.console !== 'silent')
    streams.push({
      level: options.console ?? 'info',
      stream: pretty({
        destination: 2,
        colorize: process.stderr.isTTY,
        ignore: 'pid,hostname,name',
        translateTime: 'SYS:HH:MM:ss',
        singleLine: true,
        errorLikeObjectKeys: [],
        messageFormat: '{name}: {msg}',
        sync: true,
      }),
    });
  if (options.dataDir) {
    const folder = dataFolder(options.dataDir).logs;
    mkdirSync(folder, { recursive: true });
    streams.push({
      level: 'info',
      stream: pino.destination({ dest: join(folder, `${options.process}.log`), sync: false, mkdir: true }),
    });
  }
  return pino(
    {
      name: options.process,
      level: 'info',
      serializers: { err: serializeError, url: redacted, detail: redacted, cause: redacted },
    },
    pino.multistream(streams),
  );
};
