import { type Static, Type } from '@sinclair/typebox';
import { DANGER_LEVELS } from '../../pipeline/fire/danger.ts';

const Level = Type.Union(
  DANGER_LEVELS.map((level) => Type.Literal(level)),
  { description: 'As the forest service forecasts it, I to V as 1 to 5.' },
);

/** What somebody or something says of today's fire danger. */
export const DangerRequest = Type.Object(
  {
    level: Level,
    at: Type.Optional(Type.Number({ description: 'When it was forecast, epoch milliseconds; default now.' })),
  },
  { additionalProperties: false },
);
export type DangerRequest = Static<typeof DangerRequest>;

/** Fire danger as it was last said; `at` in epoch milliseconds. */
export const Danger = Type.Object({
  level: Level,
  /** Name of the person, or of the token's account. */
  source: Type.String(),
  at: Type.Number(),
});
export type Danger = Static<typeof Danger>;
