import { type Static, Type } from '@sinclair/typebox';
import { CaseState } from './cases.ts';

/**
 * `GET /api/live?cameras=a,b`: server-sent events. Without `cameras` no frames come, only states and cases.
 * Event names and what their `data` holds:
 *
 *     frame    LiveFrame (pipeline/live.ts) of a camera asked for; dropped for a client that reads too slowly
 *     camera   CameraState (pipeline/live.ts), both processes merged; all cameras at connect, then at every change
 *     case     CaseChange
 *     watch    WatchAlert (contract/passages.ts), to whoever may search passages
 *     plate    LivePlate of a camera asked for, to whoever may search passages
 *     status   LiveStatus: at connect, whenever it changes, and every 5 s as a sign of life
 */
export const LiveQuery = Type.Object(
  { cameras: Type.Optional(Type.String({ description: 'Comma-separated camera ids whose frames are wanted.' })) },
  { additionalProperties: false },
);
export type LiveQuery = Static<typeof LiveQuery>;
export const LIVE_EVENTS = ['frame', 'camera', 'case', 'watch', 'plate', 'status'] as const;
export type LiveEvent = (typeof LIVE_EVENTS)[number];

export const CaseChange = Type.Object({
  caseId: Type.String(),
  state: CaseState,
  cameraId: Type.String(),
  kind: Type.String(),
});
export type CaseChange = Static<typeof CaseChange>;

/** The plate that was read of a vehicle. It comes some seconds after the vehicle has passed. */
export const LivePlate = Type.Object({
  cameraId: Type.String(),
  sessionId: Type.String(),
  trackId: Type.Integer(),
  text: Type.String(),
});
export type LivePlate = Static<typeof LivePlate>;
/** `GET /api/cameras/:id/plates`: plates of what passed in a span, for the overlay of the recording. */
export const LivePlateList = Type.Object({ plates: Type.Array(LivePlate) });
export type LivePlateList = Static<typeof LivePlateList>;

/** `live: false` means that Redis cannot be reached: overlays and new cases wait, everything else works. */
export const LiveStatus = Type.Object({ live: Type.Boolean() });
export type LiveStatus = Static<typeof LiveStatus>;
