import { Type } from '@sinclair/typebox';

/** Keys that every rule has. */
export const common = {
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'Unique within the camera.' }),
  name: Type.String({ default: '', description: 'Shown to people; the id when empty.' }),
};

export const report = (fallback: 'case' | 'statistic') =>
  Type.Union([Type.Literal('case'), Type.Literal('statistic')], {
    default: fallback,
    description: '`case` asks a person to decide; `statistic` is only counted.',
  });

/** Points of the ground, on the picture and in metres. */
export const calibrationOf = (description: string) =>
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
