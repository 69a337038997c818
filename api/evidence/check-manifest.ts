import { createHash, createPublicKey, verify } from 'node:crypto';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceManifest, ManifestSignature } from '../../pipeline/evidence.ts';

/** DER prefix of a raw Ed25519 public key [RFC 8410]. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const isEd25519 = (publicKey: Buffer, signature: Buffer, bytes: Buffer): boolean => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return verify(null, bytes, key, signature);
};

/**
 * Reads a manifest and checks that it is the one that was sealed: canonical bytes, SHA-256, key id and signature.
 * @throws WatchpostError CASE_UNREADABLE when it is no manifest, EVIDENCE_UNVERIFIED when it is not the sealed one
 */
export const checkManifest = (
  manifestText: string,
  signatureText: string,
  expectedSha256: string,
): { readonly manifest: EvidenceManifest; readonly signature: ManifestSignature } => {
  let manifest: EvidenceManifest;
  let signature: ManifestSignature;
  try {
    manifest = JSON.parse(manifestText) as EvidenceManifest;
    signature = JSON.parse(signatureText) as ManifestSignature;
  } catch (error) {
    throw new WatchpostError('CASE_UNREADABLE', 'manifest.json or signature.json is not JSON', { cause: error });
  }
  const { schema } = manifest as { schema?: string };
  if (schema !== 'watchpost/evidence/1')
    throw new WatchpostError(
      'CASE_UNREADABLE',
      `manifest.json has schema "${schema ?? ''}", expected watchpost/evidence/1`,
    );
  const bytes = Buffer.from(toCanonicalJson(manifest));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const broken = (problem: string): never => {
    throw new WatchpostError('EVIDENCE_UNVERIFIED', `manifest.json: ${problem}`);
  };
  if (sha256 !== expectedSha256) broken(`SHA-256 is ${sha256}, expected ${expectedSha256}`);
  if (signature.manifestSha256 !== sha256) broken('signature.json is of another manifest');
  const publicKey = Buffer.from(signature.publicKey, 'base64');
  const keyId = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
  if (keyId !== signature.keyId) broken(`key id is ${signature.keyId}, the key's own is ${keyId}`);
  if (!isEd25519(publicKey, Buffer.from(signature.signature, 'base64'), bytes)) broken('signature does not fit');
  return { manifest, signature };
};
