import { type Static, Type } from '@sinclair/typebox';
import { CaseSummary } from './cases.ts';

const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** `GET /api/cases/:id/same-act`: cases of other cameras that may show the same act, likeliest first; a person decides. */
export const SameActList = Type.Object({
  proposals: Type.Array(
    Type.Object({
      case: CaseSummary,
      /** `plate`: the same number was read; `time-and-place`: the same class of vehicle, near, at nearly the same time. */
      why: Type.Union([Type.Literal('plate'), Type.Literal('time-and-place')]),
      plate: nullable(Type.String()),
      /** Their trigger after ours, s. */
      secondsApart: Type.Number(),
      /** Null where a camera has no position; the place then has the same name. */
      metresApart: nullable(Type.Number()),
    }),
  ),
});
export type SameActList = Static<typeof SameActList>;

/** `POST /api/cases/:id/merge`: this case is closed as part of another. */
export const MergeRequest = Type.Object(
  { into: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }) },
  { additionalProperties: false },
);
export type MergeRequest = Static<typeof MergeRequest>;
