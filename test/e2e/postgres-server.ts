import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const POSTGRES = '/usr/lib/postgresql/15/bin';
export const hasPostgres = existsSync(join(POSTGRES, 'initdb'));
const run = promisify(execFile);

export type PostgresServer = {
  readonly target: string;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A server of its own on a Unix socket. PostgreSQL refuses to run as root, so root starts it as `postgres`. */
export const openPostgres = async (): Promise<PostgresServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-pg-'));
  const asUser = userInfo().uid === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  if (asUser.length > 0) {
    await chmod(folder, 0o755);
    await run('chown', ['postgres', folder]);
  }
  const data = join(folder, 'data');
  const command = (name: string, args: string[]): [string, string[]] => {
    const [program = '', ...rest] = [...asUser, join(POSTGRES, name), ...args];
    return [program, rest];
  };
  await run(...command('initdb', ['-D', data, '-U', 'watchpost', '-A', 'trust', '-E', 'UTF8', '--no-sync']));
  const target = `postgresql://watchpost@localhost/postgres?host=${encodeURIComponent(folder)}`;
  const start = async (): Promise<ChildProcess> => {
    const args = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'];
    const child = spawn(...command('postgres', args), { stdio: 'ignore' });
    for (let attempt = 0; ; attempt++)
      try {
        await run(...command('psql', ['-h', folder, '-U', 'watchpost', 'postgres', '-c', 'select 1']));
        break;
      } catch (error) {
        if (attempt > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    return child;
  };
  let child: ChildProcess | null = await start();
  const stop = async (): Promise<void> => {
    const last = child;
    child = null;
    if (!last) return;
    const gone = new Promise((resolve) => last.once('close', resolve));
    // runuser passes the signal on; SIGINT is PostgreSQL's fast stop.
    last.kill('SIGINT');
    await run(...command('pg_ctl', ['-D', data, '-m', 'immediate', 'stop'])).catch(() => undefined);
    await gone;
  };
  return {
    target,
    stop,
    start: async () => {
      child ??= await start();
    },
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
