import { type Static, Type } from '@sinclair/typebox';
import { CASE_STATUSES } from '../../pipeline/procedure.ts';
import { Custody } from './custody.ts';
import { LawClause } from './law.ts';

const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const CASE_STATES = ['pending', 'claimed', 'confirmed', 'rejected', 'exempt', 'unsure'] as const;
export const CaseState = Type.Union(CASE_STATES.map((state) => Type.Literal(state)));
export type CaseState = Static<typeof CaseState>;

/** One row of `GET /api/cases`. Times are epoch milliseconds, UTC. */
export const CaseSummary = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  ruleId: Type.String(),
  cameraId: Type.String(),
  cameraName: Type.String(),
  place: Type.String(),
  triggerAt: Type.Number(),
  createdAt: Type.Number(),
  state: CaseState,
  claimedBy: nullable(Type.String()),
  verdict: nullable(
    Type.Object({
      by: Type.String(),
      at: Type.Number(),
      reason: nullable(Type.String()),
      note: nullable(Type.String()),
    }),
  ),
  /** Status in the legal procedure (pipeline/procedure.ts); null for alerts, which end with the verdict. */
  status: nullable(Type.Union(CASE_STATUSES.map((status) => Type.Literal(status)))),
  /** When the clock runs out that does so first, and its name in DEADLINES of pipeline/procedure.ts. */
  dueAt: nullable(Type.Number()),
  dueFor: nullable(Type.String()),
  /** Who sees to the case; null: nobody in particular. */
  assignedTo: nullable(Type.String()),
  /** Two reviewers disagreed and a supervisor has to decide. */
  escalated: Type.Boolean(),
  subjectClass: nullable(Type.String()),
  /** URL of the still at the trigger. */
  thumbnail: nullable(Type.String()),
  /** Plates of its vehicles as last read by machine or person; only in lists. */
  plateTexts: Type.Optional(Type.Array(Type.String())),
});
export type CaseSummary = Static<typeof CaseSummary>;

/** `GET /api/cases` */
export const CaseQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ description: 'Comma-separated states; `open` = pending and claimed.' })),
    kind: Type.Optional(Type.String()),
    status: Type.Optional(Type.Union(CASE_STATUSES.map((status) => Type.Literal(status)))),
    overdue: Type.Optional(Type.Boolean({ description: 'Only cases whose clock has run out.' })),
    assignedTo: Type.Optional(Type.String({ description: 'User name of who sees to them.' })),
    cameraId: Type.Optional(Type.String()),
    plate: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'A plate or a piece of one; `?` for one symbol, `*` for any number. Asking so is audited.',
      }),
    ),
    id: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$', description: 'Beginning of the case’s id.' }),
    ),
    after: Type.Optional(Type.Number({ description: 'triggerAt from, epoch ms.' })),
    before: Type.Optional(Type.Number({ description: 'triggerAt until, epoch ms.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    order: Type.Optional(
      Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
        default: 'desc',
        description: 'By time of the trigger: newest (`desc`) or oldest (`asc`) first.',
      }),
    ),
    cursor: Type.Optional(
      Type.String({ description: '`nextCursor` of the page before, asked for in the same order.' }),
    ),
  },
  { additionalProperties: false },
);
export type CaseQuery = Static<typeof CaseQuery>;
export const CaseList = Type.Object({
  cases: Type.Array(CaseSummary),
  nextCursor: nullable(Type.String()),
  openCount: Type.Integer(),
});
export type CaseList = Static<typeof CaseList>;

