import { randomUUID } from 'node:crypto';
import type { Clock } from '../../pipeline/clock.ts';
import { type Scope, seesKind } from '../accounts/account.ts';
import type { MissedAct, MissedRequest } from '../contract/procedure.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { MissedActTable } from '../database/schema.ts';
import { WatchpostError } from '../../pipeline/errors.ts';

/** Acts that people saw on a recording and no rule reported: what recall is measured from. */
export class MissedRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async add({ cameraId, kind, at, note }: MissedRequest, group: string, actor: string): Promise<MissedAct> {
    const now = this.#clock.now();
    const row: MissedActTable = {
      ...{ id: randomUUID(), camera_id: cameraId, camera_group: group, kind },
      ...{ at: Math.round(at), note: note ?? null, actor, created_at: now },
    };
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.insertInto('missed_acts').values(row).execute();
      const detail = JSON.stringify({ cameraId, kind, at: row.at });
      await appendAudit(transaction, [{ at: now, actor, action: 'missed.reported', target: row.id, detail }]);
    });
    return toMissedAct(row);
  }

  async list(
    { cameraId, limit = 100 }: { readonly cameraId?: string | undefined; readonly limit?: number | undefined },
    scope: Scope,
  ): Promise<MissedAct[]> {
    if (scope.groups?.length === 0) return [];
    const rows = await this.#db
      .selectFrom('missed_acts')
      .selectAll()
      .$if(scope.groups !== null, (q) => q.where('camera_group', 'in', [...scope.groups!]))
      .$if(scope.kinds !== null, (q) => q.where('kind', 'in', [...scope.kinds!]))
      .$if(cameraId !== undefined, (q) => q.where('camera_id', '=', cameraId!))
      .orderBy('at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(toMissedAct);
  }
}

/** @throws WatchpostError FORBIDDEN when the kind is not the account's to report */
export const checkMissedKind = (kind: string, scope: Scope): void => {
  if (!seesKind(scope, kind)) throw new WatchpostError('FORBIDDEN', `Your role does not work on ${kind}`);
};

const toMissedAct = (row: MissedActTable): MissedAct => ({
  ...{ id: row.id, cameraId: row.camera_id, kind: row.kind, at: row.at },
  ...{ note: row.note, actor: row.actor, createdAt: row.created_at },
});
