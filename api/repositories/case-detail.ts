import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import type { CaseDetail, CaseSummary } from '../contract/cases.ts';
import type { LawClause } from '../contract/law.ts';
import type { PlateCorrection } from '../contract/procedure.ts';
import type { AuditTable } from '../database/schema.ts';

/** Acts that belong to the story of a case. Views are in the audit, not here. */
export const HISTORY_ACTIONS = [
  'case.created',
  'case.claimed',
  'case.released',
  'case.verdict',
  'case.undone',
  'case.reopened',
  'case.verified',
  'case.exported',
  'case.redacted',
  'case.printed',
  'case.escalated',
  'case.status',
  'case.assigned',
  'case.noted',
  'case.plate',
  'case.merged',
  'case.took_in',
  'case.separated',
  'case.held',
  'case.hold_lifted',
  'case.erased',
] as const;

export const fileUrl = (caseId: string, path: string): string =>
  `/api/cases/${encodeURIComponent(caseId)}/files/${path.split('/').map(encodeURIComponent).join('/')}`;

/** Puts together what `GET /api/cases/:id` answers. */
export const toCaseDetail = (options: {
  readonly summary: CaseSummary;
  readonly manifest: EvidenceManifest;
  readonly manifestSha256: string;
  readonly keyId: string;
  readonly explanation: { readonly vi: string; readonly en: string };
  readonly law: readonly LawClause[];
  readonly mergedInto: string | null;
  readonly merged: readonly string[];
  readonly custody: CaseDetail['custody'];
  readonly notes: CaseDetail['notes'];
  readonly corrections: readonly PlateCorrection[];
  readonly history: readonly AuditTable[];
}): CaseDetail => {
  const { summary, manifest, manifestSha256, keyId, explanation, law, notes, mergedInto, merged, custody, history } =
    options;
  const correctedOf = (trackId: number): NonNullable<CaseDetail['plates']>[number]['corrected'] => {
    const found = options.corrections.find((one) => one.trackId === trackId);
    return found ? { text: found.text, by: found.by, at: found.at } : null;
  };
  const urlOf = (role: string): string | null => {
    const file = manifest.files.find((candidate) => candidate.role === role);
    return file ? fileUrl(summary.id, file.path) : null;
  };
  const { clip, event, gaps, files } = manifest;
  return {
    ...summary,
    explanation: { ...explanation },
    event,
    law: [...law],
    clip: {
      url: fileUrl(summary.id, clip.file),
      previewUrl: urlOf('preview'),
      startPtsMs: clip.startPtsMs,
      durationMs: clip.durationMs,
      width: clip.width,
      height: clip.height,
    },
    stills: { before: urlOf('still-before'), at: urlOf('still-at'), after: urlOf('still-after') },
    detectionsUrl: urlOf('detections'),
    gaps: gaps.map(({ fromAt, toAt, cause }) => ({ fromAt, toAt, cause })),
    files: files.map(({ path, role, bytes, sha256 }) => ({
      path,
      role,
      bytes,
      sha256,
      url: fileUrl(summary.id, path),
    })),
    plates: (manifest.plates ?? []).map(({ crop, characters, candidates, doubts, ...plate }) => ({
      ...{ trackId: plate.trackId, text: plate.text, confidence: plate.confidence, raw: plate.raw, grade: plate.grade },
      characters: characters.map((each) => ({ ...each })),
      candidates: candidates.map((each) => ({ ...each })),
      doubts: [...doubts],
      cropUrl: crop === null ? null : fileUrl(summary.id, crop),
      corrected: correctedOf(plate.trackId),
    })),
    mergedInto,
    merged: [...merged],
    custody,
    manifestSha256,
    keyId,
    notes,
    history: history.map(({ at, actor, action, detail }) => ({ at, actor, action, detail })),
  };
};
