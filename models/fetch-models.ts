import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WatchpostError } from '../pipeline/errors.ts';
import type { ModelEntry } from './manifest.ts';
import { defaultCacheDir, resolveModelFile, type ModelFolders } from './model-files.ts';

export type FetchOptions = ModelFolders & {
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
};

/**
 * Makes a model's file present: looks in all folders first, then downloads it into the cache. A download that broke off
 * goes on where it stopped. The file gets its name only once its checksum is right, so nobody ever sees half of one.
 * @returns path of the file
 * @throws WatchpostError MODEL_MISSING when no address is known or it does not answer, MODEL_CHECKSUM when what came is
 *   something else
 */
export const fetchModel = async (entry: ModelEntry, options: FetchOptions = {}): Promise<string> => {
  try {
    return await resolveModelFile(entry, options);
  } catch (error) {
    // A wrong file in another folder does not matter: the cache comes first, and gets the right one now.
    if (!(error instanceof WatchpostError) || entry.origin.url === null) throw error;
  }
  const folder = options.cacheDir ?? defaultCacheDir();
  await mkdir(folder, { recursive: true });
  const file = join(folder, entry.file);
  const part = `${file}.${entry.sha256.slice(0, 12)}.part`;

  const sha256 = await download(entry, part, options);
  if (sha256 !== entry.sha256) {
    await rm(part, { force: true });
    throw new WatchpostError(
      'MODEL_CHECKSUM',
      `${entry.origin.url} is not model "${entry.id}": SHA-256 should be ${entry.sha256}, downloaded ${sha256}`,
    );
  }
  await rename(part, file);
  return file;
};

const sizeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
};

/** Completes the part file and returns its SHA-256. */
const download = async (
  { id, bytes, origin }: ModelEntry,
  part: string,
  { onProgress, signal }: FetchOptions,
): Promise<string> => {
  let have = await sizeOf(part);
  // More than the whole is not the beginning of it.
  if (have > bytes) {
    await rm(part);
    have = 0;
  }
  if (have < bytes) {
    const response = await request(id, origin.url ?? '', have, signal);
    // A server that knows no ranges answers 200 and sends the whole file again.
    if (response.status === 200) have = 0;
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        have += chunk.length;
        onProgress?.(have, bytes);
        yield chunk;
      }
    };
    // Node's body can be iterated; the type that browsers know cannot.
    const body = response.body as unknown as AsyncIterable<Uint8Array>;
    try {
      await pipeline(body, counted, createWriteStream(part, { flags: have > 0 ? 'a' : 'w' }));
    } catch (cause) {
      throw unreachable(id, origin.url ?? '', 'the connection broke off; run the command again to go on', cause);
    }
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

const request = async (id: string, url: string, from: number, signal?: AbortSignal): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(url, {
      ...(from > 0 ? { headers: { range: `bytes=${from}-` } } : {}),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    throw unreachable(id, url, 'the address cannot be reached', cause);
  }
  if (!response.ok || !response.body) throw unreachable(id, url, `the server answered ${response.status}`);
  return response;
};

const unreachable = (id: string, url: string, what: string, cause?: unknown): WatchpostError =>
  new WatchpostError('MODEL_MISSING', `model "${id}" could not be fetched from ${url}: ${what}`, { cause });
