import { type Static, Type } from '@sinclair/typebox';

/** `GET /api/statistics/counts`: crossings by quarter hour. Times are epoch milliseconds. */
export const CountQuery = Type.Object(
  {
    cameraId: Type.Optional(Type.String()),
    ruleId: Type.Optional(Type.String()),
    after: Type.Optional(Type.Number({ description: 'Start of the quarter hour from; default 24 h ago.' })),
    before: Type.Optional(Type.Number({ description: 'Start of the quarter hour before; default now.' })),
  },
  { additionalProperties: false },
);
export type CountQuery = Static<typeof CountQuery>;
export const CountRow = Type.Object({
  cameraId: Type.String(),
  ruleId: Type.String(),
  className: Type.String(),
  direction: Type.String(),
  /** Start of the quarter hour. */
  quarterAt: Type.Number(),
  count: Type.Integer(),
});
export type CountRow = Static<typeof CountRow>;
export const CountList = Type.Object({ counts: Type.Array(CountRow), truncated: Type.Boolean() });
export type CountList = Static<typeof CountList>;
