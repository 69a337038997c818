import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { SweepConfig } from '../fire/sweep-config.ts';
import { RuleConfig } from '../rules/rule-config.ts';
import { AnalysisConfig, HeadsConfig, TrackerConfig } from './analysis.ts';
import { closed, Fraction, Fraction2, Id } from './parts.ts';
import { PassagesConfig } from './passages.ts';
import { SourceConfig } from './source.ts';

export const CameraConfig = Type.Object(
  {
    id: Id,
    name: Type.String({ default: '', description: 'Shown to people; the id when empty.' }),
    place: Type.String({ default: '', description: 'Street and commune in words, as printed on a case.' }),
    group: Type.String({ default: 'default', description: 'Unit that may see this camera.' }),
    location: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -90, maximum: 90 }),
          longitude: Type.Number({ minimum: -180, maximum: 180 }),
        },
        { ...closed, description: 'WGS 84 position.' },
      ),
    ),
    enabled: Type.Boolean({ default: true }),
    source: SourceConfig,
    analysis: Type.Optional(AnalysisConfig),
    tracker: Type.Optional(TrackerConfig),
    sweep: Type.Optional(SweepConfig),
    ptz: Type.Optional(
      Type.Object(
        {
          onvif: Type.String({
            // No user and password in it: those of `source.url` are used, which no page shows.
            pattern: '^https?://[^@]+$',
            description:
              'Device service of the camera, e.g. http://10.0.0.5/onvif/device_service. User and password are those of `source.url`.',
          }),
        },
        { ...closed, description: 'A camera that people may turn from its page (ONVIF).' },
      ),
    ),
    zones: Type.Record(Type.String(), Type.Array(Fraction2, { minItems: 3 }), {
      default: {},
      description: 'Named polygons, corners in order.',
    }),
    lines: Type.Record(Type.String(), Type.Tuple([Fraction2, Fraction2]), {
      default: {},
      description:
        'Named directed lines [a, b]. Crossing from the left of a→b to its right (as seen on the picture) counts `in`.',
    }),
    signals: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Array(
          Type.Object(
            {
              colour: Type.Union([Type.Literal('red'), Type.Literal('yellow'), Type.Literal('green')]),
              box: Type.Tuple([Fraction, Fraction, Fraction, Fraction], {
                description: '[x1, y1, x2, y2] in fractions: the lamp with its housing, nothing bright around it.',
              }),
            },
            closed,
          ),
          { minItems: 1 },
        ),
        { description: 'Named traffic signals, one entry per lamp. An arrow is a signal of its own.' },
      ),
    ),
    signalFeeds: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {
            maxSilenceMs: Type.Integer({
              minimum: 1_000,
              maximum: 600_000,
              default: 10_000,
              description:
                'A controller that has told nothing for so long is not believed: the signal is unknown (ms). Controllers repeat themselves every few seconds.',
            }),
          },
          { ...closed, default: {} },
        ),
        {
          description:
            'Signals that their controller tells by `POST /api/cameras/:id/signals/:signal`, instead of lamps in the picture. Rules name them like those under `signals`.',
        },
      ),
    ),
    rules: Type.Array(RuleConfig, { default: [] }),
    passages: Type.Optional(PassagesConfig),
  },
  closed,
);
export type CameraConfig = Static<typeof CameraConfig>;

/** What a camera's heads are looked at with; null where nobody looks. */
export const headsOf = ({ analysis, rules }: Pick<CameraConfig, 'analysis' | 'rules'>): HeadsConfig | null => {
  const isWanted = rules.some(({ kind }) => kind === 'no_helmet');
  const heads = analysis?.heads ?? (isWanted ? (Value.Default(HeadsConfig, {}) as HeadsConfig) : null);
  return analysis && heads?.enabled === true ? heads : null;
};

/** How a camera's passages are taken; null where none are. */
export const passagesOf = ({ enabled, analysis, passages }: CameraConfig): PassagesConfig | null =>
  enabled && analysis && passages?.enabled === true ? passages : null;
