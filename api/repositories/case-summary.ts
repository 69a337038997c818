import type { CaseSummary } from '../contract/cases.ts';
import type { CaseChange } from '../contract/live.ts';
import type { CaseTable } from '../database/schema.ts';
import { fileUrl } from './case-detail.ts';

/** A case as lists show it. A claim whose lease ran out is told as pending. @param now epoch ms */
export const toSummary = (row: CaseTable, now: number): CaseSummary => {
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

/** What open pages are told when a case changes. */
export const toCaseChange = ({ id, state, camera_id, kind }: CaseTable): CaseChange => ({
  caseId: id,
  state,
  cameraId: camera_id,
  kind,
});
