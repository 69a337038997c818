import { type Static, Type } from '@sinclair/typebox';

const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** `POST /api/cases/:id/assignee`: who sees to the case; null: nobody. */
export const AssignRequest = Type.Object(
  { username: nullable(Type.String({ minLength: 1, maxLength: 64 })) },
  { additionalProperties: false },
);
export type AssignRequest = Static<typeof AssignRequest>;

/** `GET /api/cases/:id/assignees`: who may be given the case. */
export const Assignee = Type.Object({ username: Type.String(), displayName: Type.String() });
export type Assignee = Static<typeof Assignee>;
export const AssigneeList = Type.Object({ assignees: Type.Array(Assignee) });
export type AssigneeList = Static<typeof AssigneeList>;
