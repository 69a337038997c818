import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { CLOSED_STATUSES, closedAt, eraseAt, keepMs, type RetentionTier, tierOf } from '../../pipeline/retention.ts';
import { type ExpressionBuilder, sql } from 'kysely';
import type { Account } from '../accounts/account.ts';
import type { Custody } from '../contract/custody.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseCustodyTable, CaseTable, Tables } from '../database/schema.ts';

const DAY_MS = 24 * 3_600_000;

type Eb = ExpressionBuilder<Tables, 'cases'>;

/** What a tier asks of a case that is closed. */
const fits = (eb: Eb, { kinds, states }: RetentionTier) =>
  eb.and([
    ...(kinds ? [eb('cases.kind', 'in', [...kinds])] : []),
    ...(states ? [eb('cases.state', 'in', [...states])] : []),
  ]);

/** When a closed case was closed: its verdict, or what came of it since. */
const CLOSED_AT = sql<number>`case when status_at > verdict_at then status_at else verdict_at end`;

/** As `closedAt` of pipeline/retention.ts says, for many at once. */
const closedBefore = (eb: Eb, before: number) =>
  eb.and([
    eb('cases.is_open', '=', 0),
    eb('cases.state', 'in', ['confirmed', 'rejected', 'exempt']),
    eb('cases.merged_into', 'is', null),
    eb('cases.verdict_at', '<=', before),
    eb.or([
      eb('cases.status', 'is', null),
      eb.and([eb('cases.status', 'in', [...CLOSED_STATUSES]), eb('cases.status_at', '<=', before)]),
    ]),
  ]);

export type CustodyCase = Pick<CaseTable, 'id' | 'prefix'>;
export type ClosedCase = CustodyCase & { readonly closed_at: number };

/** Legal holds, and what the tiers of retention do to cases. Every act is an audit row in the same transaction. */
export class CustodyRepository {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #tiers: readonly RetentionTier[];

  constructor(db: Database, clock: Clock, tiers: readonly RetentionTier[]) {
    this.#db = db;
    this.#clock = clock;
    this.#tiers = tiers;
  }

  async row(id: string): Promise<CaseCustodyTable | null> {
    const row = await this.#db.selectFrom('case_custody').selectAll().where('case_id', '=', id).executeTakeFirst();
    return row ?? null;
  }

  /** @throws WatchpostError EVIDENCE_ERASED when the files of a case went by the rules of retention */
  async checkThere(id: string): Promise<void> {
    const row = await this.row(id);
    if (row?.erased_at == null) return;
    const day = new Date(row.erased_at).toISOString().slice(0, 10);
    throw new WatchpostError(
      'EVIDENCE_ERASED',
      `The evidence of case "${id}" was erased on ${day} under tier "${row.erased_tier ?? ''}"; manifest, signature and decision stay`,
    );
  }

  /** What keeps this case, and until when. A merged case is kept as the one that it went into. */
  async of(row: CaseTable): Promise<Custody> {
    const found = await this.row(row.id);
    const closed = closedAt({
      ...{ kind: row.kind, state: row.state, status: row.status, mergedInto: row.merged_into },
      ...{ verdictAt: row.verdict_at, statusAt: row.status_at },
    });
    const tier = closed === null ? null : tierOf(this.#tiers, row);
    const isHeld = found?.held === 1;
    const isKept =
      isHeld || (await this.#holdersOfHeld().where('merged.merged_into', '=', row.id).execute()).length > 0;
    const daysAfter = (state: string): number | null =>
      tierOf(this.#tiers, { kind: row.kind, state })?.keepDays ?? null;
    return {
      hold:
        isHeld && found.held_by !== null && found.held_at !== null
          ? { by: found.held_by, at: found.held_at, reason: found.hold_reason ?? '' }
          : null,
      tier: found?.erased_tier ?? tier?.name ?? null,
      eraseAt: isKept || closed === null || !tier || found?.erased_at != null ? null : eraseAt(closed, tier),
      erasedAt: found?.erased_at ?? null,
      dismissedDays: row.is_open === 1 ? { rejected: daysAfter('rejected'), exempt: daysAfter('exempt') } : null,
    };
  }

  /** @throws WatchpostError CASE_CONFLICT when it is held already, or its evidence was erased */
  async hold(id: string, { username }: Account, reason: string): Promise<void> {
    const now = this.#clock.now();
    const held = { held: 1, held_by: username, held_at: now, hold_reason: reason };
    const isDone = await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('case_custody')
        .values({ ...EMPTY, case_id: id })
        .onConflict((conflict) => conflict.column('case_id').doNothing())
        .execute();
      const changed = await transaction
        .updateTable('case_custody')
        .set(held)
        .where('case_id', '=', id)
        .where('held', '=', 0)
        .where('erased_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (!changed) return false;
      await appendAudit(transaction, [
        { at: now, actor: username, action: 'case.held', target: id, detail: JSON.stringify({ reason }) },
      ]);
      return true;
    });
    if (!isDone) throw await this.#whyNot(id);
  }

  /** @throws WatchpostError CASE_CONFLICT when there is no hold to lift */
  async lift(id: string, { username }: Account, reason: string): Promise<void> {
    const now = this.#clock.now();
    await this.#db.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('case_custody')
        .set({ held: 0, held_by: null, held_at: null, hold_reason: null })
        .where('case_id', '=', id)
        .where('held', '=', 1)
        .returningAll()
        .executeTakeFirst();
      if (!changed) throw new WatchpostError('CASE_CONFLICT', `Case "${id}" is under no legal hold`);
      await appendAudit(transaction, [
        { at: now, actor: username, action: 'case.hold_lifted', target: id, detail: JSON.stringify({ reason }) },
      ]);
    });
  }

