import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { parsePattern } from '../../pipeline/passages/plate-pattern.ts';
import { hasProcedure } from '../../pipeline/procedure.ts';
import { type Account, type Scope, scopeOf, seesGroup, seesKind } from '../accounts/account.ts';
import type { CaseList, CaseQuery, CaseSummary } from '../contract/cases.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CasePlateTable, CaseTable } from '../database/schema.ts';
import type { Measure } from '../quality/measures.ts';
import { NO_PROCEDURE, NO_VERDICT, UNCLAIMED } from './case-columns.ts';
import { hasPlate, inStates, parseCursor, parseStates, toCursor } from './case-filter.ts';
import { toSummary } from './case-summary.ts';
import { dueColumns } from './procedure.ts';
import { inScope } from './scope.ts';
import { isOffered } from './second-review.ts';

export type NewCase = Omit<
  CaseTable,
  | 'state'
  | 'is_open'
  | 'claimed_by'
  | 'claimed_at'
  | 'lease_until'
  | 'verdict_by'
  | 'verdict_at'
  | 'verdict_reason'
  | 'verdict_note'
  | 'status'
  | 'status_at'
  | 'due_at'
  | 'due_for'
  | 'review_round'
  | 'first_by'
  | 'merged_into'
  | 'assigned_to'
> & {
  readonly manifest: string;
  readonly measures: readonly Measure[];
  readonly plates: readonly Omit<CasePlateTable, 'case_id'>[];
};

