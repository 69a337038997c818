import { type Static, Type } from '@sinclair/typebox';
import { ROLES } from './session.ts';

const Role = Type.Union(ROLES.map((role) => Type.Literal(role)));
const Username = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{1,63}$',
  description: 'Lower-case letters, digits, dot, hyphen, underscore.',
});
/** Camera groups that the account may see; null = all. */
const Groups = Type.Union([Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 }), Type.Null()]);
const Password = Type.String({ minLength: 1, maxLength: 256 });

/** `POST /api/session/password` */
export const PasswordChange = Type.Object({ current: Password, next: Password }, { additionalProperties: false });
export type PasswordChange = Static<typeof PasswordChange>;

/** One row of `GET /api/users`. */
export const User = Type.Object({
  username: Type.String(),
  displayName: Type.String(),
  role: Role,
  groups: Groups,
  disabled: Type.Boolean(),
  mustChangePassword: Type.Boolean(),
  /** Whether a code of an authenticator app is asked for at log-in. */
  secondFactor: Type.Boolean(),
  /** Logs in at the provider, which also sets role and groups. */
  byProvider: Type.Boolean(),
  createdAt: Type.Number(),
  lastLoginAt: Type.Union([Type.Number(), Type.Null()]),
});
export type User = Static<typeof User>;
export const UserList = Type.Object({ users: Type.Array(User) });
export type UserList = Static<typeof UserList>;

/** `POST /api/users`; the answer holds the first password once, the person changes it at the first log-in. */
export const NewUser = Type.Object(
  {
    username: Username,
    displayName: Type.Optional(Type.String({ maxLength: 128 })),
    role: Role,
    groups: Type.Optional(Groups),
  },
  { additionalProperties: false },
);
export type NewUser = Static<typeof NewUser>;
export const CreatedUser = Type.Object({ user: User, password: Type.String() });
export type CreatedUser = Static<typeof CreatedUser>;

/** `PATCH /api/users/:username`; `resetPassword: true` answers with a new first password; `resetSecondFactor: true` forgets the app and its codes. */
export const UserChange = Type.Object(
  {
    displayName: Type.Optional(Type.String({ maxLength: 128 })),
    role: Type.Optional(Role),
    groups: Type.Optional(Groups),
    disabled: Type.Optional(Type.Boolean()),
    resetPassword: Type.Optional(Type.Literal(true)),
    resetSecondFactor: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UserChange = Static<typeof UserChange>;
export const ChangedUser = Type.Object({ user: User, password: Type.Union([Type.String(), Type.Null()]) });
export type ChangedUser = Static<typeof ChangedUser>;
