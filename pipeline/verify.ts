import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { fromBase64, toBase64 } from './base64.ts';
import { toCanonicalJson } from './canonical-json.ts';
import { type ByteRange, firstDifference } from './chunk-hashes.ts';
import { type EvidenceManifest, MANIFEST_FILE, type ManifestSignature, SIGNATURE_FILE } from './evidence.ts';
import { ManifestSchema, SignatureSchema } from './manifest-schema.ts';
import { checkTimeStamp, TIME_STAMP_FILE, TimeStampFile, type TimeStampState } from './time-stamp.ts';

/** Where a case is read from: a folder, a store, an archive. Paths are relative to the case. */
export interface CaseReader {
  list(): Promise<readonly string[]>;
  read(path: string): Promise<Uint8Array>;
}

export type Problem = {
  readonly file: string;
  readonly problem: string;
  /** Of a sealed file that was changed: the part in which it first differs. */
  readonly range?: ByteRange;
};

export type Verification = {
  /** `unreadable`: this is no case, or nothing of it can be read as one. */
  readonly status: 'intact' | 'broken' | 'unreadable';
  readonly problems: readonly Problem[];
  /** Files whose size and hash were compared, manifest and signature included. */
  readonly checkedFiles: number;
  readonly caseId: string | null;
  readonly keyId: string | null;
  readonly manifestSha256: string | null;
  /** Null unless the manifest could be read. */
  readonly manifest: EvidenceManifest | null;
  /** What an authority says of when the case was there; null or absent without a time stamp that holds. */
  readonly timeStamp?: TimeStampState;
};

export type VerifyOptions = {
  /** Raw public keys, base64, that are trusted; any key is accepted without, and `keyId` says which it was. */
  readonly trustedKeys?: readonly string[];
  /** Certificates of time stamp authorities that are trusted, PEM; a stamp is only held against its own without. */
  readonly authorities?: readonly string[];
};

const hashOf = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

export type Document<T> = { readonly value: T | null; readonly problem: string | null };

/** Sealed JSON has one form only, so that every changed byte shows. */
export const readDocument = <T>(bytes: Uint8Array, schema: TSchema): Document<T> => {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { value: null, problem: 'is not JSON' };
  }
  const fault = Value.Errors(schema, value).First();
  if (fault)
    return { value: null, problem: `${fault.path.slice(1).replaceAll('/', '.') || 'content'}: ${fault.message}` };
  if (toCanonicalJson(value) !== text) return { value: value as T, problem: 'is not in canonical form' };
  return { value: value as T, problem: null };
};

/** What is wrong with `signature.json` by itself; null when its parts fit each other. */
const selfFault = ({ publicKey, keyId, signature }: ManifestSignature): string | null => {
  // The last character of base64 has bits that mean nothing; a change there must show too.
  if (toBase64(fromBase64(publicKey)) !== publicKey) return 'publicKey is not in canonical base64';
  if (toBase64(fromBase64(signature)) !== signature) return 'signature is not in canonical base64';
  if (bytesToHex(sha256(fromBase64(publicKey))).slice(0, 16) !== keyId) return 'keyId does not belong to publicKey';
  return null;
};

const signatureHolds = ({ publicKey, signature }: ManifestSignature, manifest: Uint8Array): boolean => {
  try {
    return ed25519.verify(fromBase64(signature), manifest, fromBase64(publicKey), { zip215: false });
  } catch {
    return false;
  }
};

/** Holds a signature against its document; `names` are the files that problems are reported of. */
export const checkSignature = (
  {
    document,
    signature,
    trustedKeys,
  }: { readonly document: Uint8Array; readonly signature: ManifestSignature } & VerifyOptions,
  names: { readonly document: string; readonly signature: string },
): readonly Problem[] => {
  const problems: Problem[] = [];
  const report = (file: string, problem: string): void => void problems.push({ file, problem });
  const fault = selfFault(signature);
  const sameHash = signature.manifestSha256 === bytesToHex(sha256(document));
  if (fault) report(names.signature, fault);
  else if (!signatureHolds(signature, document))
    // With the hash as stated the document is the one that was signed, so the signature itself was changed.
    report(
      sameHash ? names.signature : names.document,
      sameHash ? `signature does not fit ${names.document}` : 'was changed after it was signed',
    );
  else if (!sameHash) report(names.signature, `manifestSha256 is not that of ${names.document}`);
  if (trustedKeys && !trustedKeys.includes(signature.publicKey))
    report(names.signature, `was made with the key ${signature.keyId}, which is not trusted here`);
  return problems;
};

