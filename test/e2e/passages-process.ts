import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../pipeline/config-schema.ts';

const BUILT = fileURLToPath(new URL('../../dist/workers/passages.js', import.meta.url));
const RUNNER = `
  const { passages } = await import(process.argv[1]);
  const { pino } = await import('pino');
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  const [, , config, dataDir, redisUrl] = process.argv;
  const log = pino({ level: 'warn' }, pino.destination(2));
  await passages({ config: JSON.parse(config), configDir: '.', dataDir, redisUrl, log, signal: stop.signal });
`;

/** The process that reads plates, as it is built. */
export const startPassages = (config: Config, dataDir: string, redisUrl: string): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '-e', RUNNER, BUILT, JSON.stringify(config), dataDir, redisUrl], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
