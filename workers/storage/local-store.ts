import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceStore, StoredObject, StoreProtection } from '../../pipeline/evidence-store.ts';
import { replaceFile } from './durable.ts';
import { checkKey } from './object-key.ts';

/** No object takes so long to write. */
const ABANDONED_MS = 3_600_000;

/** Removes what killed processes left, once and as far as it goes: it only costs space. */
const removeOld = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const written = await stat(file).catch(() => null);
    if (written && written.mtimeMs < Date.now() - ABANDONED_MS) await rm(file, { force: true }).catch(() => undefined);
  }
};

/** Evidence in a folder. An object is there with its whole content or not at all, also after a power cut. */
export class LocalStore implements EvidenceStore {
  readonly #root: string;
  /** Beside the objects: what a killed process was writing must not lie in a case, as a file that is not part of it. */
  readonly #temporaries: string;
  #tidied: Promise<void> | null = null;

  constructor(root: string) {
    this.#root = root;
    this.#temporaries = join(root, '.writing');
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    const file = this.#file(key);
    await (this.#tidied ??= removeOld(this.#temporaries));
    await replaceFile(file, body, this.#temporaries).catch((error: unknown) => this.#fail('write', key, error));
  }

  async get(key: string): Promise<Uint8Array> {
    const file = this.#file(key);
    return readFile(file).catch((error: unknown) => this.#fail('read', key, error));
  }

  async open(
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncIterable<Uint8Array>> {
    await this.stat(key);
    return createReadStream(this.#file(key), range ? { start: range.start, end: range.end } : {});
  }

  async stat(key: string): Promise<StoredObject> {
    const file = this.#file(key);
    const found = await stat(file).catch((error: unknown) => this.#fail('read', key, error));
    if (!found.isFile()) throw new WatchpostError('STORE_NOT_FOUND', `no object "${key}" in the store`);
    return { key, bytes: found.size };
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const folder = this.#file(prefix.replace(/\/$/, ''));
    const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      return this.#fail('list', prefix, error);
    });
    const keys = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#root.length + 1));
    return Promise.all(keys.sort().map((key) => this.stat(key)));
  }

  async remove(key: string): Promise<void> {
    const file = this.#file(key);
    await rm(file, { force: true }).catch((error: unknown) => this.#fail('remove', key, error));
  }

  async erase(key: string): Promise<void> {
    await this.remove(key);
  }

  hold(): Promise<null> {
    return Promise.resolve(null);
  }

  isHeld(): Promise<null> {
    return Promise.resolve(null);
  }

  retain(): Promise<null> {
    return Promise.resolve(null);
  }

  link(): Promise<null> {
    return Promise.resolve(null);
  }

  protection(): Promise<StoreProtection> {
    return Promise.resolve({ versioning: false, objectLock: false, lockDays: null });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #file(key: string): string {
    return join(this.#root, checkKey(key));
  }

  #fail(verb: string, key: string, cause: unknown): never {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && verb !== 'write')
      throw new WatchpostError('STORE_NOT_FOUND', `no object "${key}" in the store`, { cause });
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new WatchpostError('DISK_FULL', `no space is left to store "${key}"; free some, it is tried again`, {
        cause,
      });
    throw new WatchpostError('STORE_UNAVAILABLE', `cannot ${verb} "${key}" in ${this.#root}: ${message}`, { cause });
  }
}
