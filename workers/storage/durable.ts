import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

const writeTemporary = async (folder: string, body: string | Uint8Array, mode: number): Promise<string> => {
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  await mkdir(folder, { recursive: true });
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
};

/**
 * Replaces a file: after a crash or power cut it holds the old bytes or the new ones, never a mixture.
 * @param temporaries folder in which the bytes are written first, on the same file system; a crash leaves them there
 */
export const replaceFile = async (
  file: string,
  body: string | Uint8Array,
  temporaries = dirname(file),
): Promise<void> => {
  const temporary = await writeTemporary(temporaries, body, 0o644);
  await mkdir(dirname(file), { recursive: true });
  await rename(temporary, file);
  await syncFolder(dirname(file));
};

/**
 * Creates a file with its whole content, unless it is there. Of several who try at once, exactly one succeeds.
 * @returns whether this call created it
 */
export const createFile = async (file: string, body: string | Uint8Array, mode = 0o644): Promise<boolean> => {
  const temporary = await writeTemporary(dirname(file), body, mode);
  try {
    await link(temporary, file);
    await syncFolder(dirname(file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
};
