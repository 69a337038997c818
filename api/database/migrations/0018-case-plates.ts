import type { Kysely } from 'kysely';
import type { EvidenceManifest } from '../../../pipeline/evidence.ts';
import { toCasePlates } from '../case-plates.ts';
import type { Tables } from '../schema.ts';

const BATCH = 200;

/** Plates of cases in a column, where a case is found by one; those of older cases from manifests and corrections. */
export const up = async (db: Kysely<Tables>): Promise<void> => {
  await db.schema
    .createTable('case_plates')
    .addColumn('case_id', 'text', (column) => column.notNull().references('cases.id'))
    .addColumn('track_id', 'bigint', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('symbols', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('case_plates_key', ['case_id', 'track_id'])
    .execute();
  await db.schema.createIndex('case_plates_by_symbols').on('case_plates').columns(['symbols', 'case_id']).execute();
  for (let last = ''; ;) {
    const rows = await db
      .selectFrom('manifests')
      .selectAll()
      .where('case_id', '>', last)
      .orderBy('case_id')
      .limit(BATCH)
      .execute();
    if (rows.length === 0) return;
    const corrections = await db
      .selectFrom('plate_corrections')
      .select(['case_id', 'track_id', 'text'])
      .where('case_id', '>', last)
      .where('case_id', '<=', rows.at(-1)!.case_id)
      .orderBy('at')
      .orderBy('id')
      .execute();
    const read = new Map(corrections.map((one) => [`${one.case_id} ${one.track_id}`, one.text]));
    const values = rows.flatMap(({ case_id, json }) =>
      toCasePlates(
        ((JSON.parse(json) as EvidenceManifest).plates ?? []).map(({ trackId, text }) => ({
          trackId,
          text: read.has(`${case_id} ${trackId}`) ? read.get(`${case_id} ${trackId}`)! : text,
        })),
      ).map((plate) => ({ case_id, ...plate })),
    );
    if (values.length > 0) await db.insertInto('case_plates').values(values).execute();
    last = rows.at(-1)!.case_id;
  }
};
