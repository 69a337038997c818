import type { Kysely } from 'kysely';

/** One act seen by several cameras: the other cases name the one that goes on. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema.alterTable('cases').addColumn('merged_into', 'text').execute();
  await db.schema.createIndex('cases_merged').on('cases').column('merged_into').execute();
};
