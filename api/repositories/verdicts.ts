import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type CaseStatus, statusAfterVerdict } from '../../pipeline/procedure.ts';
import { type Account, scopeOf } from '../accounts/account.ts';
import type { VerdictRequest } from '../contract/cases.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseTable, Tables } from '../database/schema.ts';
import { NO_VERDICT, UNCLAIMED } from './case-columns.ts';
import type { CaseRepository } from './cases.ts';
import { whyNotHeld } from './claims.ts';
import { dueColumns } from './procedure.ts';
import { LAST_ROUND, nextRound } from './second-review.ts';
import { checkReason } from './verdict-reason.ts';

type Settings = {
  /** How long the claim lasts that an undone verdict leaves (ms). */
  readonly leaseMs: number;
  /** How long a verdict can be taken back by who gave it (ms). */
  readonly undoMs: number;
  /** Share of the cases that two people decide, 0–1. */
  readonly secondReviewShare: number;
};

/** What people decide on a case. Every act is one conditional statement and an audit row in one transaction. */
export class VerdictRepository {
  readonly #cases: CaseRepository;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #settings: Settings;

  constructor(cases: CaseRepository, db: Database, clock: Clock, settings: Settings) {
    this.#cases = cases;
    this.#db = db;
    this.#clock = clock;
    this.#settings = settings;
  }

  /**
   * Decides a case that the account holds. A claim whose lease ran out still counts while nobody else took the case.
   * A case that is drawn for a second look goes back to the queue after the first verdict, for somebody else; when both
   * agree it is decided, else it goes to a supervisor.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT, REQUEST_INVALID
   */
  async decide(id: string, account: Account, { verdict, reason, note }: VerdictRequest): Promise<CaseTable> {
    checkReason(verdict, reason);
    const { review_round: round } = await this.#cases.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const given = { actor: username, reason: reason ?? null, note: note ?? null };
    const row = await this.#db.transaction().execute(async (transaction) => {
      const next = await nextRound(transaction, { id, round, verdict }, this.#settings.secondReviewShare);
      const decided = await transaction
        .updateTable('cases')
        .set(
          next === null
            ? {
                state: verdict,
                is_open: 0,
                lease_until: null,
                verdict_by: username,
                verdict_at: now,
                verdict_reason: given.reason,
                verdict_note: given.note,
              }
            : { ...UNCLAIMED, review_round: next, ...(next === 2 ? { first_by: username } : {}) },
        )
        .where('id', '=', id)
        .where('state', '=', 'claimed')
        .where('claimed_by', '=', username)
        .where('review_round', '=', round)
        .returningAll()
        .executeTakeFirst();
      if (!decided) return undefined;
      await transaction
        .insertInto('verdicts')
        .values({ id: randomUUID(), case_id: id, ...given, verdict, at: now, undone_at: null, round })
        .execute();
      const detail = JSON.stringify({
        verdict,
        reason: given.reason,
        note: given.note,
        ...(round > 1 ? { round } : {}),
      });
      await appendAudit(transaction, [
        { at: now, actor: username, action: 'case.verdict', target: id, detail },
        ...(next === LAST_ROUND ? [{ at: now, actor: 'system', action: 'case.escalated', target: id }] : []),
      ]);
      if (next !== null) return decided;
      const label = { label: verdict, reason: given.reason, actor: username, at: now };
      await transaction
        .insertInto('labels')
        .values({
          case_id: id,
          camera_id: decided.camera_id,
          rule_id: decided.rule_id,
          kind: decided.kind,
          manifest_sha256: decided.manifest_sha256,
          ...label,
        })
        .onConflict((conflict) => conflict.column('case_id').doUpdateSet(label))
        .execute();
      return setStatus(transaction, decided, statusAfterVerdict(verdict), now);
    });
    if (!row) throw await whyNotHeld(this.#db, id, now, account);
    return row;
  }

