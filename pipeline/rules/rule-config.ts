import { type Static, Type } from '@sinclair/typebox';
import { Degrees, view } from '../fire/view-config.ts';
import { WEEKDAYS } from './local-time.ts';

/** Keys that every rule has. */
const common = {
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'Unique within the camera.' }),
  name: Type.String({ default: '', description: 'Shown to people; the id when empty.' }),
};

const report = (fallback: 'case' | 'statistic') =>
  Type.Union([Type.Literal('case'), Type.Literal('statistic')], {
    default: fallback,
    description: '`case` asks a person to decide; `statistic` is only counted.',
  });

const Heading = Type.Tuple([Type.Number(), Type.Number()], {
  description: 'Legal direction as a vector on the picture [right, down]; length does not matter.',
});

/** Points of the ground, on the picture and in metres. */
const calibrationOf = (description: string) =>
  Type.Array(
    Type.Object(
      {
        at: Type.Tuple([Type.Number(), Type.Number()], {
          description: 'The point on the picture, [x, y] in fractions of the frame.',
        }),
        ground: Type.Tuple([Type.Number(), Type.Number()], {
          description: 'The same point on the ground, [x, y] in metres from any corner.',
        }),
      },
      { additionalProperties: false },
    ),
    { minItems: 4, description },
  );

export const WrongWayConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('wrong_way'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: the lane or carriageway.' }),
    heading: Heading,
    classes: Type.Array(Type.String(), { default: ['motorcycle', 'car', 'bus', 'truck'] }),
    minAngleDeg: Type.Number({
      default: 120,
      minimum: 90,
      maximum: 180,
      description: 'Angle to the legal direction from which motion is against it.',
    }),
    minDurationMs: Type.Integer({
      default: 1_000,
      minimum: 0,
      description: 'How long it must go on (ms of media time).',
    }),
    minTravelBoxHeights: Type.Number({
      default: 1.5,
      minimum: 0,
      description: 'Least way, in heights of the box: jitter and reversing to park stay below.',
    }),
    windowMs: Type.Integer({
      default: 1_200,
      minimum: 300,
      description: 'Direction is fitted over so much of the past (ms).',
    }),
  },
  { additionalProperties: false, description: 'A vehicle goes against the legal direction of a lane.' },
);
export const WrongLaneConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('wrong_lane'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: the lane.' }),
    forbidden: Type.Array(Type.String(), { minItems: 1, description: 'Classes that may not use the lane.' }),
    minDurationMs: Type.Integer({
      default: 1_500,
      minimum: 0,
      description: 'How long it must be in the lane (ms of media time).',
    }),
    minTravelBoxHeights: Type.Number({
      default: 1,
      minimum: 0,
      description: 'Least way in the lane, in heights of the box: whoever stands there is not travelling.',
    }),
    marginFraction: Type.Number({
      default: 0.15,
      minimum: 0,
      maximum: 0.5,
      description: 'Share of the lane’s width at its edges that does not count.',
    }),
    hours: Type.Optional(
      Type.Array(
        Type.Tuple([Type.String({ pattern: '^\\d\\d:\\d\\d$' }), Type.String({ pattern: '^\\d\\d:\\d\\d$' })]),
        {
          description: 'Local time spans [from, to) in which the ban holds; always when absent.',
        },
      ),
    ),
    days: Type.Optional(
      Type.Array(Type.Union(WEEKDAYS.map((day) => Type.Literal(day))), {
        minItems: 1,
        description:
          'Days on which the ban holds; every day when absent. Hours past midnight belong to the day before.',
      }),
    ),
  },
  { additionalProperties: false, description: 'A vehicle of a class that may not use a lane travels in it.' },
);
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
export const LineCountConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('line_count'),
    report: report('statistic'),
    line: Type.String({ description: 'Key under `lines`.' }),
    classes: Type.Array(Type.String(), { default: ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck'] }),
    anchor: Type.Union([Type.Literal('ground'), Type.Literal('centre')], {
      default: 'ground',
      description:
        'Point of the box that must cross: where it touches the ground, or its centre (cameras that look straight down).',
    }),
    directions: Type.Array(Type.Union([Type.Literal('in'), Type.Literal('out')]), { default: ['in', 'out'] }),
  },
  { additionalProperties: false, description: 'Vehicles and people that cross a line, by class and direction.' },
);

