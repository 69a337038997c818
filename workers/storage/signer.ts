import { execFile } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { SigningConfig } from '../../pipeline/config/evidence.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ManifestSignature } from '../../pipeline/evidence.ts';
import { createFile, replaceFile } from './durable.ts';
import { whenMissing } from './missing-file.ts';
import { openSigningKey } from './signing-key.ts';

/** Signs what this installation vouches for; the private key may be anywhere. */
export interface Signer {
  /** @throws WatchpostError SIGNING_UNAVAILABLE, INPUT_UNREADABLE */
  sign(document: Uint8Array): Promise<ManifestSignature>;
}

/** The installation's signer: what the configuration names, else the pair of the keys folder, made on the first use. */
export const openSigner = (keysDir: string, signing?: SigningConfig): Signer =>
  signing
    ? new OutsideSigner(keysDir, signing)
    : // Read for each document: a change of keys takes effect while the system runs.
      { sign: async (document) => (await openSigningKey(keysDir)).sign(document) };

/** What a signer answers; raw key and signature, base64. With the key in each answer a change of keys needs nothing else. */
const Answer = Type.Object({
  publicKey: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
  signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
});
type Answer = Static<typeof Answer>;

/** A KMS answers within a second; one that does not must not hold up the cases of a camera for long. */
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** DER prefix of a raw Ed25519 public key [RFC 8410]. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The key lies in a KMS or HSM and never here: a program or an HTTP service signs. Its public keys are kept and published. */
class OutsideSigner implements Signer {
  readonly #keysDir: string;
  readonly #signing: SigningConfig;
  #published = '';

  constructor(keysDir: string, signing: SigningConfig) {
    this.#keysDir = keysDir;
    this.#signing = signing;
  }

  async sign(document: Uint8Array): Promise<ManifestSignature> {
    const { publicKey, signature } = await this.#ask(document);
    const raw = Buffer.from(publicKey, 'base64');
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
    // What does not verify would be a broken case; better none yet.
    if (!verify(null, document, key, Buffer.from(signature, 'base64')))
      throw this.#failure('its signature does not fit the document and the key that it names');
    const keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16);
    // Before anything goes out that is signed with it: what is not published is not trusted.
    if (this.#published !== publicKey) {
      await publish(this.#keysDir, keyId, key.export({ type: 'spki', format: 'pem' }));
      this.#published = publicKey;
    }
    const manifestSha256 = createHash('sha256').update(document).digest('hex');
    return { algorithm: 'Ed25519', keyId, publicKey, manifestSha256, signature };
  }

  async #ask(document: Uint8Array): Promise<Answer> {
    const { kind } = this.#signing;
    const text =
      kind === 'command' ? await this.#run(this.#signing, document) : await this.#post(this.#signing, document);
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      throw this.#failure('it does not answer with JSON');
    }
    const fault = Value.Errors(Answer, answer).First();
    if (fault) throw this.#failure(`its answer is wrong: ${fault.path.slice(1) || 'content'}: ${fault.message}`);
    return answer as Answer;
  }

  #run({ command }: Extract<SigningConfig, { kind: 'command' }>, document: Uint8Array): Promise<string> {
    const [program = '', ...args] = command;
    return new Promise((resolve, reject) => {
      const child = execFile(
        program,
        args,
        { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_ANSWER_BYTES },
        (error, stdout, stderr) => {
          if (error) reject(this.#failure(stderr.trim().split('\n').at(-1) || error.message.split('\n')[0]!, error));
          else resolve(stdout);
        },
      );
      // A program that ends without reading has its own failure told, not that of this pipe.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(document);
    });
  }

  async #post({ url, token }: Extract<SigningConfig, { kind: 'http' }>, document: Uint8Array): Promise<string> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/octet-stream',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: new Uint8Array(document),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      return await answer.text();
    } catch (error) {
      const { message, cause } = error as Error & { readonly cause?: { readonly code?: string } };
      throw this.#failure(cause?.code ?? message, error);
    }
  }

  #failure(problem: string, cause?: unknown): WatchpostError {
    const who = this.#signing.kind === 'command' ? this.#signing.command[0] : this.#signing.url;
    return new WatchpostError('SIGNING_UNAVAILABLE', `the signer ${who ?? ''} cannot sign: ${problem}`, { cause });
  }
}

/** `signing.pub` is the key in use; every key stays as `signing-<keyId>.pub`, so that what it sealed stays trusted. */
const publish = async (keysDir: string, keyId: string, pem: string | Buffer): Promise<void> => {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  await createFile(join(keysDir, `signing-${keyId}.pub`), pem);
  await keepFormer(keysDir);
  await replaceFile(join(keysDir, 'signing.pub'), pem);
};

/** Of the pair that was used before the signer was configured. */
const keepFormer = async (keysDir: string): Promise<void> => {
  const former = await readFile(join(keysDir, 'signing.pub')).catch(whenMissing(null));
  if (!former) return;
  const raw = createPublicKey(former).export({ type: 'spki', format: 'der' }).subarray(-32);
  const keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16);
  await createFile(join(keysDir, `signing-${keyId}.pub`), former);
};
