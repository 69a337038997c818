import { join } from 'node:path';
import { openDatabase } from '../../api/database/open-database.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { MANIFEST_FILE } from '../../pipeline/evidence.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { loadConfig } from './load-config.ts';

export type Reconciliation = {
  /** Cases of the database whose sealed files are not in the store: evidence was lost. */
  readonly lost: readonly string[];
  /** Sealed in the store and not in the database: on their way through the queue, or their job was lost. */
  readonly unannounced: readonly string[];
  /** Files in the store without a manifest: being sealed now, or left by a process that was killed. */
  readonly unfinished: readonly string[];
  readonly cases: number;
};

const PREFIX = 'cases/';

/** Holds the cases of a database against the objects of a store, both ways. */
export const compare = async (caseIds: readonly string[], store: EvidenceStore): Promise<Reconciliation> => {
  const sealed = new Set<string>();
  const touched = new Set<string>();
  for (const { key } of await store.list(PREFIX)) {
    const [id = '', ...path] = key.slice(PREFIX.length).split('/');
    touched.add(id);
    if (path.join('/') === MANIFEST_FILE) sealed.add(id);
  }
  const known = new Set(caseIds);
  return {
    lost: caseIds.filter((id) => !sealed.has(id)),
    unannounced: [...sealed].filter((id) => !known.has(id)).sort(),
    unfinished: [...touched].filter((id) => !sealed.has(id) && !known.has(id)).sort(),
    cases: caseIds.length,
  };
};

/** @returns 0 when every case has its evidence and the store holds nothing else, else 1 */
export const reconcile = async (options: {
  readonly config: string;
  readonly data: string;
  readonly json: boolean;
}): Promise<number> => {
  const { config } = loadConfig(options.config);
  const store = openStore(config.evidence.store, options.data);
  const db = await openDatabase(process.env['DATABASE_URL'] ?? join(options.data, 'watchpost.db'));
  let found: Reconciliation;
  try {
    const rows = await db.selectFrom('cases').select('id').orderBy('id').execute();
    found = await compare(
      rows.map(({ id }) => id),
      store,
    );
  } finally {
    await db.destroy();
    await store.close();
  }
  if (options.json) console.log(JSON.stringify(found, null, 2));
  else {
    console.log(`${found.cases} cases in the database`);
    for (const id of found.lost) console.log(`LOST         ${id}: its sealed files are not in the store`);
    for (const id of found.unannounced)
      console.log(`UNANNOUNCED  ${id}: sealed but not in the database; its review job waits or was lost`);
    for (const id of found.unfinished)
      console.log(`UNFINISHED   ${id}: files without a manifest; being sealed now, or left behind`);
  }
  return found.lost.length + found.unannounced.length + found.unfinished.length === 0 ? 0 : 1;
};
