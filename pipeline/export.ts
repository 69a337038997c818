import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Static, Type } from '@sinclair/typebox';
import { CASE_ID_PATTERN, SignatureSchema } from './manifest-schema.ts';
import { MANIFEST_FILE, type ManifestSignature } from './evidence.ts';
import {
  type CaseReader,
  checkSignature,
  type Problem,
  readDocument,
  type Verification,
  verifyCase,
  type VerifyOptions,
} from './verify.ts';

/** The sealed case lies in this folder of an export, as it lies in the store. */
export const EXPORT_CASE_FOLDER = 'case/';
export const EXPORT_FILE = 'export.json';
export const EXPORT_SIGNATURE_FILE = 'export-signature.json';

const closed = { additionalProperties: false } as const;
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/**
 * `export.json`: what was handed out besides the sealed case, when and to whom. Canonical JSON, signed like a manifest.
 * The sealed case proves itself; this list proves the record of decisions and everything made from the case.
 */
export const ExportList = Type.Object(
  {
    schema: Type.Literal('watchpost/export/1'),
    caseId: Type.String({ pattern: CASE_ID_PATTERN }),
    /** SHA-256 of the sealed `case/manifest.json`. */
    manifestSha256: Sha256,
    exportedAt: Type.Number(),
    exportedBy: Type.String(),
    purpose: Type.String(),
    files: Type.Array(
      Type.Object(
        {
          path: Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$' }),
          bytes: Type.Integer({ minimum: 0 }),
          sha256: Sha256,
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ExportList = Static<typeof ExportList>;

export type ExportVerification = Verification & {
  /** Null unless it could be read. */
  readonly export: ExportList | null;
  /** Files outside the sealed case that the signed list vouches for. */
  readonly derivedFiles: readonly string[];
  /** Whether the list is signed at all; without, only the sealed case is proven. */
  readonly isListSigned: boolean;
  /** What a reader must know though nothing is broken. */
  readonly notes: readonly string[];
};

export const isExport = async (reader: CaseReader): Promise<boolean> => {
  const paths = await reader.list();
  return paths.some((path) => path.startsWith(EXPORT_CASE_FOLDER)) || paths.includes(EXPORT_FILE);
};

const within = (reader: CaseReader, folder: string): CaseReader => ({
  list: async () =>
    (await reader.list()).flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length)] : [])),
  read: (path) => reader.read(`${folder}${path}`),
});

/** Checks an exported case: the sealed case by itself, then the list and every file that came beside it. */
export const verifyExport = async (reader: CaseReader, options: VerifyOptions = {}): Promise<ExportVerification> => {
  const sealed = await verifyCase(within(reader, EXPORT_CASE_FOLDER), options);
  const problems: Problem[] = sealed.problems.map((problem) => ({
    ...problem,
    file: `${EXPORT_CASE_FOLDER}${problem.file}`,
  }));
  const notes: string[] = [];
  const report = (file: string, problem: string): void => void problems.push({ file, problem });
  const outside = (await reader.list()).filter((path) => !path.startsWith(EXPORT_CASE_FOLDER));
  const read = async (path: string): Promise<Uint8Array | null> => {
    if (!outside.includes(path)) return null;
    try {
      return await reader.read(path);
    } catch (error) {
      report(path, `cannot be read: ${(error as Error).message}`);
      return null;
    }
  };

  const listBytes = await read(EXPORT_FILE);
  if (!listBytes && !outside.includes(EXPORT_FILE)) report(EXPORT_FILE, 'is missing');
  const list = listBytes ? readDocument<ExportList>(listBytes, ExportList) : null;
  if (list?.problem) report(EXPORT_FILE, list.problem);

  const signatureBytes = await read(EXPORT_SIGNATURE_FILE);
  const signature = signatureBytes ? readDocument<ManifestSignature>(signatureBytes, SignatureSchema) : null;
  if (signature?.problem) report(EXPORT_SIGNATURE_FILE, signature.problem);
  else if (signature?.value && listBytes)
    for (const { file, problem } of checkSignature(
      { document: listBytes, signature: signature.value, ...options },
      { document: EXPORT_FILE, signature: EXPORT_SIGNATURE_FILE },
    ))
      report(file, problem);
  const isListSigned = outside.includes(EXPORT_SIGNATURE_FILE);
  if (!isListSigned)
    notes.push(`${EXPORT_FILE} is not signed: only the sealed case in ${EXPORT_CASE_FOLDER} is proven`);
  else if (signature?.value && sealed.keyId !== null && signature.value.keyId !== sealed.keyId)
    notes.push(`sealed with key ${sealed.keyId}, exported with key ${signature.value.keyId}`);

  const derivedFiles: string[] = [];
  let checkedFiles = sealed.checkedFiles + (listBytes ? 1 : 0) + (signatureBytes ? 1 : 0);
  if (list?.value && !problems.some(({ file }) => file === EXPORT_FILE)) {
    const { caseId, manifestSha256, files } = list.value;
    if (sealed.caseId !== null && caseId !== sealed.caseId) report(EXPORT_FILE, `is of case "${caseId}"`);
    else if (
      manifestSha256 !== sealed.manifestSha256 &&
      // A changed manifest is told of once, where it was changed.
      !sealed.problems.some(({ file }) => file === MANIFEST_FILE)
    )
      report(EXPORT_FILE, 'is of another version of the case');
    const listed = new Set([EXPORT_FILE, EXPORT_SIGNATURE_FILE]);
    for (const file of files) {
      listed.add(file.path);
      const bytes = await read(file.path);
      if (!bytes) {
        if (!outside.includes(file.path)) report(file.path, 'is missing');
        continue;
      }
      checkedFiles++;
      if (bytes.length === file.bytes && bytesToHex(sha256(bytes)) === file.sha256) derivedFiles.push(file.path);
      else report(file.path, 'was changed after the export');
    }
    for (const path of outside) if (!listed.has(path)) report(path, 'is not part of the export');
  }
  const status = sealed.status === 'unreadable' ? 'unreadable' : problems.length === 0 ? 'intact' : 'broken';
  return { ...sealed, status, problems, checkedFiles, export: list?.value ?? null, derivedFiles, isListSigned, notes };
};
