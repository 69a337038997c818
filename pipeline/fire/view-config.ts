import { Type } from '@sinclair/typebox';

export const Degrees = (description: string, minimum: number, maximum: number) =>
  Type.Number({ minimum, maximum, description });

/** Keys that say where a tower's camera looks and how its lens draws: of a fixed camera, and of each pose of a sweep. */
export const view = {
  azimuthDeg: Degrees(
    'Of the middle of the picture, clockwise from true north; from landmarks, not a compass.',
    0,
    360,
  ),
  tiltDeg: Type.Number({
    default: 0,
    minimum: -60,
    maximum: 60,
    description: 'Of the middle of the picture, up positive.',
  }),
  fieldOfViewDeg: Degrees('Horizontal, at this zoom.', 1, 150),
  k1: Type.Number({
    default: 0,
    minimum: -0.5,
    maximum: 0.5,
    description: 'Radial distortion of the lens (Brown), barrel negative.',
  }),
  errorDeg: Type.Number({
    default: 0.3,
    exclusiveMinimum: 0,
    description: 'One standard deviation of the pose’s calibration.',
  }),
};