/**
 * Checks one case: signature [RFC 8032], manifest, size and SHA-256 of every file, nothing missing, nothing added.
 * Needs neither server nor Node. Never throws for what it finds in a case; a reader's own failure is a problem of the
 * file it failed at.
 */
export const verifyCase = async (
  reader: CaseReader,
  { trustedKeys, authorities = [] }: VerifyOptions = {},
): Promise<Verification> => {
  const problems: Problem[] = [];
  const report = (file: string, problem: string): void => void problems.push({ file, problem });
  const read = async (path: string): Promise<Uint8Array | null> => {
    try {
      return await reader.read(path);
    } catch (error) {
      report(path, `cannot be read: ${(error as Error).message}`);
      return null;
    }
  };

  const present = await reader.list();
  const nothing = { checkedFiles: 0, caseId: null, keyId: null, manifestSha256: null, manifest: null };
  if (!present.includes(MANIFEST_FILE))
    return { ...nothing, status: 'unreadable', problems: [{ file: MANIFEST_FILE, problem: 'is missing' }] };

  const manifestBytes = await read(MANIFEST_FILE);
  if (!manifestBytes) return { ...nothing, status: 'unreadable', problems };
  const manifestSha256 = bytesToHex(sha256(manifestBytes));
  const { value: manifest, problem: manifestProblem } = readDocument<EvidenceManifest>(manifestBytes, ManifestSchema);
  if (manifestProblem) report(MANIFEST_FILE, manifestProblem);

  const signatureBytes = present.includes(SIGNATURE_FILE) ? await read(SIGNATURE_FILE) : null;
  if (!present.includes(SIGNATURE_FILE)) report(SIGNATURE_FILE, 'is missing');
  const { value: signature, problem: signatureProblem } = signatureBytes
    ? readDocument<ManifestSignature>(signatureBytes, SignatureSchema)
    : { value: null, problem: null };
  if (signatureProblem) report(SIGNATURE_FILE, signatureProblem);
  if (!manifest && !signature) return { ...nothing, status: 'unreadable', problems };

  if (signature && !signatureProblem)
    problems.push(
      ...checkSignature(
        { document: manifestBytes, signature, ...(trustedKeys ? { trustedKeys } : {}) },
        { document: MANIFEST_FILE, signature: SIGNATURE_FILE },
      ),
    );

  let checkedFiles = signatureBytes ? 2 : 1;
  if (manifest) checkConsistency(manifest, report);
  // A changed manifest says nothing reliable about the other files; comparing them would accuse the wrong ones.
  const isReliable = !problems.some(({ file }) => file === MANIFEST_FILE);
  if (manifest && isReliable) {
    const listed = new Set([MANIFEST_FILE, SIGNATURE_FILE]);
    for (const file of manifest.files) {
      if (listed.has(file.path)) report(file.path, 'is listed twice');
      listed.add(file.path);
      if (!present.includes(file.path)) {
        report(file.path, 'is missing');
        continue;
      }
      const bytes = await read(file.path);
      if (!bytes) continue;
      checkedFiles++;
      const hasOtherSize = bytes.length !== file.bytes;
      if (!hasOtherSize && hashOf(bytes) === file.sha256) continue;
      const range = firstDifference(bytes, file, hashOf);
      const what = hasOtherSize
        ? `has ${bytes.length} bytes, sealed with ${file.bytes}`
        : 'was changed: its SHA-256 is another one';
      problems.push({
        file: file.path,
        problem: file.chunks ? `${what}; it first differs in bytes ${range.from} to ${range.to}` : what,
        range,
      });
    }
    for (const path of present)
      if (!listed.has(path) && path !== TIME_STAMP_FILE) report(path, 'is not part of the sealed case');
  }
  // A stamp of a changed manifest is not to blame.
  const stampBytes = isReliable && present.includes(TIME_STAMP_FILE) ? await read(TIME_STAMP_FILE) : null;
  const stamp = stampBytes ? await readTimeStamp(stampBytes, manifestBytes, authorities) : null;
  if (stampBytes) checkedFiles++;
  if (typeof stamp === 'object' && stamp && 'problem' in stamp) report(TIME_STAMP_FILE, stamp.problem);
  return {
    status: problems.length === 0 ? 'intact' : 'broken',
    problems,
    checkedFiles,
    caseId: manifest?.caseId ?? null,
    keyId: signature?.keyId ?? null,
    manifestSha256,
    manifest,
    timeStamp: typeof stamp === 'object' && stamp && 'problem' in stamp ? null : stamp,
  };
};

