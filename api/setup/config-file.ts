import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ConfigVersion } from '../contract/setup.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Who saved a configuration, and why. */
export type Author = { readonly actor: string; readonly note: string; readonly target: string | null };

/**
 * The configuration file and its history. Every saved version is kept beside the database as `<version>.yml` and
 * `<version>.json`, readable by the owner only: cameras' passwords stand in them as they do in the file itself.
 */
export class ConfigFile {
  readonly path: string;
  readonly #history: string;
  readonly #db: Database;
  readonly #clock: Clock;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly path: string;
    readonly dataDir: string;
    readonly db: Database;
    readonly clock: Clock;
  }) {
    this.path = options.path;
    this.#history = join(options.dataDir, 'config-history');
    this.#db = options.db;
    this.#clock = options.clock;
  }

  /** @throws WatchpostError INPUT_UNREADABLE */
  async read(): Promise<{ readonly text: string; readonly sha256: string }> {
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      throw new WatchpostError('INPUT_UNREADABLE', 'The configuration file cannot be read', { cause: error });
    });
    return { text, sha256: sha256(text) };
  }

  /** Why it cannot be written, or null. A container often has it mounted read-only. */
  async readOnlyReason(): Promise<string | null> {
    try {
      await access(this.path, constants.W_OK);
      await access(dirname(this.path), constants.W_OK);
      return null;
    } catch {
      return 'The configuration file or its folder may not be written by this process; change it where it is kept';
    }
  }

  /** Newest first. */
  async versions(): Promise<ConfigVersion[]> {
    const names = await readdir(this.#history).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => /^\d+\.json$/.test(name))
        .map(async (name) => JSON.parse(await readFile(join(this.#history, name), 'utf8')) as ConfigVersion),
    );
    return found.sort((a, b) => b.version - a.version);
  }

  /** @throws WatchpostError NOT_FOUND */
  async text(version: number): Promise<string> {
    return readFile(join(this.#history, `${version}.yml`), 'utf8').catch(() => {
      throw new WatchpostError('NOT_FOUND', `No configuration version ${version}`);
    });
  }

  /**
   * Replaces the file, keeps what was there and what is there now as versions, and writes an audit row: all or nothing.
   * @param basedOn hash of the file that the change was made on
   * @throws WatchpostError CONFIG_CONFLICT when the file has changed since
   */
  save(text: string, basedOn: string, author: Author): Promise<{ version: number; sha256: string }> {
    const run = this.#tail.then(() => this.#save(text, basedOn, author));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #save(
    text: string,
    basedOn: string,
    { actor, note, target }: Author,
  ): Promise<{ version: number; sha256: string }> {
    const old = await this.read();
    if (old.sha256 !== basedOn)
      throw new WatchpostError(
        'CONFIG_CONFLICT',
        'The configuration was changed by somebody else meanwhile; load it again and repeat your change',
      );
    const at = this.#clock.now();
    const newest = (await this.versions())[0];
    let version = newest?.version ?? 0;
    // What a person wrote by hand since the last save must be there to go back to.
    if (newest?.sha256 !== old.sha256)
      await this.#keep({ version: ++version, at, actor: 'file', note: '', sha256: old.sha256 }, old.text);
    const saved: ConfigVersion = { version: version + 1, at, actor, note, sha256: sha256(text) };
    await this.#db.transaction().execute(async (transaction) => {
      const detail = JSON.stringify({ version: saved.version, sha256: saved.sha256, note });
      await appendAudit(transaction, [{ at, actor, action: 'config.changed', target, detail }]);
      await this.#keep(saved, text);
      await replaceConfig(this.path, text);
    });
    return { version: saved.version, sha256: saved.sha256 };
  }

  async #keep(meta: ConfigVersion, text: string): Promise<void> {
    await mkdir(this.#history, { recursive: true, mode: 0o700 });
    await writeDurably(join(this.#history, `${meta.version}.yml`), text);
    await writeDurably(join(this.#history, `${meta.version}.json`), JSON.stringify(meta));
  }
}

/** A reader finds the old text or the new one, never half of it. Passwords stand in it: by default only the owner reads. */
const writeDurably = async (path: string, text: string, mode = 0o600): Promise<void> => {
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** Keeps who may read the file, and a link to it a link. */
const replaceConfig = async (link: string, text: string): Promise<void> => {
  const path = await realpath(link);
  const { mode } = await stat(path);
  try {
    await writeDurably(path, text, mode & 0o777);
  } catch (error) {
    // A single file mounted into a container cannot be replaced, only written.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    await writeFile(path, text);
  }
};
