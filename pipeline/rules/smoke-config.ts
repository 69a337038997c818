import { type Static, Type } from '@sinclair/typebox';
import { Degrees, view } from '../fire/view-config.ts';
import { common, report } from './config-keys.ts';

const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'Like `05:30`.' });

export const SmokeConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('smoke'),
    report: report('case'),
    classes: Type.Array(Type.String(), {
      default: ['smoke', 'flame'],
      description: 'Classes that the rule holds for.',
    }),
    glow: Type.Boolean({
      default: false,
      description:
        'Looks for flame at night as a small warm light that flickers where none was. For towers away from towns.',
    }),
    station: Type.Optional(
      Type.Object(
        {
          latitude: Degrees('WGS 84.', -90, 90),
          longitude: Degrees('WGS 84.', -180, 180),
          heightM: Type.Number({ description: 'Of the lens above sea level (m).' }),
        },
        { additionalProperties: false, description: 'Where the tower stands.' },
      ),
    ),
    pose: Type.Optional(
      Type.Object(
        { id: Type.String({ default: 'fixed', description: 'Name of the preset.' }), ...view },
        { additionalProperties: false, description: 'Where the camera looks; without it an alert has no bearing.' },
      ),
    ),
    exclusions: Type.Array(Type.String(), {
      default: [],
      description: 'Keys under `zones`: chimneys, kilns, roads. Smoke whose foot stands in one is passed over.',
    }),
    minScore: Type.Number({ default: 0.1, minimum: 0, maximum: 1, description: 'Detections below are not looked at.' }),
    neutralScore: Type.Number({
      default: 0.32,
      minimum: 0,
      maximum: 1,
      description: 'Score that speaks neither for nor against smoke.',
    }),
    confirmAt: Type.Number({
      default: 1.3,
      exclusiveMinimum: 0,
      description: 'Evidence summed over frames at which smoke is reported, at danger level 3.',
    }),
    minSightings: Type.Integer({ default: 3, minimum: 2, description: 'Frames it must be seen in at the least.' }),
    cadenceMs: Type.Integer({
      default: 10_000,
      minimum: 1_000,
      description: 'Frames sooner after the last one that counted add no evidence (ms of media time).',
    }),
    endMs: Type.Integer({
      default: 600_000,
      minimum: 30_000,
      description: 'Smoke not seen for so long is over; smoke there later is a new event (ms of media time).',
    }),
    dangerLevel: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4), Type.Literal(5)], {
      default: 3,
      description: 'Fire danger of the season: from 1, where more evidence is asked for, to 5.',
    }),
    hours: Type.Array(
      Type.Object(
        {
          from: TimeOfDay,
          to: TimeOfDay,
          evidence: Type.Number({
            minimum: -1,
            maximum: 2,
            description: 'Asked for beyond `confirmAt` (below zero: less).',
          }),
        },
        { additionalProperties: false },
      ),
      { default: [], description: 'Hours of the site with their own prior: morning fog, a low sun, burning of straw.' },
    ),
  },
  { additionalProperties: false, description: 'Smoke or flame in a landscape, seen from a tower.' },
);

export type SmokeConfig = Static<typeof SmokeConfig>;
