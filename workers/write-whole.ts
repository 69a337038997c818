import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file under another name first and then renames it: whoever sees the file sees all of it. */
export const writeWhole = async (file: string, content: Uint8Array | string): Promise<void> => {
  const part = `${file}.part`;
  try {
    await writeFile(part, content);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};

/** Whether a write failed because no space is left. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
