import type { Clock } from '../../pipeline/clock.ts';
import type { FireAction, FireActionRequest } from '../contract/fire-actions.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';

/** What people did about fires. Only added to; every entry is a row of the audit too. */
export class FireActionRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async add(caseId: string, actor: string, { action, note = '' }: FireActionRequest): Promise<FireAction> {
    const at = this.#clock.now();
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.insertInto('fire_actions').values({ case_id: caseId, action, actor, at, note }).execute();
      await appendAudit(transaction, [{ at, actor, action: `fire.${action}`, target: caseId, detail: note }]);
    });
    return { action, by: actor, at, note };
  }

  /** @param caseIds of one incident @returns oldest first */
  async of(caseIds: readonly string[]): Promise<FireAction[]> {
    const rows = await this.#db
      .selectFrom('fire_actions')
      .select(['action', 'actor as by', 'at', 'note'])
      .where('case_id', 'in', [...caseIds])
      .orderBy('at')
      .execute();
    return rows;
  }
}
