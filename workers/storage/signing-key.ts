import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestSignature } from '../../pipeline/evidence.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { createFile, replaceFile } from './durable.ts';
import { whenMissing } from './missing-file.ts';

/** The installation's Ed25519 key pair [RFC 8032]. */
export type SigningKey = {
  readonly keyId: string;
  /** Raw 32 bytes, base64. */
  readonly publicKey: string;
  readonly sign: (document: Uint8Array) => ManifestSignature;
};

const toSigningKey = (key: KeyObject): SigningKey => {
  // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key itself [RFC 8410].
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
  const keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16);
  const publicKey = raw.toString('base64');
  return {
    keyId,
    publicKey,
    sign: (document) => ({
      algorithm: 'Ed25519',
      keyId,
      publicKey,
      manifestSha256: createHash('sha256').update(document).digest('hex'),
      signature: sign(null, document, key).toString('base64'),
    }),
  };
};

/**
 * Reads `signing.key`, or makes a new pair on the first use. The private key's file is readable by its owner only.
 * @throws WatchpostError INPUT_UNREADABLE when the file is there but is no Ed25519 key
 */
export const openSigningKey = async (keysDir: string): Promise<SigningKey> => {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const existing = await readSigningKey(keysDir);
  if (existing) return existing;
  const { privateKey } = generateKeyPairSync('ed25519');
  await createFile(keyFile(keysDir), privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  // Another process may have been first: what is on disk now is the key.
  return openSigningKey(keysDir);
};

/**
 * Takes a new pair into use. The old private key is removed; its public key stays as `signing-<keyId>.pub`, so that what
 * it sealed stays trusted. A crash in between leaves the old pair or the new one in use.
 * @throws WatchpostError INPUT_UNREADABLE when the present key cannot be read
 */
export const rotateSigningKey = async (keysDir: string): Promise<{ before: string | null; after: string }> => {
  const old = await readSigningKey(keysDir);
  if (!old && (await readFile(join(keysDir, 'signing.pub')).catch(whenMissing(null))))
    throw new WatchpostError(
      'INPUT_UNREADABLE',
      `${keysDir} holds no private key: evidence.signing names who signs; change the key there, it is taken into use by itself`,
    );
  if (!old) return { before: null, after: (await openSigningKey(keysDir)).keyId };
  await createFile(join(keysDir, `signing-${old.keyId}.pub`), await readFile(join(keysDir, 'signing.pub')));
  const { privateKey } = generateKeyPairSync('ed25519');
  const fresh = `${keyFile(keysDir)}.new`;
  await rm(fresh, { force: true }); // Of a change that was cut off.
  await createFile(fresh, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  await rename(fresh, keyFile(keysDir));
  // Also writes the new public key, before anything is signed with it.
  return { before: old.keyId, after: (await openSigningKey(keysDir)).keyId };
};

const keyFile = (keysDir: string): string => join(keysDir, 'signing.key');

/**
 * Reads `signing.key`; null where there is none, e.g. when evidence is sealed on other machines.
 * @throws WatchpostError INPUT_UNREADABLE when the file is there but is no Ed25519 key
 */
export const readSigningKey = async (keysDir: string): Promise<SigningKey | null> => {
  const file = keyFile(keysDir);
  const existing = await readFile(file).catch(whenMissing(null));
  if (!existing) return null;
  await chmod(file, 0o600);
  let key: KeyObject;
  try {
    key = createPrivateKey(existing);
  } catch (error) {
    throw new WatchpostError('INPUT_UNREADABLE', `${file} is not a private key in PEM form`, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new WatchpostError('INPUT_UNREADABLE', `${file} holds a ${key.asymmetricKeyType ?? '?'} key, not Ed25519`);
  await replacePublicKey(keysDir, key);
  return toSigningKey(key);
};

const replacePublicKey = async (keysDir: string, key: KeyObject): Promise<void> => {
  const file = join(keysDir, 'signing.pub');
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  if ((await readFile(file, 'utf8').catch(() => '')) !== pem) await replaceFile(file, pem);
};
