import { type Static, Type } from '@sinclair/typebox';
import { SPEED_BAND_KMH } from './speed-band.ts';

/** `GET /api/statistics/counts`: crossings by quarter hour. Times are epoch milliseconds. */
export const CountQuery = Type.Object(
  {
    cameraId: Type.Optional(Type.String()),
    ruleId: Type.Optional(Type.String()),
    after: Type.Optional(Type.Number({ description: 'Start of the quarter hour from; default 24 h ago.' })),
    before: Type.Optional(Type.Number({ description: 'Start of the quarter hour before; default now.' })),
  },
  { additionalProperties: false },
);
export type CountQuery = Static<typeof CountQuery>;
export const CountRow = Type.Object({
  cameraId: Type.String(),
  ruleId: Type.String(),
  className: Type.String(),
  direction: Type.String(),
  /** Start of the quarter hour. */
  quarterAt: Type.Number(),
  count: Type.Integer(),
});
export type CountRow = Static<typeof CountRow>;
export const CountList = Type.Object({ counts: Type.Array(CountRow), truncated: Type.Boolean() });
export type CountList = Static<typeof CountList>;

const Span = {
  after: Type.Optional(Type.Number({ description: 'From this instant, epoch ms; default 24 h ago.' })),
  before: Type.Optional(Type.Number({ description: 'Until this instant, epoch ms; default now.' })),
  cameraId: Type.Optional(Type.String()),
};

/** `GET /api/statistics/cases`: cases by camera, kind and quarter hour of their trigger, and what became of them. */
export const CaseCountQuery = Type.Object(Span, { additionalProperties: false });
export type CaseCountQuery = Static<typeof CaseCountQuery>;
export const CaseCountRow = Type.Object({
  cameraId: Type.String(),
  cameraName: Type.String(),
  place: Type.String(),
  kind: Type.String(),
  quarterAt: Type.Number({ description: 'Start of the quarter hour.' }),
  cases: Type.Integer(),
  open: Type.Integer(),
  confirmed: Type.Integer(),
  rejected: Type.Integer(),
});
export type CaseCountRow = Static<typeof CaseCountRow>;
export const CaseCountList = Type.Object({ counts: Type.Array(CaseCountRow), truncated: Type.Boolean() });
export type CaseCountList = Static<typeof CaseCountList>;

/**
 * `GET /api/statistics/speeds`: vehicles whose speed was estimated, by bands. Of all vehicles on the calibrated road, not only
 * of those too fast. Indicative, as every speed here.
 */
export const SpeedQuery = Type.Object(Span, { additionalProperties: false });
export type SpeedQuery = Static<typeof SpeedQuery>;
export const SpeedCount = Type.Object({
  cameraId: Type.String(),
  className: Type.String(),
  fromKmh: Type.Integer({ description: `Lower end of a band of ${SPEED_BAND_KMH} km/h.` }),
  count: Type.Integer(),
});
export type SpeedCount = Static<typeof SpeedCount>;
export const SpeedList = Type.Object({ counts: Type.Array(SpeedCount) });
export type SpeedList = Static<typeof SpeedList>;

/** `GET /api/statistics/crowds`: people in the areas of crowding rules by quarter hour. */
export const CrowdQuery = Type.Object(Span, { additionalProperties: false });
export type CrowdQuery = Static<typeof CrowdQuery>;
export const CrowdCount = Type.Object({
  cameraId: Type.String(),
  ruleId: Type.String(),
  quarterAt: Type.Number({ description: 'Start of the quarter hour.' }),
  most: Type.Integer({ description: 'The most at once.' }),
  mean: Type.Number(),
});
export type CrowdCount = Static<typeof CrowdCount>;
export const CrowdList = Type.Object({ counts: Type.Array(CrowdCount), truncated: Type.Boolean() });
export type CrowdList = Static<typeof CrowdList>;

/**
 * `GET /api/statistics/coverage`: when each camera was recorded. `knownFrom` is where the account begins: earlier
 * recordings were removed or never were. `share` is of the part of the span from there on; null when there is none.
 */
export const CoverageQuery = Type.Object(Span, { additionalProperties: false });
export type CoverageQuery = Static<typeof CoverageQuery>;
export const RecordingGaps = Type.Array(
  Type.Object({
    fromAt: Type.Number(),
    toAt: Type.Union([Type.Number(), Type.Null()], { description: 'Null while it lasts.' }),
    cause: Type.String(),
  }),
);
export const CameraCoverage = Type.Object({
  cameraId: Type.String(),
  knownFrom: Type.Union([Type.Number(), Type.Null()]),
  share: Type.Union([Type.Number(), Type.Null()]),
  gaps: RecordingGaps,
});
export type CameraCoverage = Static<typeof CameraCoverage>;
export const CoverageList = Type.Object({
  after: Type.Number(),
  before: Type.Number(),
  cameras: Type.Array(CameraCoverage),
});
export type CoverageList = Static<typeof CoverageList>;
