import { createHash, createPublicKey, verify } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceManifest, ManifestSignature } from '../../pipeline/evidence.ts';
import { whenMissing } from '../../workers/storage/missing-file.ts';

/** DER prefix of a raw Ed25519 public key [RFC 8410]; the key itself is the last 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Raw public keys, base64, whose cases are taken in: every `*.pub` in the folder, so that an old key stays trusted after
 * a change of keys. Empty where there is none, e.g. when evidence is sealed on other machines.
 */
export const readTrustedKeys = async (keysDir: string): Promise<readonly string[]> => {
  const names = await readdir(keysDir).catch(whenMissing([]));
  const pems = await Promise.all(
    names.filter((name) => name.endsWith('.pub')).map((name) => readFile(join(keysDir, name))),
  );
  // The key in use lies there under its own name too where a KMS signs.
  const keys = pems.map((pem) =>
    createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
  );
  return [...new Set(keys)];
};

/** `signing.pub`; null where there is none. */
export const readPublishedKey = async (keysDir: string): Promise<{ keyId: string; publicKey: string } | null> => {
  const pem = await readFile(join(keysDir, 'signing.pub')).catch(whenMissing(null));
  if (!pem) return null;
  const raw = createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(-32);
  return { keyId: toKeyId(raw), publicKey: raw.toString('base64') };
};

/** First 16 hex digits of the SHA-256 of the raw public key. */
export const toKeyId = (publicKey: Uint8Array): string =>
  createHash('sha256').update(publicKey).digest('hex').slice(0, 16);

const isSignedBy = (publicKey: Buffer, signature: Buffer, bytes: Uint8Array): boolean => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return verify(null, bytes, key, signature);
};

/**
 * Reads a manifest and checks that it is the one that was sealed: SHA-256, key and signature over its very bytes.
 * The other files are checked by `verifyCase` (pipeline/verify.ts) when somebody asks.
 * @throws WatchpostError CASE_UNREADABLE when it is no manifest, EVIDENCE_UNVERIFIED when it is not the sealed one
 */
export const checkManifest = (options: {
  readonly manifestBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
  readonly caseId: string;
  readonly manifestSha256: string;
  readonly trustedKeys: readonly string[];
}): { readonly manifest: EvidenceManifest; readonly keyId: string } => {
  const { manifestBytes, signatureBytes, caseId, manifestSha256, trustedKeys } = options;
  const manifest = parse(manifestBytes, 'manifest.json') as EvidenceManifest;
  const signature = parse(signatureBytes, 'signature.json') as ManifestSignature;
  const { schema } = manifest as { schema?: string };
  if (schema !== 'watchpost/evidence/1')
    throw new WatchpostError(
      'CASE_UNREADABLE',
      `manifest.json has schema "${schema ?? ''}", expected watchpost/evidence/1`,
    );
  const sha256 = createHash('sha256').update(manifestBytes).digest('hex');
  const broken = (problem: string): never => {
    throw new WatchpostError('EVIDENCE_UNVERIFIED', `case ${caseId}: ${problem}`);
  };
  if (sha256 !== manifestSha256) broken(`manifest.json has SHA-256 ${sha256}, announced ${manifestSha256}`);
  if (manifest.caseId !== caseId) broken(`manifest.json is of case "${manifest.caseId}"`);
  if (signature.manifestSha256 !== sha256) broken('signature.json is of another manifest');
  const publicKey = Buffer.from(signature.publicKey, 'base64');
  const keyId = toKeyId(publicKey);
  if (keyId !== signature.keyId) broken(`signature.json names key ${signature.keyId}, the key's own id is ${keyId}`);
  if (trustedKeys.length > 0 && !trustedKeys.includes(publicKey.toString('base64')))
    broken(`signed with key ${keyId}, which is not in the keys folder`);
  if (!isSignedBy(publicKey, Buffer.from(signature.signature, 'base64'), manifestBytes))
    broken('the signature does not fit manifest.json');
  return { manifest, keyId };
};

const parse = (bytes: Uint8Array, name: string): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new WatchpostError('CASE_UNREADABLE', `${name} is not JSON`, { cause: error });
  }
};
