import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder, Transaction } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type CaseStatus, hasProcedure, statusAfterVerdict } from '../../pipeline/procedure.ts';
import { EXEMPT_REASONS, REJECT_REASONS } from '../../pipeline/review.ts';
import { type Scope, scopeOf, seesGroup, seesKind } from '../accounts/account.ts';
import type { Account } from '../accounts/account.ts';
import type { Role } from '../contract/session.ts';
import {
  CASE_STATES,
  type CaseList,
  type CaseQuery,
  type CaseState,
  type CaseSummary,
  type VerdictRequest,
} from '../contract/cases.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseTable, Tables } from '../database/schema.ts';
import type { Measure } from '../quality/measures.ts';
import { fileUrl } from './case-detail.ts';
import { dueColumns } from './procedure.ts';
import { inScope } from './scope.ts';
import { isDrawn } from './second-review.ts';

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
> & { readonly manifest: string; readonly measures: readonly Measure[] };

type Settings = { readonly leaseMs: number; readonly undoMs: number; readonly secondReviewShare: number };

const NO_PROCEDURE = { status: null, status_at: null, due_at: null, due_for: null } as const;
/** Who decides when two reviewers disagree. */
const ARBITERS: readonly Role[] = ['supervisor', 'admin'];

/** In which one of them decides, alone. */
const LAST_ROUND = 3;

const OPEN_STATES: readonly CaseState[] = ['pending', 'claimed'];

/** Cases and what people do with them. Every act is one conditional statement and an audit row in one transaction. */
export class CaseRepository {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #settings: Settings;

  constructor(db: Database, clock: Clock, settings: Settings) {
    this.#db = db;
    this.#clock = clock;
    this.#settings = settings;
  }

