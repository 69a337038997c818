import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const HeadsConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: '`false`: no heads are looked at; `no_helmet` stays silent.' }),
    model: Type.String({
      default: 'rider',
      description: 'Id of a model of heads in the manifest: classes helmet, no_helmet, unsure.',
    }),
    maxCrops: Type.Integer({
      default: 6,
      minimum: 1,
      maximum: 32,
      description: 'Motorcycles looked at per frame, at most; with more of them they take turns.',
    }),
  },
  {
    ...closed,
    description:
      'Second model on the crops of motorcycles with their riders. Switched on by itself where a `no_helmet` rule stands.',
  },
);
export type HeadsConfig = Static<typeof HeadsConfig>;

export const AnalysisConfig = Type.Object(
  {
    detector: Type.String({ default: 'road', description: 'Key under `detectors`.' }),
    fps: Type.Number({
      default: 5,
      exclusiveMinimum: 0,
      maximum: 30,
      description: 'Frames analysed per second of media time, at most.',
    }),
    tiles: Type.Optional(
      Type.Object(
        {
          rows: Type.Integer({ minimum: 1, maximum: 4, default: 1 }),
          columns: Type.Integer({ minimum: 1, maximum: 4, default: 1 }),
          overlap: Type.Number({
            minimum: 0,
            maximum: 0.5,
            default: 0.15,
            description: 'Share of a tile that its neighbour sees too.',
          }),
        },
        {
          ...closed,
          description:
            'Look at the picture in tiles, each at the full input size: finds small objects, costs rows × columns runs.',
        },
      ),
    ),
    region: Type.Optional(
      Type.Tuple(
        [
          Type.Number({ minimum: 0, maximum: 1 }),
          Type.Number({ minimum: 0, maximum: 1 }),
          Type.Number({ minimum: 0, maximum: 1 }),
          Type.Number({ minimum: 0, maximum: 1 }),
        ],
        {
          description: '[x1, y1, x2, y2] in fractions: analyse only this part of the picture, enlarged.',
        },
      ),
    ),
    minScore: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Overrides the detector’s `minScore` on this camera.' }),
    ),
    heads: Type.Optional(HeadsConfig),
    priority: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 9,
        description:
          'Who is analysed in full when the machine cannot analyse all cameras; higher comes first. By default 3 with rules on acts that last a second or two, 2 with rules on what stays for a while, 1 with counts alone.',
      }),
    ),
    motionGate: Type.Optional(
      Type.Object(
        {
          floorMs: Type.Integer({
            default: 1_000,
            minimum: 200,
            maximum: 10_000,
            description: 'The detector looks at least so often, whatever the picture shows (ms of media time).',
          }),
        },
        {
          ...closed,
          description:
            'While nothing moves in the picture, the detector’s last result stands and it does not run. For quiet places; not for smoke, which grows slowly.',
        },
      ),
    ),
    deadlineMs: Type.Integer({
      default: 2_000,
      minimum: 50,
      maximum: 60_000,
      description: 'A live frame older than this when its turn comes is dropped and counted (ms).',
    }),
  },
  closed,
);
export type AnalysisConfig = Static<typeof AnalysisConfig>;

export const TrackerConfig = Type.Object(
  {
    highScore: Type.Number({
      default: 0.4,
      minimum: 0,
      maximum: 1,
      description: 'Boxes from this score on start and carry tracks.',
    }),
    lowScore: Type.Number({
      default: 0.1,
      minimum: 0,
      maximum: 1,
      description: 'Boxes from this score on carry existing tracks only.',
    }),
    newTrackScore: Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'Score needed to start a track.' }),
    matchCost: Type.Number({
      default: 0.8,
      minimum: 0,
      maximum: 1,
      description: 'Largest cost (1 − overlap, weighed by height and score) of a match in the first pass.',
    }),
    memoryMs: Type.Number({
      default: 1_500,
      minimum: 0,
      description: 'How long a lost track is remembered (ms of media time).',
    }),
    confirmMs: Type.Number({
      default: 300,
      minimum: 0,
      description: 'A track counts once it was seen over so long (ms of media time).',
    }),
  },
  closed,
);
export type TrackerConfig = Static<typeof TrackerConfig>;
