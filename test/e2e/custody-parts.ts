import pino from 'pino';
import { AuditLog } from '../../api/database/audit-log.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { CustodyRepository } from '../../api/repositories/custody.ts';
import type { Site } from './api-harness.ts';

/** What the API's hourly work on holds and retention is made of, on a second connection to the site's database. */
export const openCustody = async ({ clock, config, database, store }: Site) => {
  const db = await openDatabase(database);
  return {
    db,
    context: {
      ...{ audit: new AuditLog(db), clock, config, store, log: pino({ level: 'silent' }) },
      custody: new CustodyRepository(db, clock, config.evidence.retention),
    },
    close: () => db.destroy(),
  };
};
