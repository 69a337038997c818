import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import { createFile } from './durable.ts';
import { whenMissing } from './missing-file.ts';

const isAuthority = (name: string): boolean => /^authority-[0-9a-f]{16}\.pem$/.test(name);

/**
 * Certificates of every time stamp authority that was ever configured, PEM, by file name: what an earlier one stamped stays
 * trusted, as with keys.
 */
export const readAuthorities = async (keysDir: string): Promise<ReadonlyMap<string, string>> => {
  const names = (await readdir(keysDir).catch(whenMissing([]))).filter(isAuthority).sort();
  const pems = await Promise.all(names.map((name) => readFile(join(keysDir, name), 'utf8')));
  return new Map(names.map((name, at) => [name, pems[at]!]));
};

/**
 * Takes the configured certificate into the keys folder, where everybody looks who verifies.
 * @returns its PEM
 * @throws WatchpostError INPUT_UNREADABLE when the file is not there or holds no certificate
 */
export const keepAuthority = async (keysDir: string, file: string): Promise<string> => {
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    const { message } = error as Error;
    throw new WatchpostError('INPUT_UNREADABLE', `evidence.timestamp.certificate: ${message}`, { cause: error });
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new WatchpostError('INPUT_UNREADABLE', `evidence.timestamp.certificate: ${file} holds no PEM certificate`);
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const id = createHash('sha256').update(pem).digest('hex').slice(0, 16);
  await createFile(join(keysDir, `authority-${id}.pem`), pem);
  return pem;
};
