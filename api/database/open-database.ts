import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import * as first from './migrations/0001-first.ts';
import * as procedure from './migrations/0002-procedure.ts';
import * as secondFactor from './migrations/0003-second-factor.ts';
import * as apiTokens from './migrations/0004-api-tokens.ts';
import * as sameAct from './migrations/0005-same-act.ts';
import * as passages from './migrations/0006-passages.ts';
import * as caseFilters from './migrations/0007-case-filters.ts';
import * as loginProvider from './migrations/0008-login-provider.ts';
import * as caseMeasures from './migrations/0009-case-measures.ts';
import * as alerts from './migrations/0010-alerts.ts';
import * as custody from './migrations/0011-custody.ts';
import * as reviewKeys from './migrations/0012-review-keys.ts';
import * as plateCorrections from './migrations/0013-plate-corrections.ts';
import * as plumeCourse from './migrations/0014-plume-course.ts';
import * as assignment from './migrations/0015-assignment.ts';
import * as tallies from './migrations/0016-tallies.ts';
import * as plateLookups from './migrations/0017-plate-lookups.ts';
import * as casePlates from './migrations/0018-case-plates.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export type Database = Kysely<Tables>;

const MIGRATIONS = {
  '0001-first': first,
  '0002-procedure': procedure,
  '0003-second-factor': secondFactor,
  '0004-api-tokens': apiTokens,
  '0005-same-act': sameAct,
  '0006-passages': passages,
  '0007-case-filters': caseFilters,
  '0008-login-provider': loginProvider,
  '0009-case-measures': caseMeasures,
  '0010-alerts': alerts,
  '0011-custody': custody,
  '0012-review-keys': reviewKeys,
  '0013-plate-corrections': plateCorrections,
  '0014-plume-course': plumeCourse,
  '0015-assignment': assignment,
  '0016-tallies': tallies,
  '0017-plate-lookups': plateLookups,
  '0018-case-plates': casePlates,
};

/** Instants, counts and sequence numbers stay far below 2^53. */
const readInstantsAsNumbers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
};

const postgresDialect = (url: string): PostgresDialect => {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    types: readInstantsAsNumbers,
    // Every question here is answered in milliseconds; translating one into machine code first takes up to a second.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, which its types do not say
    onConnect: (client) => client.query('set jit = off'),
  });
  // A server that restarts breaks its connections. Who is asking is told by the query; without these listeners one that
  // nobody uses at that moment would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
};

/**
 * Opens the database and brings its tables up to this version.
 * @param target a PostgreSQL URL, or the path of a SQLite file
 * @throws WatchpostError DATABASE_UNAVAILABLE when it cannot be opened or was made by a newer version
 */
export const openDatabase = async (target: string): Promise<Database> => {
  const isPostgres = /^postgres(ql)?:\/\//.test(target);
  let db: Database | undefined;
  try {
    db = new Kysely<Tables>({ dialect: isPostgres ? postgresDialect(target) : sqliteDialect(target) });
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error instanceof Error ? error : new Error(JSON.stringify(error));
    return db;
  } catch (error) {
    await db?.destroy().catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new WatchpostError(
      'DATABASE_UNAVAILABLE',
      `Database ${redactUrl(target)} cannot be opened or brought up to date: ${redactUrl(reason)}`,
      { cause: error },
    );
  }
};
