import { type Static, Type } from '@sinclair/typebox';

export const StillQuery = Type.Object(
  {
    pose: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
        description: 'Id of a pose of the camera’s sweep; left out for a camera that does not turn.',
      }),
    ),
    capturedAt: Type.Optional(
      Type.Integer({ description: 'When it was taken, epoch milliseconds; the time of the request when left out.' }),
    ),
  },
  { additionalProperties: false },
);
export type StillQuery = Static<typeof StillQuery>;

export const PostedStill = Type.Object({ capturedAt: Type.Number(), bytes: Type.Integer() });
export type PostedStill = Static<typeof PostedStill>;
