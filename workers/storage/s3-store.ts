import { Client, RETENTION_MODES } from 'minio';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceStore, StoredObject, StoreProtection } from '../../pipeline/evidence-store.ts';
import { checkKey } from './object-key.ts';

export type S3Config = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly lock?: { readonly days: number; readonly mode: 'governance' | 'compliance' };
};

/** Evidence lies below this; passages, which expire by law, do not and are never locked. */
const LOCKED_PREFIX = 'cases/';
const DAY_MS = 24 * 3_600_000;

/** Bodies up to this size go in one request, as one checksummed whole; no evidence file comes near it. */
const PART_BYTES = 1024 * 1024 * 1024;

const MISSING = new Set(['NoSuchKey', 'NotFound']);
/** What MinIO and S3 answer when an object of a bucket without object lock is to be locked. */
const LOCKLESS = /missing ObjectLockConfiguration/i;
const NO_LOCK = new Set(['ObjectLockConfigurationNotFoundError', 'NotImplemented', 'MethodNotAllowed']);
const REFUSED = new Set(['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'Forbidden']);

/** Evidence in a bucket of MinIO or any S3. The bucket is created on the first write when it is not there. */
export class S3Store implements EvidenceStore {
  readonly #client: Client;
  readonly #config: S3Config;
  #bucket: Promise<void> | null = null;

  /** @throws WatchpostError CONFIG_INVALID when the endpoint is no http(s) address */
  constructor(config: S3Config) {
    this.#config = config;
    const url = URL.canParse(config.endpoint) ? new URL(config.endpoint) : null;
    if (!url || !['http:', 'https:'].includes(url.protocol))
      throw new WatchpostError(
        'CONFIG_INVALID',
        `evidence.store.endpoint: expected http(s)://host:port, found "${config.endpoint}"`,
      );
    this.#client = new Client({
      endPoint: url.hostname,
      port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      useSSL: url.protocol === 'https:',
      accessKey: config.accessKey,
      secretKey: config.secretKey,
      region: config.region,
      partSize: PART_BYTES,
    });
  }

  async put(key: string, body: Uint8Array, mediaType: string): Promise<void> {
    checkKey(key);
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    try {
      await this.#ensureBucket();
      // The client sends a checksum of every body held in memory (SHA-256 in the signature over HTTP, Content-MD5 over
      // HTTPS), so the server refuses bytes that are not the ones that were sent.
      const written = await this.#client.putObject(this.#config.bucket, key, bytes, bytes.length, {
        'Content-Type': mediaType,
      });
      await this.#lock(key, written.versionId);
    } catch (error) {
      this.#fail('write', key, error);
    }
  }

  async get(key: string): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await this.open(key)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async open(
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncIterable<Uint8Array>> {
    checkKey(key);
    const { bucket } = this.#config;
    try {
      return range
        ? await this.#client.getPartialObject(bucket, key, range.start, range.end - range.start + 1)
        : await this.#client.getObject(bucket, key);
    } catch (error) {
      return this.#fail('read', key, error);
    }
  }

  async stat(key: string): Promise<StoredObject> {
    checkKey(key);
    try {
      const { size } = await this.#client.statObject(this.#config.bucket, key);
      return { key, bytes: size };
    } catch (error) {
      return this.#fail('read', key, error);
    }
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const folder = `${checkKey(prefix.replace(/\/$/, ''))}/`;
    const objects: StoredObject[] = [];
    try {
      for await (const item of this.#client.listObjectsV2(this.#config.bucket, folder, true)) {
        const { name, size } = item as { name?: string; size?: number };
        if (name !== undefined) objects.push({ key: name, bytes: size ?? 0 });
      }
    } catch (error) {
      if ((error as { code?: string }).code === 'NoSuchBucket') return [];
      this.#fail('list', prefix, error);
    }
    return objects.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.#client
      .removeObject(this.#config.bucket, key)
      .catch((error: unknown) => this.#fail('remove', key, error));
  }

  async protection(): Promise<StoreProtection> {
    const { bucket, lock } = this.#config;
    try {
      await this.#ensureBucket();
      const { Status } = (await this.#client.getBucketVersioning(bucket)) as { readonly Status?: string };
      return { versioning: Status === 'Enabled', objectLock: await this.#hasLock(), lockDays: lock?.days ?? null };
    } catch (error) {
      return this.#fail('ask', '', error);
    }
  }

  async #hasLock(): Promise<boolean> {
    try {
      // Its first overload is declared to return nothing.
      const client = this.#client as unknown as {
        getObjectLockConfig(bucket: string): Promise<{ readonly objectLockEnabled?: string }>;
      };
      return (await client.getObjectLockConfig(this.#config.bucket)).objectLockEnabled === 'Enabled';
    } catch (error) {
      if (NO_LOCK.has((error as { code?: string }).code ?? '')) return false;
      throw error;
    }
  }

  /**
   * Locks the version that was just written. A process that is killed in between does the whole job again, and locks then:
   * what is sealed is written until it is known to be stored.
   */
  async #lock(key: string, versionId: string | null): Promise<void> {
    const { bucket, lock } = this.#config;
    if (!lock || !key.startsWith(LOCKED_PREFIX)) return;
    await this.#client.putObjectRetention(bucket, key, {
      mode: RETENTION_MODES[lock.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE'],
      retainUntilDate: new Date(Date.now() + lock.days * DAY_MS).toISOString(),
      versionId: versionId ?? '',
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #ensureBucket(): Promise<void> {
    const { bucket, region, lock } = this.#config;
    this.#bucket ??= (async () => {
      if (await this.#client.bucketExists(bucket)) return;
      // A bucket can be given object lock only when it is made.
      await this.#client.makeBucket(bucket, region, { ObjectLocking: lock !== undefined }).catch((error: unknown) => {
        // Another process created it in between.
        if ((error as { code?: string }).code !== 'BucketAlreadyOwnedByYou') throw error;
      });
    })().catch((error: unknown) => {
      this.#bucket = null;
      throw error;
    });
    return this.#bucket;
  }

  #fail(verb: string, key: string, cause: unknown): never {
    if (cause instanceof WatchpostError) throw cause;
    const { code, message } = cause as { code?: string; message: string };
    const { endpoint, bucket } = this.#config;
    if (code !== undefined && (MISSING.has(code) || (code === 'NoSuchBucket' && verb === 'read')))
      throw new WatchpostError('STORE_NOT_FOUND', `no object "${key}" in bucket ${bucket}`, { cause });
    const hint = REFUSED.has(code ?? '')
      ? ' (check accessKey, secretKey and what they may do with the bucket)'
      : LOCKLESS.test(message)
        ? ' (the bucket was made without object lock: take another, or leave out evidence.store.lock)'
        : code === 'ECONNREFUSED' || code === 'ENOTFOUND'
          ? ' (is it running, and is the address right?)'
          : '';
    throw new WatchpostError(
      'STORE_UNAVAILABLE',
      `cannot ${verb} "${key}" at ${endpoint}, bucket ${bucket}: ${[code, message].filter(Boolean).join(' ')}${hint}`,
      { cause },
    );
  }
}
