import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type Account, scopeOf } from '../accounts/account.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseTable } from '../database/schema.ts';
import { UNCLAIMED } from './case-columns.ts';
import type { CaseRepository } from './cases.ts';
import { ARBITERS, isOffered, LAST_ROUND } from './second-review.ts';

/**
 * Who is looking at a case: a claim keeps others from deciding it until its lease runs out. Every act is one
 * conditional statement and an audit row in one transaction.
 */
export class ClaimRepository {
  readonly #cases: CaseRepository;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #leaseMs: number;

  constructor(cases: CaseRepository, db: Database, clock: Clock, { leaseMs }: { readonly leaseMs: number }) {
    this.#cases = cases;
    this.#db = db;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  /**
   * Takes a case, or makes an own claim last longer. One statement decides, so of two officers one gets it.
   * @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT
   */
  async claim(id: string, account: Account): Promise<{ row: CaseTable; leaseUntil: number }> {
    await this.#cases.get(id, scopeOf(account));
    const now = this.#clock.now();
    const leaseUntil = now + this.#leaseMs;
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
    if (!row) throw await whyNotHeld(this.#db, id, now, account);
    return { row, leaseUntil };
  }

  /** Gives an own claim back. @throws WatchpostError CASE_NOT_FOUND, CASE_CONFLICT */
  async release(id: string, account: Account): Promise<CaseTable> {
    await this.#cases.get(id, scopeOf(account));
    const now = this.#clock.now();
    const { username } = account;
    const row = await this.#db.transaction().execute(async (transaction) => {
      const released = await transaction
        .updateTable('cases')
        .set(UNCLAIMED)
        .where('id', '=', id)
        .where('state', '=', 'claimed')
        .where('claimed_by', '=', username)
        .returningAll()
        .executeTakeFirst();
      if (released) await appendAudit(transaction, [{ at: now, actor: username, action: 'case.released', target: id }]);
      return released;
    });
    if (!row) throw await whyNotHeld(this.#db, id, now);
    return row;
  }
}

/**
 * Why a case could not be taken, given back or decided.
 * @param now epoch ms
 * @param account of whoever wanted to take or decide it; without, what stands in the way of everybody
 * @returns WatchpostError CASE_CONFLICT, or CASE_NOT_FOUND when it is gone
 */
export const whyNotHeld = async (db: Database, id: string, now: number, account?: Account): Promise<WatchpostError> => {
  const row = await db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return new WatchpostError('CASE_NOT_FOUND', `No case "${id}"`);
  if (row.is_open === 0)
    return new WatchpostError('CASE_CONFLICT', `Case "${id}" was decided by ${row.verdict_by ?? 'somebody else'}`);
  if (account && row.review_round === 2 && row.first_by === account.username)
    return new WatchpostError('CASE_CONFLICT', `You have decided case "${id}"; it now gets a second, independent look`);
  if (account && row.review_round === LAST_ROUND && !ARBITERS.includes(account.role))
    return new WatchpostError(
      'CASE_CONFLICT',
      `Two reviewers disagree on case "${id}", or nobody was sure; a supervisor decides it`,
    );
  if (row.state === 'claimed' && (row.lease_until ?? 0) > now)
    return new WatchpostError('CASE_CONFLICT', `Case "${id}" is held by ${row.claimed_by ?? 'somebody else'}`);
  return new WatchpostError('CASE_CONFLICT', `Case "${id}" is not claimed by you; claim it first`);
};