  /** @returns false when the case is already there: a job may come twice, a case never does */
  async insert({ manifest, measures, ...row }: NewCase): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('cases')
        .values({
          ...row,
          state: 'pending',
          is_open: 1,
          claimed_by: null,
          claimed_at: null,
          lease_until: null,
          verdict_by: null,
          verdict_at: null,
          verdict_reason: null,
          verdict_note: null,
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
      cases: page.map((row) => toSummary(row, now)),
      nextCursor: rows.length > limit && last ? toCursor(last) : null,
      openCount,
    };
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

  /**
   * Takes a case, or makes an own claim last longer. One statement decides, so of two officers one gets it.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT
   */
  async claim(id: string, account: Account): Promise<{ row: CaseTable; leaseUntil: number }> {
    await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const leaseUntil = now + this.#settings.leaseMs;
    const { username } = account;
    const row = await this.#db.transaction().execute(async (transaction) => {
      const claimed = await transaction
        .updateTable('cases')
        .set((eb) => ({
          state: 'claimed',
          claimed_by: username,
          // An extended claim keeps its beginning.
          claimed_at: eb
            .case()
            .when(eb.and([eb('state', '=', 'claimed'), eb('claimed_by', '=', username)]))
            .then(eb.ref('claimed_at'))
            .else(now)
            .end(),
          lease_until: leaseUntil,
        }))
        .where('id', '=', id)
        .where((eb) => isOffered(eb, account))
        .where((eb) =>
          eb.or([
            eb('state', '=', 'pending'),
            eb.and([
              eb('state', '=', 'claimed'),
              eb.or([eb('claimed_by', '=', username), eb('lease_until', '<=', now)]),
            ]),
          ]),
        )
        .returningAll()
        .executeTakeFirst();
      if (claimed?.claimed_at === now)
        await appendAudit(transaction, [{ at: now, actor: username, action: 'case.claimed', target: id }]);
      return claimed;
    });
    if (!row) throw await this.#conflict(id, account);
    return { row, leaseUntil };
  }

  /** Gives an own claim back. @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT */
  async release(id: string, account: Account): Promise<CaseTable> {
    await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const row = await this.#db.transaction().execute(async (transaction) => {
      const released = await transaction
        .updateTable('cases')
        .set({ state: 'pending', claimed_by: null, claimed_at: null, lease_until: null })
        .where('id', '=', id)
        .where('state', '=', 'claimed')
        .where('claimed_by', '=', username)
        .returningAll()
        .executeTakeFirst();
      if (released) await appendAudit(transaction, [{ at: now, actor: username, action: 'case.released', target: id }]);
      return released;
    });
    if (!row) throw await this.#conflict(id);
    return row;
  }

  /**
   * Decides a case that the account holds. A claim whose lease ran out still counts while nobody else took the case.
   * A case that is drawn for a second look goes back to the queue after the first verdict, for somebody else; when both
   * agree it is decided, else it goes to a supervisor.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT, REQUEST_INVALID
   */
  async decide(id: string, account: Account, { verdict, reason, note }: VerdictRequest): Promise<CaseTable> {
    checkReason(verdict, reason);
    const { review_round: round } = await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const given = { actor: username, reason: reason ?? null, note: note ?? null };
    const row = await this.#db.transaction().execute(async (transaction) => {
      const next = await this.#nextRound(transaction, id, round, verdict);
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
            : {
                state: 'pending',
                claimed_by: null,
                claimed_at: null,
                lease_until: null,
                review_round: next,
                ...(next === 2 ? { first_by: username } : {}),
              },
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
        ...(next === 3 ? [{ at: now, actor: 'system', action: 'case.escalated', target: id }] : []),
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
      return this.#setStatus(transaction, decided, statusAfterVerdict(verdict), now);
    });
    if (!row) throw await this.#conflict(id, account);
    return row;
  }

  /** The round that the case goes to with this verdict; null: it is decided. */
  async #nextRound(
    transaction: Transaction<Tables>,
    id: string,
    round: number,
    verdict: string,
  ): Promise<2 | 3 | null> {
    if (round === 1) return isDrawn(id, this.#settings.secondReviewShare) ? 2 : null;
    if (round > 2) return null;
    const first = await transaction
      .selectFrom('verdicts')
      .select('verdict')
      .where('case_id', '=', id)
      .where('round', '=', 1)
      .where('undone_at', 'is', null)
      .executeTakeFirst();
    return first?.verdict === verdict ? null : 3;
  }

  async #setStatus(
    transaction: Transaction<Tables>,
    row: CaseTable,
    status: CaseStatus,
    now: number,
  ): Promise<CaseTable> {
    if (row.status === null || row.status === status) return row;
    return transaction
      .updateTable('cases')
      .set(dueColumns(status, row, now))
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  /**
   * Takes an own verdict back while the grace time lasts; the case is then claimed again. Not once somebody else works
   * with it: a second reviewer, a supervisor, or whoever moved it on in the procedure.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT
   */
  async undo(id: string, account: Account): Promise<CaseTable> {
    const before = await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const since = now - this.#settings.undoMs;
    const waits = before.is_open === 1 && before.review_round === 2 && before.first_by === username;
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
          verdict_by: null,
          verdict_at: null,
          verdict_reason: null,
          verdict_note: null,
          ...(waits ? { review_round: 1, first_by: null } : {}),
        })
        .where('id', '=', id)
        .where((eb) =>
          waits
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
      return this.#setStatus(transaction, undone, 'detected', now);
    });
    if (row) return row;
    const found = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const late = `The verdict on case "${id}" is older than ${this.#settings.undoMs / 1000} s and stands; ask a supervisor`;
    throw new WatchpostError(
      'CASE_CONFLICT',
      found.is_open === 1
        ? waits
          ? found.state === 'pending'
            ? late
            : `Case "${id}" is being looked at by somebody else`
          : `Case "${id}" is not decided; there is nothing to undo`
        : found.verdict_by !== username
          ? `Case "${id}" was decided by ${found.verdict_by ?? 'somebody else'}; only they can undo it`
          : (found.verdict_at ?? 0) <= since
            ? late
            : `Case "${id}" is ${found.status ?? 'decided'} already and stands; ask a supervisor`,
    );
  }

  /**
   * Opens a case again that nobody was sure of, for a supervisor to decide; what was said of it stays in its history.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT
   */
  async reopen(id: string, account: Account): Promise<CaseTable> {
    const before = await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const row = await this.#db.transaction().execute(async (transaction) => {
      const opened = await transaction
        .updateTable('cases')
        .set({
          ...{ state: 'pending', is_open: 1, claimed_by: null, claimed_at: null, lease_until: null },
          ...{ verdict_by: null, verdict_at: null, verdict_reason: null, verdict_note: null },
          review_round: LAST_ROUND,
        })
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

  async #conflict(id: string, account?: Account): Promise<WatchpostError> {
    const now = this.#clock.now();
    const row = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return new WatchpostError('CASE_NOT_FOUND', `No case "${id}"`);
    if (row.is_open === 0)
      return new WatchpostError('CASE_CONFLICT', `Case "${id}" was decided by ${row.verdict_by ?? 'somebody else'}`);
    if (account && row.review_round === 2 && row.first_by === account.username)
      return new WatchpostError(
        'CASE_CONFLICT',
        `You have decided case "${id}"; it now gets a second, independent look`,
      );
    if (account && row.review_round === 3 && !ARBITERS.includes(account.role))
      return new WatchpostError(
        'CASE_CONFLICT',
        `Two reviewers disagree on case "${id}", or nobody was sure; a supervisor decides it`,
      );
    if (row.state === 'claimed' && (row.lease_until ?? 0) > now)
      return new WatchpostError('CASE_CONFLICT', `Case "${id}" is held by ${row.claimed_by ?? 'somebody else'}`);
    return new WatchpostError('CASE_CONFLICT', `Case "${id}" is not claimed by you; claim it first`);
  }
}

