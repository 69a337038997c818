import { type Static, Type } from '@sinclair/typebox';
import { ReviewKeys } from './review-keys.ts';

export const ROLES = ['viewer', 'operator', 'ranger', 'officer', 'supervisor', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** `POST /api/session` */
export const LoginRequest = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
    code: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 32,
        description: 'Second step, for accounts that have one: six digits of the app, or a recovery code.',
      }),
    ),
  },
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
  /** `required`: nothing else is answered before the account has a second factor. */
  secondFactor: Type.Union([Type.Literal('off'), Type.Literal('on'), Type.Literal('required')]),
  /** Logged in at the provider: password, second step and tokens are not kept here. */
  byProvider: Type.Boolean(),
  /** Keys of the review page that the person chose. */
  reviewKeys: ReviewKeys,
  site: Type.Object({
    name: Type.String(),
    timeZone: Type.String(),
    language: Type.String(),
    /** The background of maps, `GET /api/map/:zoom/:x/:y`; null where none is configured. */
    map: Type.Union([Type.Object({ attribution: Type.String(), mostZoom: Type.Integer() }), Type.Null()]),
  }),
});
export type Session = Static<typeof Session>;

/** `GET /api/session/ways`: how one can log in beside a name and password. */
export const LoginWays = Type.Object({
  /** What the button of the log-in provider says; null without one. Log-in there begins at `GET /api/session/oidc`. */
  provider: Type.Union([Type.String(), Type.Null()]),
});
export type LoginWays = Static<typeof LoginWays>;

/** Answer to a log-out whose session at the provider is still open: the browser goes there next. */
export const ProviderLogOut = Type.Object({ providerLogOutUrl: Type.String() });
export type ProviderLogOut = Static<typeof ProviderLogOut>;

const Password = Type.String({ minLength: 1, maxLength: 256 });
/** `POST /api/session/second-factor`, `POST /api/session/second-factor/off` */
export const SecondFactorRequest = Type.Object({ password: Password }, { additionalProperties: false });
export type SecondFactorRequest = Static<typeof SecondFactorRequest>;
/** `secret` in base 32 for typing, `uri` for the QR code. */
export const NewSecondFactor = Type.Object({ secret: Type.String(), uri: Type.String() });
export type NewSecondFactor = Static<typeof NewSecondFactor>;
/** `POST /api/session/second-factor/confirm`; the recovery codes are shown once. */
export const SecondFactorCode = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 32 }) },
  { additionalProperties: false },
);
export type SecondFactorCode = Static<typeof SecondFactorCode>;
export const ConfirmedSecondFactor = Type.Object({ session: Session, recoveryCodes: Type.Array(Type.String()) });
export type ConfirmedSecondFactor = Static<typeof ConfirmedSecondFactor>;

/** RFC 9457 problem document: every error of the API. `code` is one of docs/errors.md. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
});
export type Problem = Static<typeof Problem>;
