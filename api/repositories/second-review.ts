import { createHash } from 'node:crypto';
import type { ExpressionBuilder, Transaction } from 'kysely';
import type { Account } from '../accounts/account.ts';
import type { Role } from '../contract/session.ts';
import type { AuditTable, CaseTable, Tables } from '../database/schema.ts';

/** Who decides when two reviewers disagree. */
export const ARBITERS: readonly Role[] = ['supervisor', 'admin'];

/** In which one of them decides, alone. */
export const LAST_ROUND = 3;

/** Whether a case is one of the share that two people decide. By its id, so that asking again changes nothing. */
export const isDrawn = (caseId: string, share: number): boolean =>
  createHash('sha256').update(`second review ${caseId}`).digest().readUInt32BE(0) / 2 ** 32 < share;

/**
 * The round that a case goes to with this verdict; null: it is decided.
 * @param share of the cases that two people decide, 0–1
 */
export const nextRound = async (
  transaction: Transaction<Tables>,
  { id, round, verdict }: { readonly id: string; readonly round: number; readonly verdict: string },
  share: number,
): Promise<2 | typeof LAST_ROUND | null> => {
  if (round === 1) return isDrawn(id, share) ? 2 : null;
  if (round === LAST_ROUND) return null;
  const first = await transaction
    .selectFrom('verdicts')
    .select('verdict')
    .where('case_id', '=', id)
    .where('round', '=', 1)
    .where('undone_at', 'is', null)
    .executeTakeFirst();
  return first?.verdict === verdict ? null : LAST_ROUND;
};

/**
 * An open case is offered to whoever may decide it: a second look never to who had the first, a disagreement only to
 * those above both. Decided cases are shown to all.
 */
export const isOffered = (eb: ExpressionBuilder<Tables, 'cases'>, { username, role }: Account) =>
  eb.or([
    eb('cases.review_round', '=', 1),
    eb('cases.is_open', '=', 0),
    eb.and([eb('cases.review_round', '=', 2), eb('cases.first_by', '!=', username)]),
    ...(ARBITERS.includes(role) || role === 'auditor' ? [eb('cases.review_round', '=', LAST_ROUND)] : []),
  ]);

const TELLING = new Set([
  'case.claimed',
  'case.released',
  'case.verdict',
  'case.undone',
  'case.escalated',
  'case.exported',
  'case.printed',
]);
const SEES_ALL: readonly Role[] = ['supervisor', 'auditor', 'admin'];

/** What an account may know of a case's history: while a second look is blind, nothing of the first one. */
export const visibleHistory = (
  history: readonly AuditTable[],
  row: Pick<CaseTable, 'is_open' | 'review_round'>,
  role: Role,
): readonly AuditTable[] =>
  row.is_open === 1 && row.review_round > 1 && !SEES_ALL.includes(role)
    ? history.filter(({ action }) => !TELLING.has(action))
    : history;
