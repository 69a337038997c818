import { createHash } from 'node:crypto';
import type { AuditTable, CaseTable } from '../database/schema.ts';
import type { Role } from '../contract/session.ts';

/** Whether a case is one of the share that two people decide. By its id, so that asking again changes nothing. */
export const isDrawn = (caseId: string, share: number): boolean =>
  createHash('sha256').update(`second review ${caseId}`).digest().readUInt32BE(0) / 2 ** 32 < share;

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
