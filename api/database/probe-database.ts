import { stat } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/**
 * A question to the database that it can only answer when it is really there. SQLite goes on answering from a file that
 * was removed or whose disk was taken away, and everything that is decided then is lost: so the file is looked at too.
 * @param file of SQLite, as it was opened; null for PostgreSQL
 */
export const databaseProbe = async (db: Database, file: string | null): Promise<() => Promise<void>> => {
  const opened = file === null ? null : await stat(file);
  return async () => {
    await sql`select seq from audit_head`.execute(db);
    if (file === null || opened === null) return;
    const { dev, ino } = await stat(file);
    if (dev !== opened.dev || ino !== opened.ino) throw new Error(`${file} is not the file that was opened`);
  };
};