  /**
   * Takes an own verdict back while the grace time lasts; the case is then claimed again. Not once somebody else works
   * with it: a second reviewer, a supervisor, or whoever moved it on in the procedure.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT
   */
  async undo(id: string, account: Account): Promise<CaseTable> {
    const before = await this.#cases.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const since = now - this.#settings.undoMs;
    const waitsForSecond = before.is_open === 1 && before.review_round === 2 && before.first_by === username;
    const row = await this.#db.transaction().execute(async (transaction) => {
      const own = await transaction
        .selectFrom('verdicts')
        .select(['id', 'at', 'round'])
        .where('case_id', '=', id)
        .where('undone_at', 'is', null)
        .where('actor', '=', username)
        .orderBy('at', 'desc')
        .executeTakeFirst();
      if (!own || own.at <= since) return undefined;
      const undone = await transaction
        .updateTable('cases')
        .set({
          state: 'claimed',
          is_open: 1,
          claimed_by: username,
          claimed_at: now,
          lease_until: now + this.#settings.leaseMs,
          ...NO_VERDICT,
          ...(waitsForSecond ? { review_round: 1, first_by: null } : {}),
        })
        .where('id', '=', id)
        .where((eb) =>
          waitsForSecond
            ? eb.and([eb('state', '=', 'pending'), eb('review_round', '=', 2), eb('first_by', '=', username)])
            : eb.and([
                eb('is_open', '=', 0),
                eb('verdict_by', '=', username),
                eb.or([
                  eb('status', 'is', null),
                  eb('status', '=', 'detected'),
                  // Where the verdict itself put it, and nobody after.
                  eb.and([eb('state', '=', 'confirmed'), eb('status', '=', 'verified')]),
                  eb.and([eb('state', 'in', ['rejected', 'exempt']), eb('status', '=', 'cancelled')]),
                ]),
              ]),
        )
        .returningAll()
        .executeTakeFirst();
      if (!undone) return undefined;
      await transaction.updateTable('verdicts').set({ undone_at: now }).where('id', '=', own.id).execute();
      await transaction.deleteFrom('labels').where('case_id', '=', id).execute();
      await appendAudit(transaction, [{ at: now, actor: username, action: 'case.undone', target: id }]);
      return setStatus(transaction, undone, 'detected', now);
    });
    if (row) return row;
    const found = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    throw new WatchpostError(
      'CASE_CONFLICT',
      whyItStands(found, username, { waitsForSecond, since, undoMs: this.#settings.undoMs }),
    );
  }

  /**
   * Opens a case again that nobody was sure of, for a supervisor to decide; what was said of it stays in its history.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT
   */
  async reopen(id: string, account: Account): Promise<CaseTable> {
    const before = await this.#cases.get(id, scopeOf(account));
    const now = this.#clock.now();
    const row = await this.#db.transaction().execute(async (transaction) => {
      const opened = await transaction
        .updateTable('cases')
        .set({ ...UNCLAIMED, ...NO_VERDICT, is_open: 1, review_round: LAST_ROUND })
        .where('id', '=', id)
        .where('state', '=', 'unsure')
        .returningAll()
        .executeTakeFirst();
      if (!opened) return undefined;
      await transaction.deleteFrom('labels').where('case_id', '=', id).execute();
      await appendAudit(transaction, [{ at: now, actor: account.username, action: 'case.reopened', target: id }]);
      return opened;
    });
    if (row) return row;
    throw new WatchpostError(
      'CASE_CONFLICT',
      `Case "${id}" is ${before.state}; only one that nobody was sure of is opened again`,
    );
  }
}

/** Moves a case in its procedure; one that has none stays as it is. */
const setStatus = async (
  transaction: Transaction<Tables>,
  row: CaseTable,
  status: CaseStatus,
  now: number,
): Promise<CaseTable> => {
  if (row.status === null || row.status === status) return row;
  return transaction
    .updateTable('cases')
    .set(dueColumns(status, row, now))
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
};

/** Why a verdict cannot be taken back; `waitsForSecond` as before the attempt, `since` (epoch ms) the oldest that can. */
const whyItStands = (
  row: CaseTable,
  username: string,
  {
    waitsForSecond,
    since,
    undoMs,
  }: { readonly waitsForSecond: boolean; readonly since: number; readonly undoMs: number },
): string => {
  const late = `The verdict on case "${row.id}" is older than ${undoMs / 1000} s and stands; ask a supervisor`;
  if (row.is_open === 1) {
    if (!waitsForSecond) return `Case "${row.id}" is not decided; there is nothing to undo`;
    return row.state === 'pending' ? late : `Case "${row.id}" is being looked at by somebody else`;
  }
  if (row.verdict_by !== username)
    return `Case "${row.id}" was decided by ${row.verdict_by ?? 'somebody else'}; only they can undo it`;
  if ((row.verdict_at ?? 0) <= since) return late;
  return `Case "${row.id}" is ${row.status ?? 'decided'} already and stands; ask a supervisor`;
};
