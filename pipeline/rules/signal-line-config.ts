import { type Static, Type } from '@sinclair/typebox';
import { common, report } from './config-keys.ts';

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

export type RedLightConfig = Static<typeof RedLightConfig>;
export type StopLineConfig = Static<typeof StopLineConfig>;
