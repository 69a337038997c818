import { randomUUID } from 'node:crypto';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { CASE_STATUSES, type CaseStatus, NEXT_STATUSES, nextDue } from '../../pipeline/procedure.ts';
import { wilson } from '../../pipeline/evaluation/wilson.ts';
import type { Account, Scope } from '../accounts/account.ts';
import type { Agreement, Note, StatusRequest } from '../contract/procedure.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseTable } from '../database/schema.ts';
import { inScope } from './scope.ts';

/** The clock that runs for a case, as columns. */
export const dueColumns = (
  status: CaseStatus,
  row: Pick<CaseTable, 'trigger_at' | 'created_at'>,
  statusAt: number,
): Pick<CaseTable, 'status' | 'status_at' | 'due_at' | 'due_for'> => {
  const due = nextDue(status, { actAt: row.trigger_at, detectedAt: row.created_at, statusAt });
  return { status, status_at: statusAt, due_at: due?.at ?? null, due_for: due?.name ?? null };
};

/** The way of a case after its verdict, and what people write on it. */
export class ProcedureRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** One statement decides, so of two people who move a case one does. @throws WatchpostError CASE_CONFLICT, REQUEST_INVALID */
  async move(id: string, account: Account, { status, note }: StatusRequest): Promise<CaseTable> {
    if (status === 'cancelled' && !note?.trim())
      throw new WatchpostError('REQUEST_INVALID', 'body: note: say why the case is cancelled');
    const now = this.#clock.now();
    const { username } = account;
    const before = CASE_STATUSES.filter((from) => NEXT_STATUSES[from].includes(status));
    const found = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const moved =
      before.length === 0
        ? undefined
        : await this.#db.transaction().execute(async (transaction) => {
            const row = await transaction
              .updateTable('cases')
              .set(dueColumns(status, found, now))
              .where('id', '=', id)
              .where('is_open', '=', 0)
              .where('status', 'in', before)
              .returningAll()
              .executeTakeFirst();
            if (!row) return undefined;
            const detail = JSON.stringify({ from: found.status, status, note: note ?? null });
            await appendAudit(transaction, [{ at: now, actor: username, action: 'case.status', target: id, detail }]);
            return row;
          });
    if (moved) return moved;
    if (found.status === null)
      throw new WatchpostError('CASE_CONFLICT', `Case "${id}" is an alert; it ends with its verdict`);
    const next = NEXT_STATUSES[found.status];
    throw new WatchpostError(
      'CASE_CONFLICT',
      `Case "${id}" is ${found.status}; ${next.length > 0 ? `from there it goes to ${next.join(', ')}` : found.status === 'detected' ? 'it waits for a verdict' : 'that is its end'}`,
    );
  }

  async addNote(caseId: string, actor: string, text: string): Promise<Note> {
    const note = { id: randomUUID(), actor, at: this.#clock.now(), text };
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('notes')
        .values({ ...note, case_id: caseId })
        .execute();
      await appendAudit(transaction, [{ at: note.at, actor, action: 'case.noted', target: caseId, detail: note.id }]);
    });
    return note;
  }

  /** Oldest first. */
  async notes(caseId: string): Promise<Note[]> {
    return this.#db
      .selectFrom('notes')
      .select(['id', 'actor', 'at', 'text'])
      .where('case_id', '=', caseId)
      .orderBy('at')
      .orderBy('id')
      .execute();
  }

  /** Cases whose first two standing verdicts were given by two people, and how many of those pairs agree. */
  async agreement(
    { after = 0, kind }: { readonly after?: number | undefined; readonly kind?: string | undefined },
    scope: Scope,
  ): Promise<Agreement> {
    const rows = await this.#db
      .selectFrom('verdicts')
      .innerJoin('cases', 'cases.id', 'verdicts.case_id')
      .select(['verdicts.case_id', 'verdicts.verdict', 'verdicts.round'])
      .where('verdicts.undone_at', 'is', null)
      .where('verdicts.round', 'in', [1, 2])
      .where('cases.review_round', '>', 1)
      .where('verdicts.at', '>=', after)
      .where((eb) => inScope(eb, scope))
      .$if(kind !== undefined, (q) => q.where('cases.kind', '=', kind!))
      .execute();
    const first = new Map(rows.filter(({ round }) => round === 1).map((row) => [row.case_id, row.verdict]));
    const second = rows.filter(({ round, case_id }) => round === 2 && first.has(case_id));
    const agreed = second.filter(({ case_id, verdict }) => first.get(case_id) === verdict).length;
    const reviewedTwice = second.length;
    const found = wilson(agreed, reviewedTwice);
    if (!found) return { reviewedTwice, agreed, share: null, interval: null };
    const { share, low, high } = found;
    return { reviewedTwice, agreed, share, interval: [low, high] };
  }
}
