import { LEGAL_HOLD_STATUS, RETENTION_MODES } from 'minio';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceStore, LockMode, StoredObject, StoreProtection } from '../../pipeline/evidence-store.ts';
import { MultipartClient } from './multipart-client.ts';
import { checkKey } from './object-key.ts';

export type S3Config = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly lock?: { readonly days: number; readonly mode: LockMode };
};

/** Evidence lies below this; passages, which expire by law, do not and are never locked. */
const LOCKED_PREFIX = 'cases/';
const DAY_MS = 24 * 3_600_000;

/** Larger bodies go in parts of this size, so that a broken connection costs one of them. S3 wants at least 5 MiB. */
const PART_BYTES = 16 * 1024 * 1024;

const MISSING = new Set(['NoSuchKey', 'NotFound']);
/** What MinIO and S3 answer when an object of a bucket without object lock is to be locked. */
const LOCKLESS = /missing ObjectLockConfiguration/i;
const NO_LOCK = new Set(['ObjectLockConfigurationNotFoundError', 'NotImplemented', 'MethodNotAllowed']);
const REFUSED = new Set(['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'Forbidden']);
/** Answers to the removal of a version that a lock or a hold protects: MinIO names it, S3 only denies. */
const LOCKED = /WORM|locked|legal hold|object lock/i;
/** What is asked of a version that never had a hold or a lock. */
const NEVER_SET = 'NoSuchObjectLockConfiguration';

type Version = { readonly key: string; readonly versionId: string };

/** Evidence in a bucket of MinIO or any S3. The bucket is created on the first write when it is not there. */
export class S3Store implements EvidenceStore {
  readonly #client: MultipartClient;
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
    this.#client = new MultipartClient({
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
      const { bucket } = this.#config;
      // The client sends a checksum of every body held in memory (SHA-256 in the signature over HTTP, Content-MD5 over
      // HTTPS), so the server refuses bytes that are not the ones that were sent.
      const written =
        bytes.length > PART_BYTES
          ? await this.#client.putParts(bucket, key, bytes, { mediaType, partBytes: PART_BYTES })
          : await this.#client.putObject(bucket, key, bytes, bytes.length, { 'Content-Type': mediaType });
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

  async erase(key: string): Promise<void> {
    checkKey(key);
    const { bucket } = this.#config;
    try {
      for (const { versionId } of await this.#versions(key, 'also markers'))
        await this.#client.removeObject(bucket, key, { versionId });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (!LOCKED.test(message) && !(code === 'AccessDenied' && (await this.#isProtected(key))))
        this.#fail('erase', key, error);
      throw new WatchpostError('STORE_LOCKED', `"${key}" is locked in bucket ${bucket}: ${message}`, { cause: error });
    }
  }

  async hold(prefix: string, held: boolean): Promise<number | null> {
    const status = held ? LEGAL_HOLD_STATUS.ENABLED : LEGAL_HOLD_STATUS.DISABLED;
    return this.#eachVersion(prefix, async ({ key, versionId }) => {
      if ((await this.#isVersionHeld(key, versionId)) === held) return false;
      // Its type forgets that it can be waited for.
      const setHold = this.#client.setObjectLegalHold.bind(this.#client) as (...of: unknown[]) => Promise<void>;
      await setHold(this.#config.bucket, key, { versionId, status });
      return true;
    });
  }

  async isHeld(prefix: string): Promise<boolean | null> {
    let isEvery = true;
    const asked = await this.#eachVersion(prefix, async ({ key, versionId }) => {
      isEvery &&= await this.#isVersionHeld(key, versionId);
      return true;
    });
    return asked === null ? null : asked > 0 && isEvery;
  }

  async retain(prefix: string, until: number, mode: LockMode): Promise<number | null> {
    return this.#eachVersion(prefix, async ({ key, versionId }) => {
      const now = await this.#lockOf(key, versionId);
      if (now !== null && now.until >= until) return false;
      // A lock is never made weaker: what nobody may end is only made to last longer.
      await this.#lockVersion(key, versionId, until, now?.mode === 'compliance' ? 'compliance' : mode);
      return true;
    });
  }

  async link(key: string, seconds: number): Promise<string | null> {
    checkKey(key);
    return this.#client
      .presignedGetObject(this.#config.bucket, key, seconds)
      .catch((error: unknown) => this.#fail('link', key, error));
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
    const { lock } = this.#config;
    if (!lock || !key.startsWith(LOCKED_PREFIX)) return;
    await this.#lockVersion(key, versionId ?? '', Date.now() + lock.days * DAY_MS, lock.mode);
  }

  async #lockVersion(key: string, versionId: string, until: number, mode: LockMode): Promise<void> {
    await this.#client.putObjectRetention(this.#config.bucket, key, {
      mode: RETENTION_MODES[mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE'],
      retainUntilDate: new Date(until).toISOString(),
      versionId,
    });
  }

  async #lockOf(key: string, versionId: string): Promise<{ readonly until: number; readonly mode: LockMode } | null> {
    const found = await this.#unlessNeverSet(() =>
      this.#client.getObjectRetention(this.#config.bucket, key, { versionId }),
    );
    if (!found) return null;
    const { mode, retainUntilDate } = found as { mode: string; retainUntilDate: string };
    return { until: Date.parse(retainUntilDate), mode: mode === 'COMPLIANCE' ? 'compliance' : 'governance' };
  }

  async #isVersionHeld(key: string, versionId: string): Promise<boolean> {
    const found = await this.#unlessNeverSet(() =>
      this.#client.getObjectLegalHold(this.#config.bucket, key, { versionId }),
    );
    // Declared to be the word itself; it is the element around it.
    return (found as { readonly Status?: string } | null)?.Status === 'ON';
  }

  async #isProtected(key: string): Promise<boolean> {
    for (const { versionId } of await this.#versions(key))
      if ((await this.#isVersionHeld(key, versionId)) || (await this.#lockOf(key, versionId))) return true;
    return false;
  }

  async #unlessNeverSet<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if ((error as { code?: string }).code === NEVER_SET) return null;
      throw error;
    }
  }

  /** @returns how many versions `act` answered true for; null where the bucket has no object lock */
  async #eachVersion(prefix: string, act: (version: Version) => Promise<boolean>): Promise<number | null> {
    const folder = `${checkKey(prefix.replace(/\/$/, ''))}/`;
    try {
      if (!(await this.#hasLock())) return null;
      let changed = 0;
      for (const version of await this.#versions(folder)) if (await act(version)) changed++;
      return changed;
    } catch (error) {
      return this.#fail('protect', prefix, error);
    }
  }

  /** Of one object, or of all in a folder when `prefix` ends in `/`. */
  async #versions(prefix: string, markers?: 'also markers'): Promise<readonly Version[]> {
    const found: Version[] = [];
    const all = this.#client.listObjects(this.#config.bucket, prefix, true, { IncludeVersion: true });
    for await (const item of all) {
      const { name, versionId, isDeleteMarker } = item as {
        name?: string;
        versionId?: string;
        isDeleteMarker?: boolean;
      };
      // A prefix also finds objects whose names go on.
      if (name === undefined || (name !== prefix && !prefix.endsWith('/'))) continue;
      if (isDeleteMarker === true && markers === undefined) continue;
      found.push({ key: name, versionId: versionId ?? '' });
    }
    return found;
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