/** The cases: how they come in, and how they are found. */
export class CaseRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** @returns false when the case is already there: a job may come twice, a case never does */
  async insert({ manifest, measures, plates, ...row }: NewCase): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('cases')
        .values({
          ...row,
          ...UNCLAIMED,
          ...NO_VERDICT,
          is_open: 1,
          ...(hasProcedure(row.kind) ? dueColumns('detected', row, row.created_at) : NO_PROCEDURE),
          review_round: 1,
          first_by: null,
          merged_into: null,
          assigned_to: null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await transaction.insertInto('manifests').values({ case_id: row.id, json: manifest }).execute();
      if (measures.length > 0)
        await transaction
          .insertInto('case_measures')
          .values(measures.map((measure) => ({ case_id: row.id, ...measure })))
          .execute();
      if (plates.length > 0)
        await transaction
          .insertInto('case_plates')
          .values(plates.map((plate) => ({ case_id: row.id, ...plate })))
          .execute();
      await appendAudit(transaction, [
        {
          at: row.created_at,
          actor: 'system',
          action: 'case.created',
          target: row.id,
          detail: JSON.stringify({ manifestSha256: row.manifest_sha256, keyId: row.key_id }),
        },
      ]);
      return true;
    });
  }

  /** Newest trigger first, unless asked for the oldest. @throws WatchpostError REQUEST_INVALID for an unknown state or a foreign cursor */
  async list(query: CaseQuery, account: Account): Promise<CaseList> {
    const scope = scopeOf(account);
    const now = this.#clock.now();
    const limit = query.limit ?? 50;
    const { kind, cameraId, after, before, order = 'desc' } = query;
    const cursor = query.cursor === undefined ? null : parseCursor(query.cursor);
    const plate = query.plate === undefined ? null : parsePattern(query.plate);
    const listed = this.#db
      .selectFrom('cases')
      .selectAll()
      .where((eb) => inScope(eb, scope))
      .$if(query.state !== undefined, (q) => q.where((eb) => inStates(eb, parseStates(query.state!), now)))
      .where((eb) => isOffered(eb, account))
      .$if(kind !== undefined, (q) => q.where('kind', '=', kind!))
      .$if(query.status !== undefined, (q) => q.where('status', '=', query.status!))
      .$if(query.overdue === true, (q) => q.where('due_at', '<', now))
      .$if(query.assignedTo !== undefined, (q) => q.where('assigned_to', '=', query.assignedTo!))
      .$if(cameraId !== undefined, (q) => q.where('camera_id', '=', cameraId!))
      .$if(after !== undefined, (q) => q.where('trigger_at', '>=', after!))
      .$if(before !== undefined, (q) => q.where('trigger_at', '<', before!))
      .$if(query.id !== undefined, (q) => q.where('id', 'like', `${query.id!}%`))
      .$if(plate !== null, (q) => q.where((eb) => hasPlate(eb, plate!)))
      .$if(cursor !== null, (q) =>
        q.where((eb) =>
          eb(eb.refTuple('trigger_at', 'id'), order === 'asc' ? '>' : '<', eb.tuple(cursor!.triggerAt, cursor!.id)),
        ),
      )
      .orderBy('trigger_at', order)
      .orderBy('id', order)
      .limit(limit + 1)
      .execute();
    // PostgreSQL answers both at once, on two connections.
    const [rows, openCount] = await Promise.all([listed, this.countOpen(account)]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      cases: await this.#withPlates(page.map((row) => toSummary(row, now))),
      nextCursor: rows.length > limit && last ? toCursor(last) : null,
      openCount,
    };
  }

  async #withPlates(summaries: readonly CaseSummary[]): Promise<CaseSummary[]> {
    const ids = summaries.map(({ id }) => id);
    const rows =
      ids.length === 0
        ? []
        : await this.#db
            .selectFrom('case_plates')
            .select(['case_id', 'text'])
            .where('case_id', 'in', ids)
            .orderBy('track_id')
            .execute();
    const texts = new Map<string, string[]>(ids.map((id) => [id, []]));
    for (const row of rows) texts.get(row.case_id)?.push(row.text);
    return summaries.map((one) => ({ ...one, plateTexts: texts.get(one.id) ?? [] }));
  }

  /** Newest first, in any state: what a place and a time are made of, not what is to be decided. */
  async ofKinds(
    kinds: readonly string[],
    { after, limit }: { readonly after: number; readonly limit: number },
    scope: Scope,
  ): Promise<readonly CaseSummary[]> {
    const now = this.#clock.now();
    const rows = await this.#db
      .selectFrom('cases')
      .selectAll()
      .where((eb) => inScope(eb, scope))
      .where('kind', 'in', [...kinds])
      .where('trigger_at', '>=', after)
      .orderBy('trigger_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => toSummary(row, now));
  }

  async countOpen(account: Account): Promise<number> {
    const { open } = await this.#db
      .selectFrom('cases')
      .select(({ fn }) => fn.countAll<number>().as('open'))
      .where('is_open', '=', 1)
      .where((eb) => inScope(eb, scopeOf(account)))
      .where((eb) => isOffered(eb, account))
      .executeTakeFirstOrThrow();
    return open;
  }

  /** Number of cases by state, for metrics. */
  async countByState(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#db
      .selectFrom('cases')
      .select(['state', ({ fn }) => fn.countAll<number>().as('cases')])
      .groupBy('state')
      .execute();
    return Object.fromEntries(rows.map(({ state, cases }) => [state, cases]));
  }

  /** @throws WatchpostError CASE_NOT_FOUND when there is none or it belongs to another unit: the caller cannot tell */
  async get(id: string, scope: Scope): Promise<CaseTable> {
    const row = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row || !seesGroup(scope, row.camera_group) || !seesKind(scope, row.kind))
      throw new WatchpostError('CASE_NOT_FOUND', `No case "${id}"`);
    return row;
  }

  async has(id: string): Promise<boolean> {
    const row = await this.#db.selectFrom('cases').select('id').where('id', '=', id).executeTakeFirst();
    return row !== undefined;
  }

  /** The manifest as it was checked when the case came in: JSON. */
  async manifest(id: string): Promise<string> {
    const { json } = await this.#db
      .selectFrom('manifests')
      .select('json')
      .where('case_id', '=', id)
      .executeTakeFirstOrThrow();
    return json;
  }

  summary(row: CaseTable): CaseSummary {
    return toSummary(row, this.#clock.now());
  }
}
