import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

/** Secrets and codes pass between browser, provider and site: never in the clear, but on this very machine. */
const SECURE_URL = '^(https://|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:|/|$))';
const RoleName = Type.Union(
  (['viewer', 'operator', 'ranger', 'officer', 'supervisor', 'auditor', 'admin'] as const).map((role) =>
    Type.Literal(role),
  ),
);

export const OidcConfig = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 60,
      description: 'What people call the provider; on the log-in page.',
    }),
    issuer: Type.String({
      pattern: SECURE_URL,
      description: 'Address of the provider (https), below which `.well-known/openid-configuration` is found.',
    }),
    clientId: Type.String({ minLength: 1 }),
    clientSecret: Type.Optional(
      Type.String({ minLength: 1, description: 'Use `${NAME}` to take it from the environment.' }),
    ),
    siteUrl: Type.String({
      pattern: SECURE_URL,
      description:
        'Address of this site in browsers (https). The provider must send people back to `SITE/api/session/oidc/callback`.',
    }),
    scope: Type.String({ default: 'openid profile email' }),
    usernameClaim: Type.String({
      default: 'preferred_username',
      description: 'Claim that names a new account; later log-ins go by the subject.',
    }),
    rightsClaim: Type.String({
      default: 'groups',
      description: 'Claim with a person’s groups or roles; a dot leads into an object (`realm_access.roles`).',
    }),
    roles: Type.Array(Type.Object({ value: Type.String({ minLength: 1 }), role: RoleName }, closed), {
      minItems: 1,
      description: 'Role for a value of that claim; the first that a person has counts, with none nobody is let in.',
    }),
    cameraGroups: Type.Array(
      Type.Object({ value: Type.String({ minLength: 1 }), group: Type.String({ minLength: 1 }) }, closed),
      {
        default: [],
        description: 'Camera group for a value of that claim, all that a person has; an empty list opens all cameras.',
      },
    ),
    recheckMinutes: Type.Number({
      default: 10,
      minimum: 1,
      maximum: 1_440,
      description:
        'The provider is asked so often whether an account still holds, where it gives refresh tokens (min).',
    }),
    sessionHours: Type.Number({
      default: 12,
      exclusiveMinimum: 0,
      maximum: 168,
      description: 'After so long the provider is logged in at again, whatever it answered meanwhile (h).',
    }),
  },
  { ...closed, description: 'Log-in at an OpenID Connect provider, beside the local accounts.' },
);
export type OidcConfig = Static<typeof OidcConfig>;

export const AccountsConfig = Type.Object(
  {
    secondFactorRoles: Type.Array(RoleName, {
      default: [],
      description: 'Roles that must log in with a code of an authenticator app beside the password; others may.',
    }),
    oidc: Type.Optional(OidcConfig),
  },
  { ...closed, default: {} },
);
