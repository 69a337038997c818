import { type Static, Type } from '@sinclair/typebox';
import { calibrationOf, common, report } from './config-keys.ts';
import { WEEKDAYS } from './local-time.ts';

const Heading = Type.Tuple([Type.Number(), Type.Number()], {
  description: 'Legal direction as a vector on the picture [right, down]; length does not matter.',
});

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

export type WrongWayConfig = Static<typeof WrongWayConfig>;
export type WrongLaneConfig = Static<typeof WrongLaneConfig>;
export type PavementRidingConfig = Static<typeof PavementRidingConfig>;
export type IllegalStopConfig = Static<typeof IllegalStopConfig>;
export type SpeedConfig = Static<typeof SpeedConfig>;
export type LineCountConfig = Static<typeof LineCountConfig>;
