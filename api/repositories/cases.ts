import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, sql, type SqlBool } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { EXEMPT_REASONS, REJECT_REASONS } from '../../pipeline/review.ts';
import { type Scope, scopeOf, seesGroup, seesKind } from '../accounts/account.ts';
import type { Account } from '../accounts/account.ts';
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
import { fileUrl } from './case-detail.ts';

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
> & { readonly manifest: string };

type Times = { readonly leaseMs: number; readonly undoMs: number };

const OPEN_STATES: readonly CaseState[] = ['pending', 'claimed'];

/** Cases and what people do with them. Every act is one conditional statement and an audit row in one transaction. */
export class CaseRepository {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #times: Times;

  constructor(db: Database, clock: Clock, times: Times) {
    this.#db = db;
    this.#clock = clock;
    this.#times = times;
  }

  /** @returns false when the case is already there: a job may come twice, a case never does */
  async insert({ manifest, ...row }: NewCase): Promise<boolean> {
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
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await transaction.insertInto('manifests').values({ case_id: row.id, json: manifest }).execute();
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
  async list(query: CaseQuery, scope: Scope): Promise<CaseList> {
    const now = this.#clock.now();
    const limit = query.limit ?? 50;
    const { kind, cameraId, after, before, order = 'desc' } = query;
    const cursor = query.cursor === undefined ? null : parseCursor(query.cursor);
    const rows = await this.#db
      .selectFrom('cases')
      .selectAll()
      .where((eb) => inScope(eb, scope))
      .$if(query.state !== undefined, (q) => q.where((eb) => inStates(eb, parseStates(query.state!), now)))
      .$if(kind !== undefined, (q) => q.where('kind', '=', kind!))
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
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      cases: page.map((row) => toSummary(row, now)),
      nextCursor: rows.length > limit && last ? toCursor(last) : null,
      openCount: await this.countOpen(scope),
    };
  }

  async countOpen(scope: Scope): Promise<number> {
    const { open } = await this.#db
      .selectFrom('cases')
      .select(({ fn }) => fn.countAll<number>().as('open'))
      .where('is_open', '=', 1)
      .where((eb) => inScope(eb, scope))
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
    const leaseUntil = now + this.#times.leaseMs;
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
    if (!row) throw await this.#conflict(id);
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
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT, REQUEST_INVALID
   */
  async decide(id: string, account: Account, { verdict, reason, note }: VerdictRequest): Promise<CaseTable> {
    checkReason(verdict, reason);
    await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const given = { actor: username, reason: reason ?? null, note: note ?? null };
    const row = await this.#db.transaction().execute(async (transaction) => {
      const decided = await transaction
        .updateTable('cases')
        .set({
          state: verdict,
          is_open: 0,
          lease_until: null,
          verdict_by: username,
          verdict_at: now,
          verdict_reason: given.reason,
          verdict_note: given.note,
        })
        .where('id', '=', id)
        .where('state', '=', 'claimed')
        .where('claimed_by', '=', username)
        .returningAll()
        .executeTakeFirst();
      if (!decided) return undefined;
      await transaction
        .insertInto('verdicts')
        .values({ id: randomUUID(), case_id: id, ...given, verdict, at: now, undone_at: null })
        .execute();
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
      const detail = JSON.stringify({ verdict, reason: given.reason, note: given.note });
      await appendAudit(transaction, [{ at: now, actor: username, action: 'case.verdict', target: id, detail }]);
      return decided;
    });
    if (!row) throw await this.#conflict(id);
    return row;
  }

  /** Takes an own verdict back while the grace time lasts; the case is then claimed again. */
  async undo(id: string, account: Account): Promise<CaseTable> {
    await this.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const row = await this.#db.transaction().execute(async (transaction) => {
      const undone = await transaction
        .updateTable('cases')
        .set({
          state: 'claimed',
          is_open: 1,
          claimed_by: username,
          claimed_at: now,
          lease_until: now + this.#times.leaseMs,
          verdict_by: null,
          verdict_at: null,
          verdict_reason: null,
          verdict_note: null,
        })
        .where('id', '=', id)
        .where('is_open', '=', 0)
        .where('verdict_by', '=', username)
        .where('verdict_at', '>', now - this.#times.undoMs)
        .returningAll()
        .executeTakeFirst();
      if (!undone) return undefined;
      await transaction
        .updateTable('verdicts')
        .set({ undone_at: now })
        .where('case_id', '=', id)
        .where('undone_at', 'is', null)
        .execute();
      await transaction.deleteFrom('labels').where('case_id', '=', id).execute();
      await appendAudit(transaction, [{ at: now, actor: username, action: 'case.undone', target: id }]);
      return undone;
    });
    if (row) return row;
    const found = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    throw new WatchpostError(
      'CASE_CONFLICT',
      found.is_open === 1
        ? `Case "${id}" is not decided; there is nothing to undo`
        : found.verdict_by === username
          ? `The verdict on case "${id}" is older than ${this.#times.undoMs / 1000} s and stands; ask a supervisor`
          : `Case "${id}" was decided by ${found.verdict_by ?? 'somebody else'}; only they can undo it`,
    );
  }

  async #conflict(id: string): Promise<WatchpostError> {
    const now = this.#clock.now();
    const row = await this.#db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return new WatchpostError('CASE_NOT_FOUND', `No case "${id}"`);
    if (row.is_open === 0)
      return new WatchpostError('CASE_CONFLICT', `Case "${id}" was decided by ${row.verdict_by ?? 'somebody else'}`);
    if (row.state === 'claimed' && (row.lease_until ?? 0) > now)
      return new WatchpostError('CASE_CONFLICT', `Case "${id}" is held by ${row.claimed_by ?? 'somebody else'}`);
    return new WatchpostError('CASE_CONFLICT', `Case "${id}" is not claimed by you; claim it first`);
  }
}

const inScope = (eb: ExpressionBuilder<Tables, 'cases'>, { groups, kinds }: Scope) => {
  const conditions = [];
  if (groups !== null) conditions.push(groups.length > 0 ? eb('camera_group', 'in', [...groups]) : sql<SqlBool>`1 = 0`);
  if (kinds !== null) conditions.push(eb('kind', 'in', [...kinds]));
  return conditions.length > 0 ? eb.and(conditions) : sql<SqlBool>`1 = 1`;
};

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

const checkReason = (verdict: VerdictRequest['verdict'], reason: string | undefined): void => {
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
    subjectClass: row.subject_class,
    thumbnail: row.thumbnail === null ? null : fileUrl(row.id, row.thumbnail),
  };
};