export const PavementRidingConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('pavement_riding'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: the pavement.' }),
    classes: Type.Array(Type.String(), {
      default: ['motorcycle', 'car'],
      description: 'Classes that may not ride there.',
    }),
    minDurationMs: Type.Integer({
      default: 2_000,
      minimum: 0,
      description: 'How long it must ride on the pavement (ms of media time).',
    }),
    minTravelBoxHeights: Type.Number({
      default: 2,
      minimum: 0,
      description: 'Least way on the pavement, in heights of the box: parking there and leaving stay below.',
    }),
    marginFraction: Type.Number({
      default: 0.1,
      minimum: 0,
      maximum: 0.5,
      description: 'Share of the pavement’s width at its edges that does not count.',
    }),
  },
  { additionalProperties: false, description: 'A vehicle rides on the pavement.' },
);
export const IllegalStopConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('illegal_stop'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: where nobody may stop.' }),
    classes: Type.Array(Type.String(), {
      default: ['motorcycle', 'car', 'bus', 'truck'],
      description: 'Classes that the rule holds for.',
    }),
    minStopMs: Type.Integer({
      default: 60_000,
      minimum: 1_000,
      description: 'How long it must stand, waiting on red and in queues not counted (ms of media time).',
    }),
    maxDriftShare: Type.Number({
      default: 0.5,
      minimum: 0,
      description: 'Standing: its ground point stays within this share of the shorter side of its box.',
    }),
    hiddenMs: Type.Integer({
      default: 10_000,
      minimum: 0,
      description: 'It may be hidden by passing traffic for so long (ms of media time).',
    }),
    signal: Type.Optional(
      Type.String({ description: 'Key under `signals`: time on its red does not count (nor when it cannot be read).' }),
    ),
    lane: Type.Optional(
      Type.String({
        description:
          'Key under `zones`: the lane beside. While its traffic stands, the stop is a queue and time does not count.',
      }),
    ),
  },
  { additionalProperties: false, description: 'A vehicle stands where stopping is forbidden.' },
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

export const SpeedConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('speed'),
    report: report('case'),
    calibration: calibrationOf(
      'Surveyed points of the road: the corners of a quadrangle with their place in metres, better eight points or more. Speed is measured between them.',
    ),
    classes: Type.Array(Type.String(), {
      default: ['motorcycle', 'car', 'bus', 'truck'],
      description: 'Classes that the rule holds for.',
    }),
    limitKmh: Type.Number({
      minimum: 0,
      description:
        'Reported when the lower end of the 95 % interval is above this (km/h). 0 with `report: statistic` measures every passage.',
    }),
    minTravelM: Type.Number({
      default: 8,
      minimum: 1,
      description: 'Least way over the calibrated area (m): the shorter, the wider the interval.',
    }),
    noisePx: Type.Number({
      default: 1,
      minimum: 0,
      description: 'Trembling of boxes that is assumed at least (source pixels, one standard deviation).',
    }),
    pointErrorPx: Type.Number({
      default: 2,
      minimum: 0,
      description:
        'How far off the calibration’s points may be on the picture (source pixels, one standard deviation).',
    }),
  },
  {
    additionalProperties: false,
    description:
      'A vehicle is faster than the limit. Always indicative, with a 95 % interval: a camera is no certified instrument.',
  },
);

export const CameraHealthConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('camera_health'),
    report: report('statistic'),
    minDurationMs: Type.Integer({
      default: 20_000,
      minimum: 1_000,
      description: 'How long a fault must show without a break (ms of media time).',
    }),
    minBrightness: Type.Number({
      default: 0.05,
      minimum: 0,
      maximum: 1,
      description: 'Too dark: the mean brightness of the picture is below this (0–1).',
    }),
    minContrast: Type.Number({
      default: 0.04,
      minimum: 0,
      maximum: 1,
      description: 'Covered: the standard deviation of the brightness is below this (0–1).',
    }),
    minSharpness: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'Out of focus: sharpness is below this share of what it usually is.',
    }),
    minLikeness: Type.Number({
      default: 0.35,
      minimum: -1,
      maximum: 1,
      description: 'Moved: the correlation of the picture’s edges with the usual ones is below this.',
    }),
  },
  {
    additionalProperties: false,
    description: 'The picture is frozen, too dark, covered, out of focus, or shows another place.',
  },
);

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

const minSizeFraction = Type.Number({
  default: 0.02,
  minimum: 0,
  maximum: 1,
  description: 'Least width and height of the thing, as a share of the picture’s height.',
});
export const DumpedRubbishConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('dumped_rubbish'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: where nothing may be left. Kept clear of swaying trees.' }),
    bringers: Type.Array(Type.String(), {
      default: ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck'],
      description: 'Classes of whoever may leave something. A thing that came without one is not reported.',
    }),
    minStillMs: Type.Integer({
      default: 60_000,
      minimum: 5_000,
      description: 'How long the thing must stand unchanged (ms of media time).',
    }),
    awayMs: Type.Integer({
      default: 10_000,
      minimum: 0,
      description:
        'How long nobody must have stood at it: whoever waits beside a bag is no offender (ms of media time).',
    }),
    minSizeFraction,
  },
  {
    additionalProperties: false,
    description:
      'Somebody left a thing in an area and went. Seen as a lasting difference of the picture; what the thing is, a person decides.',
  },
);
export const EncroachmentConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('encroachment'),
    report: report('case'),
    zone: Type.String({ description: 'Key under `zones`: the pavement or the part of the roadway to be kept free.' }),
    goods: Type.Boolean({
      default: true,
      description: 'Whether things count that no track covers: goods, stalls, signs.',
    }),
    classes: Type.Array(Type.String(), {
      default: ['bicycle', 'motorcycle', 'car', 'bus', 'truck'],
      description: 'Parked vehicles that count.',
    }),
    minStandMs: Type.Integer({
      default: 600_000,
      minimum: 10_000,
      description: 'How long the spot must be taken; gaps of up to two minutes are bridged (ms of media time).',
    }),
    recurDays: Type.Integer({
      default: 7,
      minimum: 1,
      maximum: 31,
      description: 'So many days back the same spot is looked up.',
    }),
    minRecurrence: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 31,
      description: 'Reported only when the spot was taken on at least so many of those days. 0 reports the first time.',
    }),
    tell: Type.Union([Type.Literal('reached'), Type.Literal('over')], {
      default: 'reached',
      description:
        '`reached`: as soon as it stood for `minStandMs`. `over`: once it is gone, with its whole length; for statistics.',
    }),
    minSizeFraction,
  },
  {
    additionalProperties: false,
    description: 'Goods or vehicles stand where they may not, with how often the same spot was taken before.',
  },
);

