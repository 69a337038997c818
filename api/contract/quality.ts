import { type Static, Type } from '@sinclair/typebox';

/** `GET /api/quality`: standing verdicts by camera and rule, of cases decided in a span. */
export const QualityQuery = Type.Object(
  {
    after: Type.Optional(Type.Number({ description: 'Decided from this instant, epoch ms; default 30 days ago.' })),
    before: Type.Optional(Type.Number({ description: 'Decided before this instant, epoch ms; default now.' })),
  },
  { additionalProperties: false },
);
export type QualityQuery = Static<typeof QualityQuery>;
export const QualityRow = Type.Object({
  cameraId: Type.String(),
  cameraName: Type.String(),
  ruleId: Type.String(),
  kind: Type.String(),
  confirmed: Type.Integer(),
  /** The act was there, but excused: the machine was right. */
  exempt: Type.Integer(),
  rejected: Type.Integer(),
  unsure: Type.Integer(),
  /** Rejected cases by reason. Reason `test` says nothing about the machine and is counted here alone. */
  reasons: Type.Record(Type.String(), Type.Integer()),
});
export type QualityRow = Static<typeof QualityRow>;
export const QualityList = Type.Object({ rows: Type.Array(QualityRow) });
export type QualityList = Static<typeof QualityList>;
