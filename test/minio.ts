import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { ROOT } from './shared.ts';

/** The MinIO server of this machine; scripts/test.sh builds one where Go is installed. */
export const MINIO = [
  process.env['WATCHPOST_MINIO'] ?? '',
  join(ROOT, '.cache', 'bin', 'minio'),
  ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'minio')),
  join(process.env['HOME'] ?? '', 'go', 'bin', 'minio'),
].find((file) => file !== '' && existsSync(file));

/** For the names of tests: says what is missing when it is. */
export const needsMinio = MINIO ? '' : ' [skipped: no `minio` on the PATH or in .cache/bin]';

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export type Minio = { readonly endpoint: string; readonly kill: () => Promise<void> };

export const MINIO_KEYS = { accessKey: 'watchpost', secretKey: 'watchpost-secret' } as const;

/**
 * Starts MinIO on a folder and waits until it serves. `kill` is SIGKILL: what was stored stays, and a server started
 * again on the folder and the port has it.
 */
export const startMinio = async (folder: string, port: number): Promise<Minio> => {
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(MINIO ?? 'minio', ['server', folder, '--address', `127.0.0.1:${port}`, '--quiet'], {
    env: {
      ...process.env,
      MINIO_ROOT_USER: MINIO_KEYS.accessKey,
      MINIO_ROOT_PASSWORD: MINIO_KEYS.secretKey,
      MINIO_BROWSER: 'off',
    },
    stdio: 'ignore',
  });
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const isReady = async (): Promise<boolean> => {
    try {
      return (await fetch(`${endpoint}/minio/health/ready`)).ok;
    } catch {
      return false;
    }
  };
  for (let tries = 0; tries < 600; tries++) {
    if (await isReady())
      return {
        endpoint,
        kill: async () => {
          server.kill('SIGKILL');
          await gone;
        },
      };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill('SIGKILL');
  throw new Error('minio did not start within a minute');
};