/**
 * An open case is offered to whoever may decide it: a second look never to who had the first, a disagreement only to
 * those above both. Decided cases are shown to all.
 */
const isOffered = (eb: ExpressionBuilder<Tables, 'cases'>, { username, role }: Account) =>
  eb.or([
    eb('cases.review_round', '=', 1),
    eb('cases.is_open', '=', 0),
    eb.and([eb('cases.review_round', '=', 2), eb('cases.first_by', '!=', username)]),
    ...(ARBITERS.includes(role) || role === 'auditor' ? [eb('cases.review_round', '=', 3)] : []),
  ]);

/** A claim whose lease ran out is shown, and found, as pending. */
const inStates = (eb: ExpressionBuilder<Tables, 'cases'>, states: readonly CaseState[], now: number) => {
  const open = states.filter((state) => OPEN_STATES.includes(state));
  const decided = states.filter((state) => !OPEN_STATES.includes(state));
  const expired = eb.and([eb('state', '=', 'claimed'), eb('lease_until', '<=', now)]);
  const branches = [];
  if (open.length === 2) branches.push(eb('is_open', '=', 1));
  else if (open[0] === 'pending')
    branches.push(eb.and([eb('is_open', '=', 1), eb.or([eb('state', '=', 'pending'), expired])]));
  else if (open[0] === 'claimed')
    branches.push(eb.and([eb('is_open', '=', 1), eb('state', '=', 'claimed'), eb('lease_until', '>', now)]));
  if (decided.length === 1) branches.push(eb('state', '=', decided[0]!));
  else if (decided.length > 1) branches.push(eb('state', 'in', decided));
  return eb.or(branches);
};

const parseStates = (text: string): CaseState[] => {
  const words = text.split(',').map((word) => word.trim());
  const states = words.flatMap((word) => (word === 'open' ? OPEN_STATES : [word as CaseState]));
  const unknown = states.find((state) => !CASE_STATES.includes(state));
  if (unknown !== undefined)
    throw new WatchpostError(
      'REQUEST_INVALID',
      `query: state: unknown state "${unknown}"; known: open, ${CASE_STATES.join(', ')}`,
    );
  return [...new Set(states)];
};

const toCursor = ({ trigger_at, id }: CaseTable): string => Buffer.from(`${trigger_at}:${id}`).toString('base64url');
const parseCursor = (cursor: string): { triggerAt: number; id: string } => {
  const match = /^(-?\d{1,16}(?:\.\d+)?):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw new WatchpostError('REQUEST_INVALID', 'query: cursor: take `nextCursor` of the page before');
  return { triggerAt: Number(match[1]), id: match[2]! };
};

/** @throws WatchpostError REQUEST_INVALID when the verdict needs a reason, or takes none */
export const checkReason = (verdict: VerdictRequest['verdict'], reason: string | undefined): void => {
  const known: readonly string[] = verdict === 'rejected' ? REJECT_REASONS : verdict === 'exempt' ? EXEMPT_REASONS : [];
  if (known.length === 0 ? reason === undefined : reason !== undefined && known.includes(reason)) return;
  throw new WatchpostError(
    'REQUEST_INVALID',
    known.length === 0
      ? `body: reason: verdict ${verdict} takes no reason; use note`
      : `body: reason: verdict ${verdict} needs one of ${known.join(', ')}`,
  );
};

const toSummary = (row: CaseTable, now: number): CaseSummary => {
  const expired = row.state === 'claimed' && (row.lease_until ?? 0) <= now;
  return {
    id: row.id,
    kind: row.kind,
    ruleId: row.rule_id,
    cameraId: row.camera_id,
    cameraName: row.camera_name,
    place: row.place,
    triggerAt: row.trigger_at,
    createdAt: row.created_at,
    state: expired ? 'pending' : row.state,
    claimedBy: row.state === 'claimed' && !expired ? row.claimed_by : null,
    verdict:
      row.verdict_by === null || row.verdict_at === null
        ? null
        : { by: row.verdict_by, at: row.verdict_at, reason: row.verdict_reason, note: row.verdict_note },
    status: row.status,
    dueAt: row.due_at,
    dueFor: row.due_for,
    assignedTo: row.assigned_to,
    // A second look is blind: nothing tells that it is one.
    escalated: row.review_round === 3 && row.is_open === 1,
    subjectClass: row.subject_class,
    thumbnail: row.thumbnail === null ? null : fileUrl(row.id, row.thumbnail),
  };
};
