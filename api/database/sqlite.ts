import { createRequire } from 'node:module';
import type LibsqlDatabase from 'libsql';
import { SqliteDialect } from 'kysely';

// The package's types describe a default export that its CommonJS file does not have under ESM.
const Database = createRequire(import.meta.url)('libsql') as typeof LibsqlDatabase;

/** libsql ends the whole process when it is given a boolean; this ends only the request, and says which value it was. */
const checkParameters = (parameters: readonly unknown[]): unknown[] =>
  parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return value;
    if (value instanceof Uint8Array) return value;
    throw new TypeError(`SQLite takes no ${typeof value} as a parameter`);
  });

/**
 * SQLite for one process, safe against power loss: write-ahead log, fsync at every commit.
 * @param file path, or `:memory:`
 */
export const sqliteDialect = (file: string): SqliteDialect => {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  // 64 MiB of pages: the case list of a large site stays in memory.
  database.pragma('cache_size = -65536');
  return new SqliteDialect({
    database: {
      close: () => void database.close(),
      prepare: (sql) => {
        const statement = database.prepare(sql);
        return {
          reader: statement.reader,
          all: (parameters) => statement.all(...checkParameters(parameters)),
          run: (parameters) =>
            // On a full disk SQLite ends the transaction itself; a failing rollback would hide why.
            sql === 'rollback' && !database.inTransaction
              ? { changes: 0, lastInsertRowid: 0 }
              : statement.run(...checkParameters(parameters)),
          iterate: (parameters) => statement.iterate(...checkParameters(parameters)),
        };
      },
    },
  });
};
