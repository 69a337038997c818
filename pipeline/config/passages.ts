import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const PassagesConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true }),
    line: Type.Optional(
      Type.String({
        description: 'Key under `lines`: who crosses it has passed, at that instant and in that direction.',
      }),
    ),
    zone: Type.Optional(
      Type.String({
        description: 'Key under `zones`: who was in it has passed. Without line and zone, everybody has.',
      }),
    ),
    lanes: Type.Array(Type.String(), {
      default: [],
      description: 'Keys under `zones` that are lanes; a passage states the one that the vehicle was in.',
    }),
    keepDays: Type.Number({
      default: 30,
      exclusiveMinimum: 0,
      maximum: 3_650,
      description: 'Passages and their pictures are removed after so long (days).',
    }),
  },
  {
    ...closed,
    description:
      'Every vehicle that passes becomes a searchable passage, its plate read from the full-resolution recording.',
  },
);
export type PassagesConfig = Static<typeof PassagesConfig>;
