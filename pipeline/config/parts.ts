import { Type } from '@sinclair/typebox';

/** Unknown keys are refused: a mistyped one would silently leave its default. */
export const closed = { additionalProperties: false } as const;

export const Id = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'Lower-case letters, digits and hyphens; used in file names, URLs and events.',
});

/** A share of the width or height of the frame. */
export const Fraction = Type.Number({ minimum: 0, maximum: 1 });

/** Corners may lie a little outside of the picture, where a zone or line goes on. */
export const Fraction2 = Type.Tuple(
  [Type.Number({ minimum: -0.5, maximum: 1.5 }), Type.Number({ minimum: -0.5, maximum: 1.5 })],
  {
    description: '[x, y] in fractions of the frame, origin top left.',
  },
);
