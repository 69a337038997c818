import { type Static, Type } from '@sinclair/typebox';
import { calibrationOf, common, report } from './config-keys.ts';

export const CrowdingConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('crowding'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: the area that is counted.' }),
    classes: Type.Array(Type.String(), { default: ['person'] }),
    minScore: Type.Number({
      default: 0.3,
      minimum: 0,
      maximum: 1,
      description:
        'Least score of a person, averaged over `smoothMs`. Posts and bins that the detector takes for people stay below.',
    }),
    raiseCount: Type.Number({
      minimum: 1,
      description: 'Raised when the smoothed count stays at or above this. Also the least count for the keys below.',
    }),
    raiseDensity: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'Raised only when there are also so many persons per m² (needs `calibration`). 2–3 is dense, 4–5 dangerous.',
      }),
    ),
    criticalDensity: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'From so many persons per m² on it is raised at once, without waiting for `raiseMs`.',
      }),
    ),
    calibration: Type.Optional(
      calibrationOf(
        'Surveyed points of the ground: the corners of a quadrangle with their place in metres, better more. With them persons per m² are measured.',
      ),
    ),
    raiseRatio: Type.Optional(
      Type.Number({
        minimum: 1,
        description:
          'Raised only when the count is also so many times what is usual at this hour of the day. While that is not known, the count decides alone.',
      }),
    ),
    usualByHour: Type.Optional(
      Type.Array(Type.Number({ minimum: 0 }), {
        minItems: 24,
        maxItems: 24,
        description:
          'Usual count at each local hour, from 0:00 on, e.g. from the statistics. Without it, it is learnt from earlier days.',
      }),
    ),
    raiseMs: Type.Integer({
      default: 20_000,
      minimum: 0,
      description: 'How long the count must stay there (ms of media time).',
    }),
    clearRatio: Type.Number({
      default: 0.8,
      minimum: 0,
      maximum: 1,
      description: 'Cleared when it stays at or below `raiseCount` × this.',
    }),
    clearMs: Type.Integer({
      default: 60_000,
      minimum: 0,
      description: 'How long the count must stay low to clear (ms of media time).',
    }),
    smoothMs: Type.Integer({ default: 5_000, minimum: 0, description: 'Median over so much of the past (ms).' }),
    quietMs: Type.Integer({
      default: 600_000,
      minimum: 0,
      description: 'No second alarm sooner after the last one ended (ms).',
    }),
  },
  { additionalProperties: false, description: 'More people than the threshold stay in an area.' },
);

export const LoiteringConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('loitering'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`.' }),
    classes: Type.Array(Type.String(), { default: ['person'], description: 'Classes that the rule holds for.' }),
    minDwellMs: Type.Integer({
      default: 120_000,
      minimum: 1_000,
      description: 'How long somebody must stay in the zone (ms of media time).',
    }),
    graceMs: Type.Integer({
      default: 2_000,
      minimum: 0,
      description: 'Leaving the zone for a shorter time is the same stay (ms of media time).',
    }),
  },
  { additionalProperties: false, description: 'Somebody stays in an area for long.' },
);

export type CrowdingConfig = Static<typeof CrowdingConfig>;
export type LoiteringConfig = Static<typeof LoiteringConfig>;
