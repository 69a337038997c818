import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import { createFile } from '../../workers/storage/durable.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what the server must be able to read back, under a key that is not in the database: a copy of the database
 * alone gives no second factor away. AES-256-GCM; the context is authenticated, so a value moved to another row fails.
 */
export class SecretBox {
  readonly #keysDir: string;
  #key: Promise<Buffer> | null = null;

  /** @param keysDir holds `accounts.key`, made on the first use and readable by its owner only */
  constructor(keysDir: string) {
    this.#keysDir = keysDir;
  }

  /** @returns nonce, tag and cipher text, base64 */
  async seal(secret: Uint8Array, context: string): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await this.#open(), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** @throws WatchpostError INPUT_UNREADABLE when it was sealed under another key */
  async open(sealed: string, context: string): Promise<Buffer> {
    const bytes = Buffer.from(sealed, 'base64');
    const key = await this.#open();
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new WatchpostError(
        'INPUT_UNREADABLE',
        'keys/accounts.key does not fit the database; bring it back from the back-up, or reset the second factor of the account',
        { cause: error },
      );
    }
  }

  #open(): Promise<Buffer> {
    this.#key ??= openKey(this.#keysDir).catch((error: unknown) => {
      this.#key = null;
      throw error;
    });
    return this.#key;
  }
}

const openKey = async (keysDir: string): Promise<Buffer> => {
  const file = join(keysDir, 'accounts.key');
  const key = await readFile(file).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(keysDir, { recursive: true, mode: 0o700 });
    await createFile(file, randomBytes(KEY_BYTES), 0o600);
    // Another process may have been first: what is on disk now is the key.
    return readFile(file);
  });
  if (key.length !== KEY_BYTES)
    throw new WatchpostError('INPUT_UNREADABLE', `${file} holds ${key.length} bytes, expected ${KEY_BYTES}`);
  return key;
};
