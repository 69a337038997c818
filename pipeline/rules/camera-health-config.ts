import { type Static, Type } from '@sinclair/typebox';
import { common, report } from './config-keys.ts';

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

export type CameraHealthConfig = Static<typeof CameraHealthConfig>;
