/** What a store says of one object. */
export type StoredObject = { readonly key: string; readonly bytes: number };

/** What the store itself does against loss, whatever this program asks of it. */
export type StoreProtection = {
  /** What is replaced or removed stays as an earlier version. */
  readonly versioning: boolean;
  /** Objects can be locked against removal for a time. */
  readonly objectLock: boolean;
  /** For how long new evidence is locked (days); null: it is not. */
  readonly lockDays: number | null;
};

/**
 * Where sealed cases live: a local folder, MinIO or any S3. Keys are `/`-separated, e.g. `cases/<caseId>/clip.mp4`.
 * All methods throw WatchpostError STORE_UNAVAILABLE when the store fails; reads throw STORE_NOT_FOUND.
 */
export interface EvidenceStore {
  put(key: string, body: Uint8Array, mediaType: string): Promise<void>;
  get(key: string): Promise<Uint8Array>;
  /** Opens bytes `start`..`end` (both included) of an object, for HTTP range requests; the whole object without a range. */
  open(key: string, range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array>>;
  stat(key: string): Promise<StoredObject>;
  list(prefix: string): Promise<readonly StoredObject[]>;
  remove(key: string): Promise<void>;
  protection(): Promise<StoreProtection>;
  close(): Promise<void>;
}
