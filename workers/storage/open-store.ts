import { join } from 'node:path';
import type { Config } from '../../pipeline/config-schema.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { LocalStore } from './local-store.ts';
import { S3Store } from './s3-store.ts';

/**
 * The evidence store that the configuration names. Opens no connection yet: an object store that is away for a while
 * must not keep a process from starting.
 */
export const openStore = (store: Config['evidence']['store'], dataDir: string): EvidenceStore =>
  store.kind === 's3' ? new S3Store(store) : new LocalStore(join(dataDir, 'objects'));
