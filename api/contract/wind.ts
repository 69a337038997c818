import { type Static, Type } from '@sinclair/typebox';

/** What somebody or something says of the wind. */
export const WindReport = Type.Object(
  {
    speedMps: Type.Number({ minimum: 0, maximum: 90 }),
    fromDeg: Type.Number({ minimum: 0, maximum: 360, description: 'Where it comes from, clockwise from true north.' }),
    at: Type.Optional(Type.Number({ description: 'When it was measured, epoch milliseconds; default now.' })),
  },
  { additionalProperties: false },
);
export type WindReport = Static<typeof WindReport>;

/** Wind over the towers, as it was last known. */
export const Wind = Type.Object({
  speedMps: Type.Number(),
  fromDeg: Type.Number(),
  at: Type.Number(),
  /** Name of the person, of the token's account, or of the weather service. */
  source: Type.String(),
});
export type Wind = Static<typeof Wind>;
