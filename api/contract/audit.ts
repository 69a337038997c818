import { type Static, Type } from '@sinclair/typebox';

/** One row of the audit, `GET /api/audit`. `hash` = SHA-256 of `previousHash` and the canonical JSON of the rest. */
export const AuditRow = Type.Object({
  seq: Type.Integer(),
  at: Type.Number(),
  actor: Type.String(),
  action: Type.String(),
  target: Type.Union([Type.String(), Type.Null()]),
  detail: Type.Union([Type.String(), Type.Null()]),
  previousHash: Type.String(),
  hash: Type.String(),
});
export type AuditRow = Static<typeof AuditRow>;

export const AuditQuery = Type.Object(
  {
    actor: Type.Optional(Type.String()),
    action: Type.Optional(Type.String()),
    target: Type.Optional(Type.String()),
    after: Type.Optional(Type.Number({ description: 'From this instant, epoch ms.' })),
    before: Type.Optional(Type.Number({ description: 'Until this instant, epoch ms.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    beforeSeq: Type.Optional(Type.Integer({ minimum: 1, description: 'Older than this row: `seq` of the last one.' })),
  },
  { additionalProperties: false },
);
export type AuditQuery = Static<typeof AuditQuery>;
export const AuditList = Type.Object({ rows: Type.Array(AuditRow) });
export type AuditList = Static<typeof AuditList>;

/** `GET /api/audit/verify`: the whole chain computed again. `brokenAt` is the first row that does not fit. */
export const AuditVerdict = Type.Object({
  intact: Type.Boolean(),
  rows: Type.Integer(),
  head: Type.String({ description: 'Hash of the newest row; note it elsewhere to prove later that none was cut off.' }),
  brokenAt: Type.Union([Type.Integer(), Type.Null()]),
  problem: Type.Union([Type.String(), Type.Null()]),
});
export type AuditVerdict = Static<typeof AuditVerdict>;
