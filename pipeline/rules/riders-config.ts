import { type Static, Type } from '@sinclair/typebox';
import { common, report } from './config-keys.ts';

/** Keys of rules on who sits on a motorcycle. */
const onTwoWheelers = {
  zone: Type.Optional(Type.String({ description: 'Key under `zones`: only there; the whole picture when absent.' })),
  classes: Type.Array(Type.String(), { default: ['motorcycle'], description: 'Vehicles that the rule holds for.' }),
  minHeightPx: Type.Number({
    default: 60,
    minimum: 0,
    description: 'Least height of the vehicle’s box (source pixels): below, people cannot be told apart.',
  }),
  minTravelBoxHeights: Type.Number({
    default: 1.5,
    minimum: 0,
    description:
      'Least way since it was first seen, in heights of the box: people sitting on a parked one do not ride.',
  }),
};
export const TooManyRidersConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('too_many_riders'),
    report: report('case'),
    ...onTwoWheelers,
    maxRiders: Type.Integer({ default: 2, minimum: 1, description: 'People that may ride it, the driver included.' }),
    minSeenMs: Type.Integer({
      default: 1_000,
      minimum: 0,
      description: 'How long its riders must have been seen (ms of media time).',
    }),
  },
  { additionalProperties: false, description: 'More people ride a motorcycle than it may carry.' },
);
export const NoHelmetConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('no_helmet'),
    report: report('case'),
    ...onTwoWheelers,
    waitMs: Type.Integer({
      default: 1_500,
      minimum: 0,
      description: 'After a verdict, how long to wait for the verdicts of the other riders (ms of media time).',
    }),
  },
  { additionalProperties: false, description: 'Somebody rides a motorcycle without a helmet.' },
);

export type TooManyRidersConfig = Static<typeof TooManyRidersConfig>;
export type NoHelmetConfig = Static<typeof NoHelmetConfig>;
