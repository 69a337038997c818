import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { NewUser, User, UserChange } from '../contract/users.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { UserTable } from '../database/schema.ts';
import type { Account } from './account.ts';
import { checkNewPassword, hashPassword, isPassword, randomPassword } from './password.ts';
import { clearSecondFactor } from './second-factor.ts';
import { parseGroups } from './session-store.ts';

const toUser = (row: UserTable): User => ({
  username: row.username,
  displayName: row.display_name,
  role: row.role,
  groups: row.groups === null ? null : [...(parseGroups(row.groups) ?? [])],
  disabled: row.disabled !== 0,
  mustChangePassword: row.must_change !== 0,
  secondFactor: row.totp_confirmed_at !== null,
  byProvider: row.provider_subject !== null,
  createdAt: row.created_at,
  lastLoginAt: row.last_login_at,
});

const groupsJson = (groups: readonly string[] | null): string | null =>
  groups === null ? null : JSON.stringify(groups);

const NO_SECOND_FACTOR = { totp_secret: null, totp_confirmed_at: null, totp_last_step: 0 } as const;

const LOCAL = { ...NO_SECOND_FACTOR, provider_subject: null } as const;

/** Starts of several processes within this time count as one. */
const SAME_START_MS = 60_000;

/** Accounts. Every change is an audit row in the same transaction, and ends the account's sessions where rights change. */
export class UserStore {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Creates `admin` when there is no account at all. As long as nobody has ever logged in, a later start gives it a new
   * password, because the first one may have scrolled away unread.
   * @returns its one-time password, or null
   */
  async openFirstAccount(): Promise<string | null> {
    const now = this.#clock.now();
    const known = await this.#db
      .selectFrom('users')
      .select(['username', 'last_login_at', 'created_at'])
      .limit(2)
      .execute();
    const only = known.length === 1 ? known[0] : undefined;
    const isUnused = only?.username === 'admin' && only.last_login_at === null;
    // Several API processes may start together on one PostgreSQL: the password that one of them prints must stay good.
    if (known.length > 0 && !(isUnused && only.created_at < now - SAME_START_MS)) return null;
    const password = randomPassword();
    const password_hash = await hashPassword(password);
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('users')
        .values({
          username: 'admin',
          display_name: 'Administrator',
          role: 'admin',
          groups: null,
          password_hash,
          must_change: 1,
          disabled: 0,
          created_at: now,
          last_login_at: null,
          ...LOCAL,
        })
        .onConflict((conflict) =>
          conflict
            .column('username')
            .doUpdateSet({ password_hash, created_at: now })
            .where('users.last_login_at', 'is', null)
            .where('users.created_at', '<', now - SAME_START_MS),
        )
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return null;
      await appendAudit(transaction, [{ at: now, actor: 'system', action: 'user.created', target: 'admin' }]);
      return password;
    });
  }

  async list(): Promise<User[]> {
    return (await this.#db.selectFrom('users').selectAll().orderBy('username').execute()).map(toUser);
  }

  /** @throws WatchpostError REQUEST_INVALID when the name is taken */
  async create(actor: string, wanted: NewUser): Promise<{ user: User; password: string }> {
    const password = randomPassword();
    const now = this.#clock.now();
    const row: UserTable = {
      username: wanted.username,
      display_name: wanted.displayName ?? '',
      role: wanted.role,
      groups: groupsJson(wanted.groups ?? null),
      password_hash: await hashPassword(password),
      must_change: 1,
      disabled: 0,
      created_at: now,
      last_login_at: null,
      ...LOCAL,
    };
    await this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('users')
        .values(row)
        .onConflict((conflict) => conflict.column('username').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n)
        throw new WatchpostError('REQUEST_INVALID', `User "${wanted.username}" exists already; choose another name`);
      const detail = JSON.stringify({ role: row.role, groups: wanted.groups ?? null });
      await appendAudit(transaction, [{ at: now, actor, action: 'user.created', target: row.username, detail }]);
    });
    return { user: toUser(row), password };
  }

  /**
   * @throws WatchpostError NOT_FOUND; REQUEST_INVALID when no active local administrator would be left, or for what is
   *   the log-in provider's
   */
  async change(actor: string, username: string, change: UserChange): Promise<{ user: User; password: string | null }> {
    const password = change.resetPassword ? randomPassword() : null;
    const password_hash = password === null ? null : await hashPassword(password);
    const now = this.#clock.now();
    const row = await this.#db.transaction().execute(async (transaction) => {
      const before = await transaction
        .selectFrom('users')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirst();
      const changed = await transaction
        .updateTable('users')
        .set({
          username,
          ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
          ...(change.role === undefined ? {} : { role: change.role }),
          ...(change.groups === undefined ? {} : { groups: groupsJson(change.groups) }),
          ...(change.disabled === undefined ? {} : { disabled: change.disabled ? 1 : 0 }),
          ...(password_hash === null ? {} : { password_hash, must_change: 1 }),
        })
        .where('username', '=', username)
        .returningAll()
        .executeTakeFirst();
      if (!changed) throw new WatchpostError('NOT_FOUND', `No user "${username}"`);
      if (changed.provider_subject !== null) refuseWhatIsTheProviders(before, changed, change);
      const administrator = await transaction
        .selectFrom('users')
        .select('username')
        .where('role', '=', 'admin')
        .where('disabled', '=', 0)
        // One who can log in when the provider is away, and whom it cannot take away.
        .where('provider_subject', 'is', null)
        .limit(1)
        .executeTakeFirst();
      if (!administrator)
        throw new WatchpostError(
          'REQUEST_INVALID',
          'This would leave no active local administrator; appoint another one first',
        );
      if (change.resetSecondFactor) await clearSecondFactor(transaction, username);
      const { disabled, role, groups, resetSecondFactor } = change;
      if (disabled === true || password !== null || role !== undefined || groups !== undefined || resetSecondFactor)
        await transaction.deleteFrom('sessions').where('username', '=', username).execute();
      // Whoever needs a new password may have lost more than that.
      if (password !== null)
        await transaction
          .updateTable('api_tokens')
          .set({ revoked_at: now })
          .where('username', '=', username)
          .where('revoked_at', 'is', null)
          .execute();
      if (password !== null) await transaction.deleteFrom('login_failures').where('username', '=', username).execute();
      const detail = JSON.stringify(change);
      await appendAudit(transaction, [{ at: now, actor, action: 'user.changed', target: username, detail }]);
      return changed;
    });
    return { user: toUser(change.resetSecondFactor ? { ...row, ...NO_SECOND_FACTOR } : row), password };
  }

  /** Own password. Ends every other session of the account. @throws WatchpostError AUTH_FAILED, PASSWORD_WEAK */
  async changePassword(account: Account, current: string, next: string): Promise<void> {
    const { username, tokenHash } = account;
    if (account.byProvider)
      throw new WatchpostError('REQUEST_INVALID', 'The password of this account is changed at the log-in provider');
    const row = await this.#db
      .selectFrom('users')
      .select('password_hash')
      .where('username', '=', username)
      .executeTakeFirstOrThrow();
    if (!(await isPassword(current, row.password_hash)))
      throw new WatchpostError('AUTH_FAILED', 'The present password is wrong');
    checkNewPassword(next, { username, current });
    const password_hash = await hashPassword(next);
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('users')
        .set({ password_hash, must_change: 0 })
        .where('username', '=', username)
        .execute();
      await transaction
        .deleteFrom('sessions')
        .where('username', '=', username)
        .where('token_hash', '!=', tokenHash)
        .execute();
      await appendAudit(transaction, [
        { at: this.#clock.now(), actor: username, action: 'session.password', target: username },
      ]);
    });
  }
}

/** The next log-in would bring the provider's rights back; a password would be a second door. */
const refuseWhatIsTheProviders = (before: UserTable | undefined, after: UserTable, change: UserChange): void => {
  const changesRights = before?.role !== after.role || before.groups !== after.groups;
  if (!changesRights && change.resetPassword === undefined) return;
  throw new WatchpostError(
    'REQUEST_INVALID',
    'Role, camera groups and password of this account are set at the log-in provider; here it can be disabled',
  );
};
