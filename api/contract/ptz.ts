import { type Static, Type } from '@sinclair/typebox';

/** `GET /api/cameras/:id/ptz` */
export const PtzPresets = Type.Object({
  presets: Type.Array(
    Type.Object({ token: Type.String(), name: Type.String({ description: 'As stored in the camera; may be empty.' }) }),
  ),
});
export type PtzPresets = Static<typeof PtzPresets>;

const closed = { additionalProperties: false } as const;
const Speed = Type.Number({ minimum: -1, maximum: 1 });

/** How long a camera turns without being told again (ms): should the word to stop be lost, it stops by itself. */
export const PTZ_MOVE_MS = 4_000;

/**
 * `POST /api/cameras/:id/ptz`. Speeds are shares of what the camera can: right, up and nearer are positive. A move ends by
 * itself after 4 s; whoever goes on says so again before.
 */
export const PtzAct = Type.Union([
  Type.Object({ act: Type.Literal('move'), pan: Speed, tilt: Speed, zoom: Speed }, closed),
  Type.Object({ act: Type.Literal('stop') }, closed),
  Type.Object({ act: Type.Literal('preset'), token: Type.String({ minLength: 1, maxLength: 64 }) }, closed),
]);
export type PtzAct = Static<typeof PtzAct>;
