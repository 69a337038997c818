import { type Static, Type } from '@sinclair/typebox';

const Point = Type.Tuple([Type.Number(), Type.Number()]);

/** `GET /api/cameras` lists these. Never holds the source's URL: it may carry a password. */
export const Camera = Type.Object({
  id: Type.String(),
  name: Type.String(),
  place: Type.String(),
  group: Type.String(),
  /** Live playlist, or null while no session records. */
  playlist: Type.Union([Type.String(), Type.Null()]),
  zones: Type.Record(Type.String(), Type.Array(Point)),
  lines: Type.Record(Type.String(), Type.Tuple([Point, Point])),
  rules: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), name: Type.String() })),
  state: Type.Union([
    Type.Literal('connecting'),
    Type.Literal('watching'),
    Type.Literal('degraded'),
    Type.Literal('blind'),
    Type.Literal('ended'),
  ]),
  cause: Type.Union([Type.String(), Type.Null()]),
  detail: Type.Union([Type.String(), Type.Null()]),
  since: Type.Number(),
  frames: Type.Object({
    received: Type.Integer(),
    analysed: Type.Integer(),
    dropped: Type.Record(Type.String(), Type.Integer()),
  }),
});
export type Camera = Static<typeof Camera>;
