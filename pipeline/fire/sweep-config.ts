import { type Static, Type } from '@sinclair/typebox';
import { view } from './view-config.ts';

const closed = { additionalProperties: false } as const;

export const SweepPose = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      description: 'Name of the preset; lower-case letters, digits and hyphens.',
    }),
    ...view,
    dwellMs: Type.Integer({
      default: 16_000,
      minimum: 1_000,
      maximum: 3_600_000,
      description: 'From the turn to this pose to the turn to the next one (ms).',
    }),
    exclusions: Type.Array(Type.String(), {
      default: [],
      description: 'Keys under `zones`: chimneys, kilns, roads as this pose shows them.',
    }),
  },
  closed,
);
export type SweepPose = Static<typeof SweepPose>;

/** A tower that turns from preset to preset. */
export const SweepConfig = Type.Object(
  {
    by: Type.Union([Type.Literal('schedule'), Type.Literal('scene'), Type.Literal('source')], {
      default: 'schedule',
      description:
        'How a frame’s pose is known: by the clock; by turns seen on the picture, in the order of the poses; or from the source, where pictures come with the name of their pose.',
    }),
    startAt: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})$',
        description:
          'Any instant at which the first pose began, e.g. 2026-11-21T06:00:00+07:00. Without it the sweep begins with the first frame of a recording session.',
      }),
    ),
    settleMs: Type.Integer({
      default: 2_000,
      minimum: 0,
      maximum: 60_000,
      description: 'Frames so soon after a turn are dropped (ms).',
    }),
    poses: Type.Array(SweepPose, { minItems: 2, description: 'In the order of the sweep.' }),
  },
  { ...closed, description: 'For a camera that turns from preset to preset; its rules are of the kind `smoke`.' },
);
export type SweepConfig = Static<typeof SweepConfig>;
