import { type Static, Type } from '@sinclair/typebox';
import { common, report } from './config-keys.ts';

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

export type DumpedRubbishConfig = Static<typeof DumpedRubbishConfig>;
export type EncroachmentConfig = Static<typeof EncroachmentConfig>;
