import { createHash, randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { LoginRequest } from '../contract/session.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { SessionTable, Tables, UserTable } from '../database/schema.ts';
import type { Account } from './account.ts';
import type { ProviderTokens } from './login-provider.ts';
import { isPassword } from './password.ts';
import type { ProviderPerson } from './provider-rights.ts';
import type { ProviderSessions } from './provider-sessions.ts';
import { type SecondFactor, wrongCode } from './second-factor.ts';

/** A shift and its overrun; a wall that shows live pictures keeps its session alive by reading. */
const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;
/** `seen_at` is only as fine as it must be: one write a minute and session. */
const SEEN_EVERY_MS = 60_000;

const MAX_FAILURES = 5;
const LOCK_MS = 5 * 60_000;
/** Failures that lie further back no longer count. */
const FAILURE_WINDOW_MS = 15 * 60_000;

/** Hash of no password: a log-in under a name that does not exist takes as long as one that does. */
const DUMMY_HASH = 'scrypt$32768$8$3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Log-in, log-out and who a cookie belongs to. */
export class SessionStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #secondFactor: SecondFactor;
  readonly #provider: ProviderSessions | null;

  /** @param provider null: whoever logged in at one is out */
  constructor(db: Database, clock: Clock, secondFactor: SecondFactor, provider: ProviderSessions | null = null) {
    this.#db = db;
    this.#clock = clock;
    this.#secondFactor = secondFactor;
    this.#provider = provider;
  }

  /**
   * @returns the cookie's token, to be given to the browser and never stored
   * @throws WatchpostError AUTH_FAILED, AUTH_LOCKED; AUTH_CODE_REQUIRED when the password is right and the account has
   *   a second factor; AUTH_CODE_WRONG
   */
  async logIn(
    { username: typedName, password, code }: LoginRequest,
    address: string,
  ): Promise<{ token: string; account: Account }> {
    const username = typedName.trim().toLowerCase();
    const now = this.#clock.now();
    await this.#refuseWhenLocked(username, now);
    const user = await this.#db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst();
    // An account of the provider has no password.
    const right = await isPassword(password, user?.provider_subject === null ? user.password_hash : DUMMY_HASH);
    if (!user || !right || user.disabled !== 0) {
      await this.#countFailure(username, address, now);
      throw new WatchpostError('AUTH_FAILED', 'User name or password is wrong');
    }
    const usedCode = user.totp_confirmed_at === null ? 'none' : await this.#takeCode(user, code, address, now);
    const opened = newSession();
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('login_failures').where('username', '=', username).execute();
      await openSession(transaction, username, opened, now);
      const action = usedCode === 'recovery' ? 'session.login_by_recovery_code' : 'session.login';
      await appendAudit(transaction, [{ at: now, actor: username, action, detail: address }]);
    });
    return {
      token: opened.token,
      account: this.#toAccount({ ...user, csrf_token: opened.csrfToken }, opened.tokenHash),
    };
  }

  /** Somebody whom the provider has let in. @throws WatchpostError AUTH_NO_ROLE, AUTH_NAME_TAKEN */
  async enter(person: ProviderPerson, tokens: ProviderTokens, address: string): Promise<string> {
    if (!this.#provider) throw new TypeError('no log-in provider is configured');
    return this.#provider.enter(person, tokens, address);
  }

  async #takeCode(user: UserTable, code: string | undefined, address: string, now: number): Promise<string> {
    if (code === undefined)
      throw new WatchpostError('AUTH_CODE_REQUIRED', 'This account has a second step: send the code of the app too');
    const used = await this.#secondFactor.take(user, code);
    if (used !== null) return used;
    // Six digits are few: wrong ones lock the account as wrong passwords do.
    await this.#countFailure(user.username, address, now);
    throw wrongCode();
  }

  async #refuseWhenLocked(username: string, now: number): Promise<void> {
    const row = await this.#db
      .selectFrom('login_failures')
      .select('locked_until')
      .where('username', '=', username)
      .executeTakeFirst();
    if (!row || row.locked_until <= now) return;
    const minutes = Math.ceil((row.locked_until - now) / 60_000);
    throw new WatchpostError(
      'AUTH_LOCKED',
      `Too many failed log-ins; wait ${minutes} minute(s), or ask the administrator for a new password`,
    );
  }

  async #countFailure(username: string, address: string, now: number): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('login_failures')
        .where('last_at', '<', now - FAILURE_WINDOW_MS)
        .where('locked_until', '<', now)
        .execute();
      // One statement, so that guesses sent at the same time are all counted.
      const { failures } = await transaction
        .insertInto('login_failures')
        .values({ username, failures: 1, last_at: now, locked_until: 0 })
        .onConflict((conflict) =>
          conflict.column('username').doUpdateSet((eb) => ({
            failures: eb('login_failures.failures', '+', 1),
            last_at: now,
          })),
        )
        .returning('failures')
        .executeTakeFirstOrThrow();
      const locked = failures % MAX_FAILURES === 0;
      if (locked)
        await transaction
          .updateTable('login_failures')
          .set({ locked_until: now + LOCK_MS })
          .where('username', '=', username)
          .execute();
      await appendAudit(transaction, [
        { at: now, actor: username, action: locked ? 'session.locked' : 'session.refused', detail: address },
      ]);
    });
  }

  /** The account of a cookie, or null when the session is unknown, has ended, or the account is disabled. */
  async find(token: string): Promise<Account | null> {
    return this.#find(sha256(token));
  }

  /** Whether a session found earlier still holds; for connections that stay open. */
  async holds(tokenHash: string): Promise<boolean> {
    return (await this.#find(tokenHash)) !== null;
  }

  async #find(tokenHash: string): Promise<Account | null> {
    const now = this.#clock.now();
    const row = await this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.username', 'sessions.username')
      .leftJoin('provider_sessions', 'provider_sessions.token_hash', 'sessions.token_hash')
      .select(['users.username', 'role', 'groups', 'must_change', 'totp_confirmed_at', 'provider_subject'])
      .select(['csrf_token', 'seen_at', 'sessions.created_at', 'tokens', 'checked_at', 'ends_at'])
      .where('sessions.token_hash', '=', tokenHash)
      .where('disabled', '=', 0)
      .executeTakeFirst();
    if (!row || row.seen_at < now - IDLE_MS || row.created_at < now - LONGEST_MS) return null;
    const { provider_subject: subject } = row;
    if (subject !== null) {
      const { tokens, checked_at: checkedAt, ends_at: endsAt } = row;
      if (!this.#provider || tokens === null || checkedAt === null || endsAt === null || endsAt < now) return null;
      const asked = await this.#provider.recheck({ tokenHash, username: row.username, subject, tokens, checkedAt });
      if (asked === 'ended') return null;
      if (asked === 'changed') return this.#find(tokenHash);
    }
    if (row.seen_at < now - SEEN_EVERY_MS)
      await this.#db.updateTable('sessions').set({ seen_at: now }).where('token_hash', '=', tokenHash).execute();
    return this.#toAccount(row, tokenHash);
  }

  #toAccount(row: AccountRow, tokenHash: string): Account {
    return {
      username: row.username,
      role: row.role,
      groups: parseGroups(row.groups),
      mustChangePassword: row.must_change !== 0,
      secondFactor: this.#secondFactor.stateOf(row),
      byProvider: row.provider_subject !== null,
      csrfToken: row.csrf_token,
      tokenHash,
      tokenScopes: null,
    };
  }

  /** @returns where the browser ends the session at the log-in provider too, or null */
  async logOut({ tokenHash, username }: Account): Promise<string | null> {
    const providerUrl = (await this.#provider?.logOutUrl(tokenHash)) ?? null;
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
      await appendAudit(transaction, [{ at: this.#clock.now(), actor: username, action: 'session.logout' }]);
    });
    return providerUrl;
  }
}

type AccountRow = Pick<
  UserTable,
  'username' | 'role' | 'groups' | 'must_change' | 'totp_confirmed_at' | 'provider_subject'
> &
  Pick<SessionTable, 'csrf_token'>;

type NewSession = { readonly token: string; readonly tokenHash: string; readonly csrfToken: string };

export const newSession = (): NewSession => {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: sha256(token), csrfToken: randomBytes(32).toString('base64url') };
};

/** Writes a session down and forgets those that ran out. */
export const openSession = async (
  transaction: Transaction<Tables>,
  username: string,
  { tokenHash, csrfToken }: NewSession,
  now: number,
): Promise<void> => {
  await transaction
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('seen_at', '<', now - IDLE_MS), eb('created_at', '<', now - LONGEST_MS)]))
    .execute();
  await transaction
    .insertInto('sessions')
    .values({ token_hash: tokenHash, username, csrf_token: csrfToken, created_at: now, seen_at: now })
    .execute();
  await transaction.updateTable('users').set({ last_login_at: now }).where('username', '=', username).execute();
};

export const parseGroups = (json: string | null): readonly string[] | null =>
  json === null ? null : (JSON.parse(json) as string[]);
