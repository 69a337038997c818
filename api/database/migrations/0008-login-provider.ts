import type { Kysely } from 'kysely';

/** Accounts that log in at a provider, and what their sessions need to ask it again. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema.alterTable('users').addColumn('provider_subject', 'text').execute();
  await db.schema.createIndex('users_by_subject').on('users').column('provider_subject').unique().execute();
  await db.schema
    .createTable('provider_sessions')
    .addColumn('token_hash', 'text', (c) => c.primaryKey().references('sessions.token_hash').onDelete('cascade'))
    .addColumn('tokens', 'text', (c) => c.notNull())
    .addColumn('checked_at', 'bigint', (c) => c.notNull())
    .addColumn('ends_at', 'bigint', (c) => c.notNull())
    .execute();
};
