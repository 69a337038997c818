import type { Kysely } from 'kysely';

/** Who sees to a case until it is closed; whoever reviews it need not be the same. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema.alterTable('cases').addColumn('assigned_to', 'text').execute();
  await db.schema
    .createIndex('cases_by_assignee')
    .on('cases')
    .columns(['assigned_to', 'trigger_at', 'id'])
    .where('assigned_to', 'is not', null)
    .execute();
};
