import { type Static, Type } from '@sinclair/typebox';

/** How a plume that was confirmed stood at one time; times are epoch milliseconds. */
export const PlumeStanding = Type.Object({
  state: Type.Union([Type.Literal('confirmed'), Type.Literal('ongoing'), Type.Literal('ended')]),
  at: Type.Number(),
  lastSeenAt: Type.Number(),
  sightings: Type.Integer(),
  framesLooked: Type.Integer(),
  evidence: Type.Number(),
  growthPercent: Type.Integer(),
});
export type PlumeStanding = Static<typeof PlumeStanding>;

/** `GET /api/cases/:id/course`: a case of smoke or flame after its confirmation, oldest first. */
export const PlumeCourseView = Type.Object({ course: Type.Array(PlumeStanding) });
export type PlumeCourseView = Static<typeof PlumeCourseView>;
