import type { Role } from '../contract/session.ts';
import type { TokenScope } from '../contract/tokens.ts';

/** Who asks: the logged-in person behind a request. */
export type Account = {
  readonly username: string;
  readonly role: Role;
  /** Camera groups that the account may see; null = all. */
  readonly groups: readonly string[] | null;
  readonly mustChangePassword: boolean;
  /** `required`: the role needs one and the account has none yet. */
  readonly secondFactor: 'off' | 'on' | 'required';
  /** Whether password, second step and rights are the log-in provider's. */
  readonly byProvider: boolean;
  readonly csrfToken: string;
  readonly tokenHash: string;
  /** Null for a person's session; else what the program's token is limited to. */
  readonly tokenScopes: readonly TokenScope[] | null;
};

/** What an account may see of cases and cameras. */
export type Scope = {
  readonly groups: readonly string[] | null;
  /** Kinds of rules whose cases the account may see; null = all. */
  readonly kinds: readonly string[] | null;
};

/** A ranger's desk shows fire, a control room what needs help on the spot; fines are the traffic police's alone. */
const KINDS_OF_ROLE: Partial<Record<Role, readonly string[]>> = {
  ranger: ['smoke', 'flame'],
  operator: ['crowding', 'loitering', 'dumped_rubbish', 'camera_health', 'smoke', 'flame'],
};

export const scopeOf = ({ role, groups }: Pick<Account, 'role' | 'groups'>): Scope => ({
  groups: role === 'admin' ? null : groups,
  kinds: KINDS_OF_ROLE[role] ?? null,
});

export const seesGroup = ({ groups }: Scope, group: string): boolean => groups === null || groups.includes(group);
export const seesKind = ({ kinds }: Scope, kind: string): boolean => kinds === null || kinds.includes(kind);
