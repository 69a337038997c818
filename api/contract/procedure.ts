import { type Static, Type } from '@sinclair/typebox';
import { CASE_STATUSES } from '../../pipeline/procedure.ts';
import { RULE_KINDS } from '../../pipeline/event.ts';
import { VerdictRequest } from './cases.ts';

const closed = { additionalProperties: false } as const;
const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** `POST /api/cases/:id/status`: moves a verified case on in the procedure of pipeline/procedure.ts. */
export const StatusRequest = Type.Object(
  {
    status: Type.Union(CASE_STATUSES.map((status) => Type.Literal(status))),
    /** Required for `cancelled`. */
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  closed,
);
export type StatusRequest = Static<typeof StatusRequest>;

/** `POST /api/cases/:id/notes` */
export const NoteRequest = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S' }) },
  closed,
);
export type NoteRequest = Static<typeof NoteRequest>;
export const Note = Type.Object({ id: Type.String(), actor: Type.String(), at: Type.Number(), text: Type.String() });
export type Note = Static<typeof Note>;

/** `POST /api/cases/bulk`: one verdict on many cases that are open. Confirming takes a look at each case. */
export const BulkRequest = Type.Object(
  {
    ids: Type.Array(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }), { minItems: 1, maxItems: 200 }),
    verdict: Type.Union([Type.Literal('rejected'), Type.Literal('exempt'), Type.Literal('unsure')]),
    reason: Type.Optional(Type.String()),
    note: VerdictRequest.properties.note,
  },
  closed,
);
export type BulkRequest = Static<typeof BulkRequest>;
export const BulkResult = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Type.String(),
      done: Type.Boolean(),
      /** Code and sentence of what stood in the way. */
      code: nullable(Type.String()),
      detail: nullable(Type.String()),
    }),
  ),
});
export type BulkResult = Static<typeof BulkResult>;

/** `POST /api/missed`: an act that a person saw on a recorded moment and no rule reported. */
export const MissedRequest = Type.Object(
  {
    cameraId: Type.String({ maxLength: 64 }),
    kind: Type.Union(RULE_KINDS.map((kind) => Type.Literal(kind))),
    at: Type.Number({ minimum: 0, maximum: 8.64e15, description: 'Instant of the act, epoch ms; must be recorded.' }),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  closed,
);
export type MissedRequest = Static<typeof MissedRequest>;
export const MissedAct = Type.Object({
  id: Type.String(),
  cameraId: Type.String(),
  kind: Type.String(),
  at: Type.Number(),
  note: nullable(Type.String()),
  actor: Type.String(),
  createdAt: Type.Number(),
});
export type MissedAct = Static<typeof MissedAct>;
export const MissedQuery = Type.Object(
  {
    cameraId: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  closed,
);
export const MissedList = Type.Object({ missed: Type.Array(MissedAct) });
export type MissedList = Static<typeof MissedList>;

/** `GET /api/reviews/agreement`: how often the second, blind look agreed with the first. */
export const AgreementQuery = Type.Object(
  { after: Type.Optional(Type.Number({ minimum: 0, maximum: 8.64e15 })), kind: Type.Optional(Type.String()) },
  closed,
);
export const Agreement = Type.Object({
  reviewedTwice: Type.Integer(),
  agreed: Type.Integer(),
  /** Null while nothing was reviewed twice. */
  share: nullable(Type.Number()),
  /** 95 % interval of the share [Wilson 1927]. */
  interval: nullable(Type.Tuple([Type.Number(), Type.Number()])),
});
export type Agreement = Static<typeof Agreement>;

/** `POST /api/cases/:id/plate`: what an officer reads on a plate of the case; null: it cannot be read. */
export const PlateCorrectionRequest = Type.Object(
  {
    trackId: Type.Integer({ description: 'Which vehicle, as in `plates` of the case.' }),
    text: Type.Union([Type.String({ pattern: '^[0-9A-Za-zĐđ .-]{3,16}$' }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type PlateCorrectionRequest = Static<typeof PlateCorrectionRequest>;
export const PlateCorrection = Type.Object({
  trackId: Type.Integer(),
  text: Type.Union([Type.String(), Type.Null()]),
  by: Type.String(),
  at: Type.Number(),
});
export type PlateCorrection = Static<typeof PlateCorrection>;
