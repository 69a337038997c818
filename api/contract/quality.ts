import { type Static, Type } from '@sinclair/typebox';

/** `GET /api/quality`: standing verdicts by camera and rule, of cases decided in a span. */
export const QualityQuery = Type.Object(
  {
    after: Type.Optional(Type.Number({ description: 'Decided from this instant, epoch ms; default 30 days ago.' })),
    before: Type.Optional(Type.Number({ description: 'Decided before this instant, epoch ms; default now.' })),
  },
  { additionalProperties: false },
);
export type QualityQuery = Static<typeof QualityQuery>;
export const QualityRow = Type.Object({
  cameraId: Type.String(),
  cameraName: Type.String(),
  ruleId: Type.String(),
  kind: Type.String(),
  confirmed: Type.Integer(),
  /** The act was there, but excused: the machine was right. */
  exempt: Type.Integer(),
  rejected: Type.Integer(),
  unsure: Type.Integer(),
  /** Rejected cases by reason. Reason `test` says nothing about the machine and is counted here alone. */
  reasons: Type.Record(Type.String(), Type.Integer()),
});
export type QualityRow = Static<typeof QualityRow>;
export const QualityList = Type.Object({ rows: Type.Array(QualityRow) });
export type QualityList = Static<typeof QualityList>;

const RuleKey = { cameraId: Type.String(), cameraName: Type.String(), ruleId: Type.String(), kind: Type.String() };
const Share = Type.Number({ minimum: 0, maximum: 1 });

/**
 * `GET /api/quality/thresholds`: whether what a rule measures tells right cases from rejected ones, and the stricter
 * threshold that the verdicts speak for. What a proposal promises was measured on cases that had no part in choosing it.
 */
export const ThresholdRow = Type.Object({
  ...RuleKey,
  /** Name of the measurement, or `score`: the detector's score of what the case is about. */
  measure: Type.String(),
  unit: Type.String(),
  /** Cases pass the rule on this side of its threshold. */
  side: Type.Union([Type.Literal('above'), Type.Literal('below')]),
  /** Threshold of the newest case; null where the rule has none for this number. */
  current: Type.Union([Type.Number(), Type.Null()]),
  decided: Type.Integer(),
  right: Type.Integer(),
  bins: Type.Array(
    Type.Object({ from: Type.Number(), to: Type.Number(), right: Type.Integer(), decided: Type.Integer() }),
  ),
  proposal: Type.Union([
    Type.Object({
      threshold: Type.Number(),
      precision: Share,
      interval: Type.Tuple([Share, Share]),
      keptRight: Share,
      keptWrong: Share,
    }),
    Type.Null(),
  ]),
  /** Why there is no proposal. */
  refusal: Type.Union([
    Type.Literal('few-verdicts'),
    Type.Literal('few-rejected'),
    Type.Literal('few-right'),
    Type.Literal('no-gain'),
    Type.Null(),
  ]),
});
export type ThresholdRow = Static<typeof ThresholdRow>;
export const ThresholdList = Type.Object({ rows: Type.Array(ThresholdRow) });
export type ThresholdList = Static<typeof ThresholdList>;

/** `GET /api/quality/drift`: the last weeks of every rule, and how the last one differs from those before it. */
export const DriftQuery = Type.Object(
  { weeks: Type.Optional(Type.Integer({ minimum: 2, maximum: 52, description: 'How many weeks; default 12.' })) },
  { additionalProperties: false },
);
export type DriftQuery = Static<typeof DriftQuery>;
export const DriftRow = Type.Object({
  ...RuleKey,
  weeks: Type.Array(
    Type.Object({
      from: Type.Number({ description: 'Epoch ms; a week ends seven days later.' }),
      decided: Type.Integer(),
      rejected: Type.Integer(),
      meanScore: Type.Union([Type.Number(), Type.Null()]),
      /** The mean's 95 % interval is ± this. */
      scoreHalfWidth: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
  changes: Type.Array(
    Type.Union([
      Type.Literal('more-rejected'),
      Type.Literal('fewer-rejected'),
      Type.Literal('lower-score'),
      Type.Literal('higher-score'),
    ]),
  ),
});
export type DriftRow = Static<typeof DriftRow>;
export const DriftList = Type.Object({ rows: Type.Array(DriftRow) });
export type DriftList = Static<typeof DriftList>;