/** `GET /api/cases/:id`. `event`, `clip`, `files` are copied from the manifest (pipeline/evidence.ts). */
export const CaseDetail = Type.Composite([
  CaseSummary,
  Type.Object({
    /** Sentences that say why, made from the decision data. */
    explanation: Type.Object({ vi: Type.String(), en: Type.String() }),
    event: Type.Any(),
    /** Clauses that may apply, by the law of the day of the act; which one does is for the officer to say. */
    law: Type.Array(LawClause),
    clip: Type.Object({
      url: Type.String(),
      /** H.264 copy when the original codec does not play in browsers. */
      previewUrl: nullable(Type.String()),
      startPtsMs: Type.Number(),
      durationMs: Type.Number(),
      width: Type.Number(),
      height: Type.Number(),
    }),
    stills: Type.Object({
      before: nullable(Type.String()),
      at: nullable(Type.String()),
      after: nullable(Type.String()),
    }),
    /** URL of the per-frame tracks of the clip (array of LiveFrame, pipeline/live.ts), for the overlay. */
    detectionsUrl: nullable(Type.String()),
    gaps: Type.Array(Type.Object({ fromAt: Type.Number(), toAt: nullable(Type.Number()), cause: Type.String() })),
    files: Type.Array(
      Type.Object({
        path: Type.String(),
        role: Type.String(),
        bytes: Type.Number(),
        sha256: Type.String(),
        url: Type.String(),
      }),
    ),
    /** Of the event's vehicles; text null: cannot be read. Empty when no vehicle was looked at. */
    plates: Type.Optional(
      Type.Array(
        Type.Object({
          trackId: Type.Number(),
          text: nullable(Type.String()),
          confidence: Type.Number(),
          characters: Type.Array(Type.Object({ symbol: Type.String(), confidence: Type.Number() })),
          candidates: Type.Array(Type.Object({ text: Type.String(), kind: Type.String(), probability: Type.Number() })),
          raw: Type.String(),
          grade: Type.Union([Type.Literal('evidence'), Type.Literal('needs-human-reading')]),
          doubts: Type.Array(Type.String()),
          cropUrl: nullable(Type.String()),
          /** What an officer read; the reading of the machine stays in the sealed manifest. */
          corrected: nullable(Type.Object({ text: nullable(Type.String()), by: Type.String(), at: Type.Number() })),
        }),
      ),
    ),
    /** The case of another camera that goes on in its place; and the cases that were merged into this one. */
    mergedInto: nullable(Type.String()),
    merged: Type.Array(Type.String()),
    custody: Custody,
    manifestSha256: Type.String(),
    keyId: Type.String(),
    notes: Type.Array(Type.Object({ id: Type.String(), actor: Type.String(), at: Type.Number(), text: Type.String() })),
    history: Type.Array(
      Type.Object({ at: Type.Number(), actor: Type.String(), action: Type.String(), detail: nullable(Type.String()) }),
    ),
  }),
]);
export type CaseDetail = Static<typeof CaseDetail>;

/** `POST /api/cases/:id/claim` takes nothing and answers this; `DELETE` gives the claim back. */
export const ClaimResult = Type.Object({ leaseUntil: Type.Number() });
export type ClaimResult = Static<typeof ClaimResult>;

/** `POST /api/cases/:id/verdict`; `DELETE` on it undoes within the grace time. */
export const VerdictRequest = Type.Object(
  {
    verdict: Type.Union([
      Type.Literal('confirmed'),
      Type.Literal('rejected'),
      Type.Literal('exempt'),
      Type.Literal('unsure'),
    ]),
    /** Required for `rejected` and `exempt`; see REJECT_REASONS and EXEMPT_REASONS in pipeline/review.ts. */
    reason: Type.Optional(Type.String()),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
);
export type VerdictRequest = Static<typeof VerdictRequest>;

/** `POST /api/cases/:id/verify`: the sealed files checked again, now, on the server. */
export const VerifyResult = Type.Object({
  intact: Type.Boolean(),
  checkedFiles: Type.Integer(),
  problems: Type.Array(Type.Object({ file: Type.String(), problem: Type.String() })),
  /** What a time stamp authority confirms; null without a stamp that holds. */
  timeStamp: nullable(
    Type.Object({
      at: Type.Number(),
      accuracyMs: nullable(Type.Number()),
      authority: Type.String(),
      isTrusted: nullable(Type.Literal(true)),
    }),
  ),
});
export type VerifyResult = Static<typeof VerifyResult>;
