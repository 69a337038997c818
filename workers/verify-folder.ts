import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import { type CaseReader, type Verification, verifyCase, type VerifyOptions } from '../pipeline/verify.ts';

/** A case that lies unpacked in a folder. */
export const folderReader = (folder: string): CaseReader => ({
  list: async () =>
    (await readdir(folder, { withFileTypes: true, recursive: true }))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  read: (path) => readFile(join(folder, path)),
});

/** A case in an evidence store. */
export const storeReader = (store: EvidenceStore, prefix: string): CaseReader => ({
  list: async () => (await store.list(prefix)).map(({ key }) => key.slice(prefix.length + 1)),
  read: (path) => store.get(`${prefix}/${path}`),
});

/** Checks the case that lies in a folder; a folder that cannot be read is an unreadable case, not an error. */
export const verifyFolder = async (folder: string, options: VerifyOptions = {}): Promise<Verification> => {
  try {
    return await verifyCase(folderReader(folder), options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT' ? 'no such folder' : code === 'ENOTDIR' ? 'is no folder; give the folder of a case' : message;
    return {
      ...{ status: 'unreadable', problems: [{ file: folder, problem }], checkedFiles: 0 },
      ...{ caseId: null, keyId: null, manifestSha256: null, manifest: null },
    };
  }
};
