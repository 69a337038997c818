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

/** `governance`: who has a right of their own may end a lock before its time; `compliance`: nobody may. */
export type LockMode = 'governance' | 'compliance';

/**
 * Where sealed cases live: a local folder, MinIO or any S3. Keys are `/`-separated, e.g. `cases/<caseId>/clip.mp4`.
 * All methods throw WatchpostError STORE_UNAVAILABLE when the store fails; reads throw STORE_NOT_FOUND.
 */
export interface EvidenceStore {
  /** Large bodies go in parts; after a failure the same body again sends only the parts that are not there yet. */
  put(key: string, body: Uint8Array, mediaType: string): Promise<void>;
  get(key: string): Promise<Uint8Array>;
  /** Opens bytes `start`..`end` (both included) of an object, for HTTP range requests; the whole object without a range. */
  open(key: string, range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array>>;
  stat(key: string): Promise<StoredObject>;
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** What keeps versions keeps this one as an earlier version. */
  remove(key: string): Promise<void>;
  /**
   * Removes an object with all its earlier versions, as the law on personal data wants it.
   * @throws WatchpostError STORE_LOCKED while a lock or a legal hold stands
   */
  erase(key: string): Promise<void>;
  /**
   * Puts a legal hold on every version of every object of a folder, or lifts it: held objects cannot be erased by anybody.
   * @returns how many versions were changed; null where the store has no object lock
   */
  hold(prefix: string, held: boolean): Promise<number | null>;
  /** Whether every object of a folder is under a legal hold; null where the store has no object lock. */
  isHeld(prefix: string): Promise<boolean | null>;
  /**
   * Locks every version of every object of a folder until an instant (epoch ms); a lock that lasts longer stays.
   * @returns how many versions were changed; null where the store has no object lock
   */
  retain(prefix: string, until: number, mode: LockMode): Promise<number | null>;
  /** An address under which whoever has it reads the object for so long; null where the store has no door of its own. */
  link(key: string, seconds: number): Promise<string | null>;
  protection(): Promise<StoreProtection>;
  close(): Promise<void>;
}
