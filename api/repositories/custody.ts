import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { CLOSED_STATUSES, closedAt, eraseAt, type RetentionTier, tierOf } from '../../pipeline/retention.ts';
import type { ExpressionBuilder } from 'kysely';
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

export type CustodyCase = Pick<CaseTable, 'id' | 'prefix' | 'verdict_at' | 'status_at'>;

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
    return {
      hold:
        isHeld && found.held_by !== null && found.held_at !== null
          ? { by: found.held_by, at: found.held_at, reason: found.hold_reason ?? '' }
          : null,
      tier: found?.erased_tier ?? tier?.name ?? null,
      eraseAt: isHeld || closed === null || !tier || found?.erased_at != null ? null : eraseAt(closed, tier),
      erasedAt: found?.erased_at ?? null,
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
      .select(['cases.id', 'cases.prefix', 'cases.verdict_at', 'cases.status_at', 'held', 'store_held'])
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
  async together(id: string): Promise<readonly Pick<CaseTable, 'id' | 'prefix'>[]> {
    return this.#db
      .selectFrom('cases')
      .select(['id', 'prefix'])
      .where((eb) => eb.or([eb('id', '=', id), eb('merged_into', '=', id)]))
      .orderBy('id')
      .execute();
  }

  /** Closed cases of a tier that the store does not lock yet. */
  async toLock(tier: RetentionTier, limit: number): Promise<readonly CustodyCase[]> {
    return this.#closedOf(tier, this.#clock.now())
      .where((eb) => eb.or([eb('case_custody.case_id', 'is', null), eb('locked_until', 'is', null)]))
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
  async toErase(tier: RetentionTier, limit: number): Promise<readonly CustodyCase[]> {
    return this.#closedOf(tier, this.#clock.now() - tier.keepDays * DAY_MS)
      .limit(limit)
      .execute();
  }

  #closedOf(tier: RetentionTier, before: number) {
    const earlier = this.#tiers.slice(0, this.#tiers.indexOf(tier));
    return this.#db
      .selectFrom('cases')
      .leftJoin('case_custody', 'case_custody.case_id', 'cases.id')
      .select(['cases.id', 'cases.prefix', 'cases.verdict_at', 'cases.status_at'])
      .where((eb) => closedBefore(eb as unknown as Eb, before))
      .where((eb) => fits(eb as unknown as Eb, tier))
      .where((eb) => eb.and(earlier.map((other) => eb.not(fits(eb as unknown as Eb, other)))))
      .where((eb) => eb.or([eb('held', 'is', null), eb('held', '=', 0)]))
      .where('erased_at', 'is', null)
      .orderBy('cases.verdict_at');
  }

  /**
   * Decides that a case is erased; from here on it cannot be held any more.
   * @returns false when somebody holds it, or one that it goes with, since it was found
   */
  async beginErasing(id: string, tier: string): Promise<boolean> {
    const now = this.#clock.now();
    const ids = (await this.together(id)).map((each) => each.id);
    return this.#db.transaction().execute(async (transaction) => {
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
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('case_custody as other')
                .select('other.case_id')
                .where('other.case_id', 'in', ids)
                .where('other.held', '=', 1),
            ),
          ),
        )
        .returning('case_id')
        .execute();
      return begun.length > 0;
    });
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
    const month = now + 30 * DAY_MS;
    return Promise.all(
      this.#tiers.map(async (tier) => {
        const keepMs = tier.keepDays * DAY_MS;
        const count = async (before: number): Promise<number> => {
          const { cases } = await this.#closedOf(tier, before)
            .clearSelect()
            .clearOrderBy()
            .select(({ fn }) => fn.countAll<number>().as('cases'))
            .executeTakeFirstOrThrow();
          return cases;
        };
        const [oldest] = await this.#closedOf(tier, now).limit(1).execute();
        const closed = oldest ? Math.max(oldest.verdict_at ?? 0, oldest.status_at ?? 0) : null;
        return {
          tier,
          cases: await count(now),
          nextEraseAt: closed === null ? null : eraseAt(closed, tier),
          due30Days: await count(month - keepMs),
        };
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