const vehicles = Type.Array(Type.String(), {
  default: ['bicycle', 'motorcycle', 'car', 'bus', 'truck'],
  description: 'Classes that the rule holds for.',
});
/** Keys of rules that hold a stop line against a signal. */
const atSignal = {
  line: Type.String({ description: 'Key under `lines`: the stop line.' }),
  direction: Type.Union([Type.Literal('in'), Type.Literal('out')], {
    default: 'in',
    description: 'Direction of the traffic that the signal is for.',
  }),
  signal: Type.String({ description: 'Key under `signals`.' }),
  zone: Type.String({ description: 'Key under `zones`: the inside of the junction, beyond the crossing.' }),
  classes: vehicles,
  minRedMs: Type.Integer({
    default: 500,
    minimum: 0,
    description: 'A crossing sooner after the change to red is let pass (ms of media time).',
  }),
};

export const RedLightConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('red_light'),
    report: report('case'),
    ...atSignal,
    followMs: Type.Integer({
      default: 10_000,
      minimum: 500,
      description: 'It must be inside the junction so long after the stop line at the latest (ms of media time).',
    }),
    arrows: Type.Array(
      Type.Object(
        {
          signal: Type.String({ description: 'Key under `signals`: the arrow, with a green lamp.' }),
          zone: Type.String({ description: 'Key under `zones`: where vehicles go that the arrow lets through.' }),
        },
        { additionalProperties: false },
      ),
      { default: [], description: 'Turns that have a green arrow of their own.' },
    ),
  },
  { additionalProperties: false, description: 'A vehicle passes the stop line on red and goes on into the junction.' },
);
export const StopLineConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('stop_line'),
    report: report('case'),
    ...atSignal,
    minStandMs: Type.Integer({
      default: 2_000,
      minimum: 500,
      description: 'How long it must stand beyond the line on red (ms of media time).',
    }),
    maxDriftBoxHeights: Type.Number({
      default: 0.3,
      minimum: 0,
      description: 'Standing: it moves less than this, in heights of the box.',
    }),
  },
  {
    additionalProperties: false,
    description: 'A vehicle passes the stop line on red and stands beyond it, before the junction.',
  },
);

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

/** One rule of a camera; `kind` says which. */
export const RuleConfig = Type.Union([
  WrongWayConfig,
  WrongLaneConfig,
  CrowdingConfig,
  LineCountConfig,
  RedLightConfig,
  StopLineConfig,
  PavementRidingConfig,
  IllegalStopConfig,
  LoiteringConfig,
  SpeedConfig,
  CameraHealthConfig,
  TooManyRidersConfig,
  NoHelmetConfig,
  SmokeConfig,
  DumpedRubbishConfig,
  EncroachmentConfig,
]);
export type RuleConfig = Static<typeof RuleConfig>;
export type WrongWayConfig = Static<typeof WrongWayConfig>;
export type WrongLaneConfig = Static<typeof WrongLaneConfig>;
export type CrowdingConfig = Static<typeof CrowdingConfig>;
export type LineCountConfig = Static<typeof LineCountConfig>;
export type RedLightConfig = Static<typeof RedLightConfig>;
export type StopLineConfig = Static<typeof StopLineConfig>;
export type PavementRidingConfig = Static<typeof PavementRidingConfig>;
export type IllegalStopConfig = Static<typeof IllegalStopConfig>;
export type LoiteringConfig = Static<typeof LoiteringConfig>;
export type CameraHealthConfig = Static<typeof CameraHealthConfig>;
export type SpeedConfig = Static<typeof SpeedConfig>;
export type TooManyRidersConfig = Static<typeof TooManyRidersConfig>;
export type NoHelmetConfig = Static<typeof NoHelmetConfig>;
export type SmokeConfig = Static<typeof SmokeConfig>;
export type DumpedRubbishConfig = Static<typeof DumpedRubbishConfig>;
export type EncroachmentConfig = Static<typeof EncroachmentConfig>;
