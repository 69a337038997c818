import type { OidcConfig } from '../../pipeline/config/accounts.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { Role } from '../contract/session.ts';

/** What a provider says of a person: claims of the ID token and of the user-info endpoint. */
export type Claims = Readonly<Record<string, unknown>>;

/** A person as an account here would be. */
export type ProviderPerson = {
  /** Issuer and subject: the only thing that stays the same when people change their names. */
  readonly subject: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  /** Camera groups; null = all. */
  readonly groups: readonly string[] | null;
};

export type RightsConfig = Pick<OidcConfig, 'issuer' | 'usernameClaim' | 'rightsClaim' | 'roles' | 'cameraGroups'>;

const USERNAME = /^[a-z0-9][a-z0-9._-]{1,63}$/;
const LONGEST_NAME = 64;

/** `realm_access.roles` is a claim of that name, or else member `roles` of claim `realm_access`. */
export const findClaim = (claims: Claims, path: string): unknown => {
  if (path in claims) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined,
      claims,
    );
};

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.filter((one) => typeof one === 'string')
    : typeof value === 'string'
      ? value.split(/[\s,]+/)
      : [];

/** `Trần.An@city.vn` → `tran.an-city.vn`, or null where nothing usable is left. */
export const toUsername = (name: unknown): string | null => {
  if (typeof name !== 'string') return null;
  const username = name
    .toLowerCase()
    .replaceAll('đ', 'd')
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, LONGEST_NAME);
  return USERNAME.test(username) ? username : null;
};

/**
 * Role and camera groups of a person, from the claims alone.
 * @throws WatchpostError AUTH_NO_ROLE; AUTH_PROVIDER_REFUSED without a subject or a usable name
 */
export const toPerson = (claims: Claims, config: RightsConfig): ProviderPerson => {
  const sub = claims['sub'];
  if (typeof sub !== 'string' || sub === '')
    throw new WatchpostError('AUTH_PROVIDER_REFUSED', 'The provider names no subject');
  const values = new Set(textsOf(findClaim(claims, config.rightsClaim)));
  const role = config.roles.find(({ value }) => values.has(value))?.role;
  if (role === undefined)
    throw new WatchpostError(
      'AUTH_NO_ROLE',
      `Claim "${config.rightsClaim}" of the provider has none of the values that stand for a role here`,
    );
  const username = toUsername(findClaim(claims, config.usernameClaim));
  if (username === null)
    throw new WatchpostError(
      'AUTH_PROVIDER_REFUSED',
      `Claim "${config.usernameClaim}" of the provider gives no usable user name`,
    );
  const name = claims['name'];
  return {
    subject: `${config.issuer} ${sub}`,
    username,
    displayName: typeof name === 'string' ? name.slice(0, 128) : '',
    role,
    groups:
      config.cameraGroups.length === 0
        ? null
        : [...new Set(config.cameraGroups.filter(({ value }) => values.has(value)).map(({ group }) => group))].sort(),
  };
};
