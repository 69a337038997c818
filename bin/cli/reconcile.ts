import { join } from 'node:path';
import { openDatabase } from '../../api/database/open-database.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { MANIFEST_FILE, SIGNATURE_FILE } from '../../pipeline/evidence.ts';
import { TIME_STAMP_FILE } from '../../pipeline/time-stamp.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { loadConfig } from './load-config.ts';

export type Reconciliation = {
  /** Cases of the database whose sealed files are not in the store: evidence was lost. */
  readonly lost: readonly string[];
  /** Sealed in the store and not in the database: on their way through the queue, or their job was lost. */
  readonly unannounced: readonly string[];
  /** Files in the store without a manifest: being sealed now, or left by a process that was killed. */
  readonly unfinished: readonly string[];
  /** Held in the database, and the store would let their files go: the API sets these holds again within the hour. */
  readonly unheld: readonly string[];
  /** Held in the store only: a hold was lifted and the store was not told yet, or somebody held it there by hand. */
  readonly heldOnly: readonly string[];
  /** Erased by the rules of retention, and files are still there: they wait for a lock of the store, or for the next hour. */
  readonly unerased: readonly string[];
  readonly cases: number;
};

export type KnownCase = { readonly id: string; readonly isHeld: boolean; readonly isErased: boolean };

const PREFIX = 'cases/';
/** What stays of a case whose evidence was erased. */
const PROOF: ReadonlySet<string> = new Set([MANIFEST_FILE, SIGNATURE_FILE, TIME_STAMP_FILE]);

/** Holds the cases of a database against the objects of a store, both ways, files and legal holds. */
export const compare = async (cases: readonly KnownCase[], store: EvidenceStore): Promise<Reconciliation> => {
  const sealed = new Set<string>();
  const touched = new Set<string>();
  const files = new Map<string, number>();
  for (const { key } of await store.list(PREFIX)) {
    const [id = '', ...path] = key.slice(PREFIX.length).split('/');
    touched.add(id);
    files.set(id, (files.get(id) ?? 0) + (PROOF.has(path.join('/')) ? 0 : 1));
    if (path.join('/') === MANIFEST_FILE) sealed.add(id);
  }
  const known = new Set(cases.map(({ id }) => id));
  const [unheld, heldOnly]: [string[], string[]] = [[], []];
  if ((await store.protection()).objectLock)
    for (const { id, isHeld } of cases) {
      if (!sealed.has(id)) continue;
      const inStore = await store.isHeld(PREFIX + id);
      if (isHeld && inStore === false) unheld.push(id);
      if (!isHeld && inStore === true) heldOnly.push(id);
    }
  return {
    lost: cases.filter(({ id }) => !sealed.has(id)).map(({ id }) => id),
    unannounced: [...sealed].filter((id) => !known.has(id)).sort(),
    unfinished: [...touched].filter((id) => !sealed.has(id) && !known.has(id)).sort(),
    unheld,
    heldOnly,
    unerased: cases.filter(({ id, isErased }) => isErased && (files.get(id) ?? 0) > 0).map(({ id }) => id),
    cases: cases.length,
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
    const rows = await db
      .selectFrom('cases')
      .leftJoin('case_custody', 'case_custody.case_id', 'cases.id')
      .select(['id', 'merged_into', 'held', 'erased_at'])
      .orderBy('id')
      .execute();
    const held = new Set(rows.flatMap(({ id, held: flag }) => (flag === 1 ? [id] : [])));
    found = await compare(
      rows.map(({ id, merged_into, erased_at }) => ({
        id,
        // What was closed as part of another case is held with it.
        isHeld: held.has(id) || (merged_into !== null && held.has(merged_into)),
        isErased: erased_at !== null,
      })),
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
    for (const id of found.unheld)
      console.log(
        `UNHELD       ${id}: under legal hold here and not in the store; the API sets it again within the hour`,
      );
    for (const id of found.heldOnly)
      console.log(`HELD ONLY    ${id}: held in the store and not here; lifted lately, or held by hand`);
    for (const id of found.unerased)
      console.log(`UNERASED     ${id}: due and decided, files are still there; they wait for the store's lock`);
  }
  const { lost, unannounced, unfinished, unheld, heldOnly, unerased } = found;
  return [lost, unannounced, unfinished, unheld, heldOnly, unerased].flat().length === 0 ? 0 : 1;
};
