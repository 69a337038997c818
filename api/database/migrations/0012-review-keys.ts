import type { Kysely } from 'kysely';

/** Keys of the review page that people chose: one row a person, JSON by command. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('review_keys')
    .addColumn('username', 'text', (c) => c.primaryKey().references('users.username').onDelete('cascade'))
    .addColumn('keys', 'text', (c) => c.notNull())
    .execute();
};
