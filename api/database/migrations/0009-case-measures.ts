import type { Kysely } from 'kysely';
import type { EvidenceManifest } from '../../../pipeline/evidence.ts';
import { measuresOf } from '../../quality/measures.ts';
import type { Tables } from '../schema.ts';

const BATCH = 200;

/** Numbers of cases in columns, where verdicts can be counted by them; those of older cases from their manifests. */
export const up = async (db: Kysely<Tables>): Promise<void> => {
  await db.schema
    .createTable('case_measures')
    .addColumn('case_id', 'text', (column) => column.notNull().references('cases.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('unit', 'text', (column) => column.notNull())
    .addColumn('threshold', 'double precision')
    .addColumn('comparison', 'text')
    .addPrimaryKeyConstraint('case_measures_key', ['case_id', 'name'])
    .execute();
  for (let last = ''; ;) {
    const rows = await db
      .selectFrom('manifests')
      .selectAll()
      .where('case_id', '>', last)
      .orderBy('case_id')
      .limit(BATCH)
      .execute();
    const values = rows.flatMap(({ case_id, json }) =>
      measuresOf((JSON.parse(json) as EvidenceManifest).event).map((measure) => ({ case_id, ...measure })),
    );
    if (values.length > 0) await db.insertInto('case_measures').values(values).execute();
    if (rows.length < BATCH) return;
    last = rows.at(-1)!.case_id;
  }
};
