import { type Static, Type } from '@sinclair/typebox';

const Words = Type.Object({ vi: Type.String(), en: Type.String() });
const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A clause of the law (pipeline/law/law-entry.ts) and how it is printed. */
export const LawClause = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  behaviour: Words,
  /** `Điểm h khoản 2 Điều 7 …`; says where it was not verified. */
  reference: Words,
  /** Fine and licence points in words; says where they are not known or not verified. */
  penalty: Words,
  fineVnd: nullable(Type.Object({ min: Type.Number(), max: Type.Number() })),
  points: Type.Integer(),
  portalCode: nullable(Type.String()),
  effectiveFrom: nullable(Type.String({ description: 'First local day, YYYY-MM-DD; null: not known.' })),
  effectiveTo: nullable(Type.String({ description: 'Last local day; null: until further notice.' })),
  unverified: Type.Array(Type.String({ description: 'reference, fine, points or effective' })),
  source: Type.String(),
});
export type LawClause = Static<typeof LawClause>;

/** `GET /api/law` */
export const LawQuery = Type.Object(
  {
    at: Type.Optional(
      Type.Number({ minimum: 0, maximum: 8.64e15, description: 'Instant of the act, epoch ms; default: now.' }),
    ),
    kind: Type.Optional(Type.String({ description: 'Kind of rule.' })),
  },
  { additionalProperties: false },
);
export const LawList = Type.Object({ clauses: Type.Array(LawClause) });
export type LawList = Static<typeof LawList>;
