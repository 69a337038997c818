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
    ptz: Type.Optional(
      Type.Object(
        { pan: Type.Number(), tilt: Type.Number(), zoom: Type.Optional(Type.Number()) },
        {
          ...closed,
          description: 'Where the camera says it stands at this preset (ONVIF, in its own unit); for `by: onvif`.',
        },
      ),
    ),
  },
  closed,
);
export type SweepPose = Static<typeof SweepPose>;

/** A tower that turns from preset to preset. */
export const SweepConfig = Type.Object(
  {
    by: Type.Union([Type.Literal('schedule'), Type.Literal('scene'), Type.Literal('source'), Type.Literal('onvif')], {
      default: 'schedule',
      description:
        'How a frame’s pose is known: by the clock; by turns seen on the picture, in the order of the poses; from the source, where pictures come with the name of their pose; or from the camera, which is asked by ONVIF where it stands.',
    }),
    onvif: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description:
          'Device service of the camera, e.g. http://10.0.0.5/onvif/device_service, for `by: onvif`. User and password may stand in it; else those of `source.url` are used. `${NAME}` is taken from the environment.',
      }),
    ),
    ptzTolerance: Type.Number({
      default: 0.005,
      exclusiveMinimum: 0,
      description: 'How far from `poses.ptz` the camera may say that it stands, in the same unit.',
    }),
    startAt: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})$',
        description:
          'Any instant at which the first pose began, e.g. 2026-11-21T06:00:00+07:00. Without it the sweep begins with the first frame of a recording session; with `by: onvif` it is the schedule that holds while the camera does not answer.',
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
