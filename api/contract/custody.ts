import { type Static, Type } from '@sinclair/typebox';

const closed = { additionalProperties: false } as const;
const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** `POST /api/cases/:id/hold` and `/hold/end`: a reason that stands in the audit, such as the file number of a court. */
export const HoldRequest = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }) },
  closed,
);
export type HoldRequest = Static<typeof HoldRequest>;

/** What keeps the evidence of a case, and until when. */
export const Custody = Type.Object({
  hold: nullable(
    Type.Object(
      { by: Type.String(), at: Type.Number(), reason: Type.String() },
      { description: 'Legal hold: the evidence stays while it stands. Null: none.' },
    ),
  ),
  tier: nullable(Type.String({ description: 'Tier of retention once the case is closed.' })),
  eraseAt: nullable(Type.Number({ description: 'When clip and pictures are due to be erased; epoch ms.' })),
  erasedAt: nullable(Type.Number({ description: 'When they were; manifest, signature and decision stay.' })),
  dismissedDays: nullable(
    Type.Object(
      { rejected: nullable(Type.Number()), exempt: nullable(Type.Number()) },
      { description: 'Of an open case: days that clip and pictures would stay after such a verdict; null: for good.' },
    ),
  ),
});
export type Custody = Static<typeof Custody>;

/** `GET /api/retention`: the tiers and what they will do. */
export const RetentionForecast = Type.Object({
  tiers: Type.Array(
    Type.Object({
      name: Type.String(),
      kinds: nullable(Type.Array(Type.String(), { description: 'Null: all.' })),
      states: nullable(Type.Array(Type.String(), { description: 'Verdicts; null: all that close a case.' })),
      keepDays: Type.Number(),
      lock: nullable(Type.String()),
      cases: Type.Integer({ description: 'Closed cases whose evidence is there.' }),
      nextEraseAt: nullable(Type.Number()),
      due30Days: Type.Integer({ description: 'How many are due within 30 days.' }),
    }),
  ),
  held: Type.Integer({ description: 'Cases under a legal hold.' }),
  erased: Type.Integer({ description: 'Cases whose evidence was erased; their decisions stay.' }),
});
export type RetentionForecast = Static<typeof RetentionForecast>;
