import type { Kysely } from 'kysely';

/**
 * How smoke and flame went on after they were confirmed, and what people did about it. Only added to; a row of the course may
 * come before its case.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('plume_course')
    .addColumn('case_id', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('sightings', 'integer', (c) => c.notNull())
    .addColumn('frames_looked', 'integer', (c) => c.notNull())
    .addColumn('evidence', 'real', (c) => c.notNull())
    .addColumn('growth_percent', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('plume_course_key', ['case_id', 'at'])
    .execute();
  await db.schema
    .createTable('fire_actions')
    .addColumn('case_id', 'text', (c) => c.notNull().references('cases.id'))
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('note', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('fire_actions_by_case').on('fire_actions').columns(['case_id', 'at']).execute();
};
