import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { instantOfName, isWholeJpeg, LARGEST_STILL_BYTES } from '../../pipeline/stills.ts';
import type { EpochMs } from '../../pipeline/time.ts';

/** A picture that lies in the inbox. */
export type ArrivedStill = {
  readonly path: string;
  readonly bytes: Buffer;
  readonly capturedAt: EpochMs;
  /** Name of the folder it arrived in; undefined for pictures of a camera that does not turn. */
  readonly poseId: string | undefined;
};

const PICTURE = /\.jpe?g$/i;
/** Where pictures go that cannot be used, with their names; nobody's upload is thrown away unseen. */
export const PASSED_OVER = 'passed-over';
/** A file that was not written to for so long and is no whole picture never will be one. */
const GIVE_UP_MS = 60_000;

type Found = {
  readonly path: string;
  readonly poseId: string | undefined;
  readonly size: number;
  readonly mtimeMs: number;
};

/**
 * Folders in which a tower's pictures arrive: `FOLDER/POSE/*.jpg`, or `FOLDER/*.jpg` for one that does not turn. Looked
 * through again and again, since network file systems and FTP servers announce nothing.
 */
export class StillInbox {
  readonly #folders: readonly string[];
  readonly #onRefused: (file: string, reason: string) => void;

  constructor(folders: readonly string[], onRefused: (file: string, reason: string) => void) {
    this.#folders = folders;
    this.#onRefused = onRefused;
  }

  /** The pictures that are whole by now, oldest first. */
  async take(now: EpochMs): Promise<readonly ArrivedStill[]> {
    const whole: ArrivedStill[] = [];
    for (const found of await this.#list()) {
      if (found.size > LARGEST_STILL_BYTES) {
        await this.passOver(found.path, `larger than ${String(LARGEST_STILL_BYTES)} bytes`);
        continue;
      }
      const bytes = await readFile(found.path).catch(() => null);
      if (bytes && isWholeJpeg(bytes))
        whole.push({ ...found, bytes, capturedAt: instantOfName(found.path.split('/').at(-1)!) ?? found.mtimeMs });
      else if (bytes && now - found.mtimeMs > GIVE_UP_MS) await this.passOver(found.path, 'no whole JPEG');
    }
    return whole.sort((a, b) => a.capturedAt - b.capturedAt);
  }

  /** Puts a picture aside that cannot be used. */
  async passOver(path: string, reason: string): Promise<void> {
    this.#onRefused(path, reason);
    const folder = this.#folders.find((each) => path.startsWith(`${each}/`))!;
    await mkdir(join(folder, PASSED_OVER), { recursive: true });
    await rename(path, join(folder, PASSED_OVER, path.slice(folder.length + 1).replaceAll('/', '_')));
  }

  async #list(): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const folder of this.#folders) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      await this.#addFiles(found, folder, undefined);
      for (const entry of entries)
        if (entry.isDirectory() && entry.name !== PASSED_OVER)
          await this.#addFiles(found, join(folder, entry.name), entry.name);
    }
    return found;
  }

  async #addFiles(found: Found[], folder: string, poseId: string | undefined): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile() || !PICTURE.test(entry.name)) continue;
      const path = join(folder, entry.name);
      const facts = await stat(path).catch(() => null);
      if (facts) found.push({ path, poseId, size: facts.size, mtimeMs: facts.mtimeMs });
    }
  }
}
