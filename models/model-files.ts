import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WatchpostError } from '../pipeline/errors.ts';
import type { ModelEntry } from './manifest.ts';

export type ModelFolders = {
  /** Files that `models pull` fetched. Default: `WATCHPOST_CACHE`, else `.cache/models` in the repository. */
  readonly cacheDir?: string;
  /** Folder whose `models/` holds more files. Default: `WATCHPOST_SHARED`, else `../shared` beside the repository. */
  readonly sharedDir?: string;
};

/** The repository's folder: the nearest with a package.json, seen from models/ and from dist/models/ alike. */
export const repositoryDir = (): string =>
  fileURLToPath(new URL(import.meta.url.includes('/dist/models/') ? '../../' : '../', import.meta.url));

export const defaultCacheDir = (): string =>
  process.env['WATCHPOST_CACHE'] ?? join(repositoryDir(), '.cache', 'models');

const defaultSharedDir = (): string => process.env['WATCHPOST_SHARED'] ?? join(repositoryDir(), '..', 'shared');

/** Folders in which a model file is looked for, in order: our own weights, fetched files, the shared folder. */
export const modelFolders = ({ cacheDir, sharedDir }: ModelFolders = {}): string[] => [
  join(repositoryDir(), 'models', 'weights'),
  cacheDir ?? defaultCacheDir(),
  join(sharedDir ?? defaultSharedDir(), 'models'),
];

/** SHA-256 (hex) of a file. */
export const hashFile = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Files whose checksum was right, with size and time then: a process hashes each model once. */
const verified = new Map<string, string>();

const isFile = async (file: string): Promise<boolean> => {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
};

/**
 * @returns path of the first file of that name whose checksum is right
 * @throws WatchpostError MODEL_MISSING when there is none, MODEL_CHECKSUM when the only ones found are others
 */
export const resolveModelFile = async (entry: ModelEntry, folders: ModelFolders = {}): Promise<string> => {
  let wrong: { readonly file: string; readonly sha256: string } | null = null;
  const searched = modelFolders(folders);
  for (const folder of searched) {
    const file = join(folder, entry.file);
    if (!(await isFile(file))) continue;
    const { size, mtimeMs } = await stat(file);
    const stamp = `${entry.sha256} ${size} ${mtimeMs}`;
    if (verified.get(file) === stamp) return file;
    const sha256 = await hashFile(file);
    if (sha256 === entry.sha256) {
      verified.set(file, stamp);
      return file;
    }
    wrong ??= { file, sha256 };
  }
  if (wrong)
    throw new WatchpostError(
      'MODEL_CHECKSUM',
      `${wrong.file} is not model "${entry.id}": SHA-256 should be ${entry.sha256}, found ${wrong.sha256}; ` +
        `remove it and run: bin/watchpost models pull ${entry.id}`,
    );
  const advice = entry.origin.url
    ? `run: bin/watchpost models pull ${entry.id}`
    : `no public address is known for it; put the file into ${searched[1] ?? 'the cache'} (origin: ${entry.origin.repository})`;
  throw new WatchpostError(
    'MODEL_MISSING',
    `model "${entry.id}": ${entry.file} is in none of ${searched.join(', ')}; ${advice}`,
  );
};
