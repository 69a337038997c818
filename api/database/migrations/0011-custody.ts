import type { Kysely } from 'kysely';

/** What keeps a case's evidence, beside the law: legal holds, locks in the object store, and when it was erased. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const instant = 'bigint';
  await db.schema
    .createTable('case_custody')
    .addColumn('case_id', 'text', (c) => c.primaryKey().references('cases.id'))
    .addColumn('held', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('held_by', 'text')
    .addColumn('held_at', instant)
    .addColumn('hold_reason', 'text')
    .addColumn('store_held', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('locked_until', instant)
    .addColumn('erased_at', instant)
    .addColumn('erased_tier', 'text')
    .addColumn('erased_files', 'integer')
    .execute();
  await db.schema.createIndex('case_custody_by_hold').on('case_custody').columns(['held', 'store_held']).execute();
  await db.schema.createIndex('cases_by_verdict').on('cases').columns(['verdict_at']).execute();
};