const readTimeStamp = async (
  bytes: Uint8Array,
  manifestBytes: Uint8Array,
  authorities: readonly string[],
): ReturnType<typeof checkTimeStamp> => {
  const { value, problem } = readDocument<TimeStampFile>(bytes, TimeStampFile);
  return value && problem === null
    ? checkTimeStamp(value, manifestBytes, authorities)
    : { problem: problem ?? 'cannot be read' };
};

const NO_PREVIOUS = '0'.repeat(64);

/** What the schema cannot say. */
const checkConsistency = (manifest: EvidenceManifest, report: (file: string, problem: string) => void): void => {
  const { caseId, event, camera, clip, clock, chain, files } = manifest;
  const wrong = (problem: string): void => report(MANIFEST_FILE, problem);
  if (event.id !== caseId) wrong(`event.id "${event.id}" is not the caseId "${caseId}"`);
  if (event.cameraId !== camera.id) wrong(`event.cameraId "${event.cameraId}" is not camera.id "${camera.id}"`);
  if (event.sessionId !== clock.sessionId) wrong('event and clock are of different recording sessions');
  if (!files.some((file) => file.path === clip.file && file.role === 'clip'))
    wrong(`no file of role clip is "${clip.file}"`);
  if ((chain.index === 0) !== (chain.previous === NO_PREVIOUS)) wrong('chain.index and chain.previous do not fit');
};

/** One case as a link of its camera's chain. */
export type ChainLink = {
  readonly caseId: string;
  readonly cameraId: string;
  readonly manifestSha256: string;
  readonly index: number;
  readonly previous: string;
};

export const toChainLink = ({ manifest, manifestSha256 }: Verification): ChainLink | null =>
  manifest && manifestSha256
    ? { caseId: manifest.caseId, cameraId: manifest.camera.id, manifestSha256, ...manifest.chain }
    : null;

/**
 * Holds several cases of one camera or more against each other. Two cases at one place, or a case that does not name
 * the one before it, are problems; a place whose case was not given is only reported as such.
 */
export const verifyChain = (
  links: readonly ChainLink[],
): { readonly problems: readonly Problem[]; readonly absent: readonly { cameraId: string; index: number }[] } => {
  const problems: Problem[] = [];
  const absent: { cameraId: string; index: number }[] = [];
  for (const cameraId of new Set(links.map((link) => link.cameraId))) {
    const sorted = links.filter((link) => link.cameraId === cameraId).sort((a, b) => a.index - b.index);
    sorted.forEach((link, at) => {
      const before = sorted[at - 1];
      if (!before) return;
      if (before.manifestSha256 === link.manifestSha256) return;
      if (before.index === link.index)
        problems.push({
          file: link.caseId,
          problem: `has the same place ${link.index} in the chain as ${before.caseId}`,
        });
      else if (before.index + 1 < link.index)
        for (let index = before.index + 1; index < link.index; index++) absent.push({ cameraId, index });
      else if (before.manifestSha256 !== link.previous)
        problems.push({ file: link.caseId, problem: `does not continue the chain after ${before.caseId}` });
    });
  }
  return { problems, absent };
};
