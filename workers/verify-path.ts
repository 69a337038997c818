import { readFile, stat } from 'node:fs/promises';
import { isExport, type ExportVerification, verifyExport } from '../pipeline/export.ts';
import { type CaseReader, type Verification, verifyCase, type VerifyOptions } from '../pipeline/verify.ts';
import { zipReader } from '../pipeline/zip-reader.ts';
import { folderReader } from './verify-folder.ts';

const isUrl = (place: string): boolean => /^https?:\/\//i.test(place);

/** Opens a folder, a ZIP file, or a ZIP file behind a URL. */
const openPlace = async (place: string): Promise<CaseReader> => {
  if (isUrl(place)) {
    const answer = await fetch(place);
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    return zipReader(new Uint8Array(await answer.arrayBuffer()));
  }
  return (await stat(place)).isDirectory() ? folderReader(place) : zipReader(await readFile(place));
};

const messageOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file or folder';
  return `cannot be read as a case; give the folder or the ZIP of a case: ${message}`;
};

/**
 * Checks a case wherever it lies: the folder of a sealed case, an exported ZIP (packed or unpacked), or the URL of one.
 * What cannot be read is an unreadable case, not an error.
 */
export const verifyPath = async (
  place: string,
  options: VerifyOptions = {},
): Promise<Verification & Partial<ExportVerification>> => {
  try {
    const reader = await openPlace(place);
    return (await isExport(reader)) ? await verifyExport(reader, options) : await verifyCase(reader, options);
  } catch (error) {
    return {
      ...{ status: 'unreadable', problems: [{ file: place, problem: messageOf(error) }], checkedFiles: 0 },
      ...{ caseId: null, keyId: null, manifestSha256: null, manifest: null },
    };
  }
};
