import type { Kysely } from 'kysely';

/** What people read on the plates of a case. Only added to: the newest of a vehicle counts. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('plate_corrections')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('case_id', 'text', (c) => c.notNull().references('cases.id'))
    .addColumn('track_id', 'bigint', (c) => c.notNull())
    .addColumn('text', 'text')
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('plate_corrections_by_case').on('plate_corrections').columns(['case_id', 'at']).execute();
};
