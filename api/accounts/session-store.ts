import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { LoginRequest } from '../contract/session.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { UserTable } from '../database/schema.ts';
import type { Account } from './account.ts';
import { isPassword } from './password.ts';
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

  constructor(db: Database, clock: Clock, secondFactor: SecondFactor) {
    this.#db = db;
    this.#clock = clock;
    this.#secondFactor = secondFactor;
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
    const right = await isPassword(password, user?.password_hash ?? DUMMY_HASH);
    if (!user || !right || user.disabled !== 0) {
      await this.#countFailure(username, address, now);
      throw new WatchpostError('AUTH_FAILED', 'User name or password is wrong');
    }
    const usedCode = user.totp_confirmed_at === null ? 'none' : await this.#takeCode(user, code, address, now);
    const token = randomBytes(32).toString('base64url');
    const csrfToken = randomBytes(32).toString('base64url');
    const tokenHash = sha256(token);
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('login_failures').where('username', '=', username).execute();
      await transaction
        .deleteFrom('sessions')
        .where((eb) => eb.or([eb('seen_at', '<', now - IDLE_MS), eb('created_at', '<', now - LONGEST_MS)]))
        .execute();
      await transaction
        .insertInto('sessions')
        .values({ token_hash: tokenHash, username, csrf_token: csrfToken, created_at: now, seen_at: now })
        .execute();
      await transaction.updateTable('users').set({ last_login_at: now }).where('username', '=', username).execute();
      const action = usedCode === 'recovery' ? 'session.login_by_recovery_code' : 'session.login';
      await appendAudit(transaction, [{ at: now, actor: username, action, detail: address }]);
    });
    return {
      token,
      account: {
        username,
        role: user.role,
        groups: parseGroups(user.groups),
        mustChangePassword: user.must_change !== 0,
        secondFactor: this.#secondFactor.stateOf(user),
        csrfToken,
        tokenHash,
        tokenScopes: null,
      },
    };
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
      .select(['users.username', 'role', 'groups', 'must_change', 'totp_confirmed_at', 'csrf_token', 'seen_at'])
      .select('sessions.created_at')
      .where('token_hash', '=', tokenHash)
      .where('disabled', '=', 0)
      .executeTakeFirst();
    if (!row || row.seen_at < now - IDLE_MS || row.created_at < now - LONGEST_MS) return null;
    if (row.seen_at < now - SEEN_EVERY_MS)
      await this.#db.updateTable('sessions').set({ seen_at: now }).where('token_hash', '=', tokenHash).execute();
    return {
      username: row.username,
      role: row.role,
      groups: parseGroups(row.groups),
      mustChangePassword: row.must_change !== 0,
      secondFactor: this.#secondFactor.stateOf(row),
      csrfToken: row.csrf_token,
      tokenHash,
      tokenScopes: null,
    };
  }

  async logOut({ tokenHash, username }: Account): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
      await appendAudit(transaction, [{ at: this.#clock.now(), actor: username, action: 'session.logout' }]);
    });
  }
}

export const parseGroups = (json: string | null): readonly string[] | null =>
  json === null ? null : (JSON.parse(json) as string[]);
