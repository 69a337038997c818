import { type Static, Type } from '@sinclair/typebox';

export const ROLES = ['viewer', 'operator', 'ranger', 'officer', 'supervisor', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** `POST /api/session` */
export const LoginRequest = Type.Object(
  { username: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
);
export type LoginRequest = Static<typeof LoginRequest>;

/** `GET /api/session`, and the answer to a log-in. */
export const Session = Type.Object({
  username: Type.String(),
  role: Type.Union(ROLES.map((role) => Type.Literal(role))),
  /** Sent back in header `x-csrf-token` with every POST, PUT, PATCH and DELETE. */
  csrfToken: Type.String(),
  mustChangePassword: Type.Boolean(),
  site: Type.Object({ name: Type.String(), timeZone: Type.String(), language: Type.String() }),
});
export type Session = Static<typeof Session>;

/** RFC 9457 problem document: every error of the API. `code` is one of docs/errors.md. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
});
export type Problem = Static<typeof Problem>;