  async #whyNot(id: string): Promise<WatchpostError> {
    const row = await this.row(id);
    return new WatchpostError(
      'CASE_CONFLICT',
      row?.erased_at == null
        ? `Case "${id}" is under legal hold already, by ${row?.held_by ?? 'somebody'}`
        : `The evidence of case "${id}" was erased under tier "${row.erased_tier ?? ''}"; there is nothing left to hold`,
    );
  }

  /** Cases that are held, or were when the store was last told. */
  async held(): Promise<readonly (CustodyCase & Pick<CaseCustodyTable, 'held' | 'store_held'>)[]> {
    return this.#db
      .selectFrom('case_custody')
      .innerJoin('cases', 'cases.id', 'case_custody.case_id')
      .select(['cases.id', 'cases.prefix', 'held', 'store_held'])
      .where((eb) => eb.or([eb('held', '=', 1), eb('store_held', '=', 1)]))
      .orderBy('cases.id')
      .execute();
  }

  async toldStore(id: string, held: boolean): Promise<void> {
    await this.#db
      .updateTable('case_custody')
      .set({ store_held: held ? 1 : 0 })
      .where('case_id', '=', id)
      .execute();
  }

  /** The case, and those that were closed as part of it: they live and are held together. */
  async together(id: string): Promise<readonly CustodyCase[]> {
    return this.#db
      .selectFrom('cases')
      .select(['id', 'prefix'])
      .where((eb) => eb.or([eb('id', '=', id), eb('merged_into', '=', id)]))
      .orderBy('id')
      .execute();
  }

  /** Closed cases of a tier that the store does not lock yet, or not for as long as the tier now wants. */
  async toLock(tier: RetentionTier, limit: number): Promise<readonly ClosedCase[]> {
    return this.#closedOf(tier, this.#clock.now())
      .where((eb) =>
        eb.or([eb('locked_until', 'is', null), eb('locked_until', '<', sql<number>`(${CLOSED_AT}) + ${keepMs(tier)}`)]),
      )
      .limit(limit)
      .execute();
  }

  async locked(id: string, until: number): Promise<void> {
    await this.#db
      .insertInto('case_custody')
      .values({ ...EMPTY, case_id: id, locked_until: until })
      .onConflict((conflict) => conflict.column('case_id').doUpdateSet({ locked_until: until }))
      .execute();
  }

  /** Cases whose time is over and that nobody holds, oldest verdict first. */
  async toErase(tier: RetentionTier, limit: number): Promise<readonly ClosedCase[]> {
    return this.#closedOf(tier, this.#clock.now() - keepMs(tier))
      .limit(limit)
      .execute();
  }

  #closedOf(tier: RetentionTier, before: number) {
    const earlier = this.#tiers.slice(0, this.#tiers.indexOf(tier));
    return this.#db
      .selectFrom('cases')
      .leftJoin('case_custody', 'case_custody.case_id', 'cases.id')
      .select(['cases.id', 'cases.prefix', CLOSED_AT.as('closed_at')])
      .where((eb) => closedBefore(eb as unknown as Eb, before))
      .where((eb) => fits(eb as unknown as Eb, tier))
      .where((eb) => eb.and(earlier.map((other) => eb.not(fits(eb as unknown as Eb, other)))))
      .where((eb) => eb.or([eb('held', 'is', null), eb('held', '=', 0)]))
      .where('cases.id', 'not in', this.#holdersOfHeld())
      .where('erased_at', 'is', null)
      .orderBy('cases.verdict_at');
  }

  /** Cases that one under hold was merged into. */
  #holdersOfHeld() {
    return this.#db
      .selectFrom('case_custody as part')
      .innerJoin('cases as merged', 'merged.id', 'part.case_id')
      .select((eb) => eb.ref('merged.merged_into').$notNull().as('id'))
      .where('part.held', '=', 1)
      .where('merged.merged_into', 'is not', null);
  }

  /**
   * Decides that a case is erased, and those that were closed as part of it; from here on none of them can be held any more.
   * @returns false, and nothing decided, when somebody holds one of them since it was found, or it was decided already
   */
  async beginErasing(id: string, tier: string): Promise<boolean> {
    const now = this.#clock.now();
    const transaction = await this.#db.startTransaction().execute();
    try {
      // A write that changes nothing holds the rows in both dialects: nobody takes one out of a merge meanwhile.
      const together = await transaction
        .updateTable('cases')
        .set((eb) => ({ status_at: eb.ref('status_at') }))
        .where((eb) => eb.or([eb('id', '=', id), eb('merged_into', '=', id)]))
        .returning('id')
        .execute();
      const ids = together.map((each) => each.id);
      await transaction
        .insertInto('case_custody')
        .values(ids.map((each) => ({ ...EMPTY, case_id: each })))
        .onConflict((conflict) => conflict.column('case_id').doNothing())
        .execute();
      const begun = await transaction
        .updateTable('case_custody')
        .set({ erased_at: now, erased_tier: tier })
        .where('case_id', 'in', ids)
        .where('held', '=', 0)
        .where('erased_at', 'is', null)
        .returning('case_id')
        .execute();
      // Looked for afterwards: PostgreSQL's update waits for whoever is just holding one of them and then leaves out that row alone.
      const held = await transaction
        .selectFrom('case_custody')
        .select('case_id')
        .where('case_id', 'in', ids)
        .where('held', '=', 1)
        .executeTakeFirst();
      const isDecided = begun.length > 0 && !held;
      await (isDecided ? transaction.commit() : transaction.rollback()).execute();
      return isDecided;
    } catch (error) {
      await transaction.rollback().execute();
      throw error;
    }
  }

  /** Cases whose erasing was decided and not finished. */
  async erasing(): Promise<readonly (Pick<CaseTable, 'id' | 'prefix'> & { readonly tier: string })[]> {
    const rows = await this.#db
      .selectFrom('case_custody')
      .innerJoin('cases', 'cases.id', 'case_custody.case_id')
      .select(['cases.id', 'cases.prefix', 'erased_tier'])
      .where('erased_at', 'is not', null)
      .where('erased_files', 'is', null)
      .orderBy('cases.id')
      .execute();
    return rows.map(({ id, prefix, erased_tier }) => ({ id, prefix, tier: erased_tier ?? '' }));
  }

  async erased(id: string, tier: string, gone: { readonly files: number; readonly bytes: number }): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('case_custody')
        .set({ erased_files: gone.files })
        .where('case_id', '=', id)
        .execute();
      const detail = JSON.stringify({ tier, ...gone });
      await appendAudit(transaction, [
        { at: this.#clock.now(), actor: 'system', action: 'case.erased', target: id, detail },
      ]);
    });
  }

  /** Of every tier: how many closed cases it has, and when the next is due. */
  async forecast(): Promise<
    readonly {
      readonly tier: RetentionTier;
      readonly cases: number;
      readonly nextEraseAt: number | null;
      readonly due30Days: number;
    }[]
  > {
    const now = this.#clock.now();
    return Promise.all(
      this.#tiers.map(async (tier) => {
        const count = (before: number) =>
          this.#closedOf(tier, before)
            .clearSelect()
            .clearOrderBy()
            .select(({ fn }) => [fn.countAll<number>().as('cases'), fn.min<number | null>(CLOSED_AT).as('first')])
            .executeTakeFirstOrThrow();
        const { cases, first } = await count(now);
        const { cases: due30Days } = await count(now + 30 * DAY_MS - keepMs(tier));
        return { tier, cases, nextEraseAt: first === null ? null : eraseAt(first, tier), due30Days };
      }),
    );
  }

  async counts(): Promise<{ readonly held: number; readonly erased: number }> {
    const count = async (column: 'held' | 'erased_at'): Promise<number> => {
      const { rows } = await this.#db
        .selectFrom('case_custody')
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .where((eb) => (column === 'held' ? eb('held', '=', 1) : eb('erased_at', 'is not', null)))
        .executeTakeFirstOrThrow();
      return rows;
    };
    return { held: await count('held'), erased: await count('erased_at') };
  }
}

const EMPTY = {
  ...{ held: 0, held_by: null, held_at: null, hold_reason: null, store_held: 0 },
  ...{ locked_until: null, erased_at: null, erased_tier: null, erased_files: null },
} as const;
