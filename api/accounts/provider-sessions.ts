import type { Transaction } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables, UserTable } from '../database/schema.ts';
import type { LoginProvider, ProviderTokens } from './login-provider.ts';
import type { ProviderPerson } from './provider-rights.ts';
import { newSession, openSession } from './session-store.ts';

/** A provider that does not answer is asked again after this, not only at the next regular time. */
const ASK_AGAIN_MS = 60_000;

const rightsOf = ({ role, groups }: ProviderPerson) => ({
  role,
  groups: groups === null ? null : JSON.stringify(groups),
});

/** Accounts and sessions of people who log in at the provider. */
export class ProviderSessions {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #provider: LoginProvider;

  constructor(db: Database, clock: Clock, provider: LoginProvider) {
    this.#db = db;
    this.#clock = clock;
    this.#provider = provider;
  }

  /**
   * Opens a session, and the account where there is none yet. Rights are the provider's at every log-in.
   * @returns the cookie's token
   * @throws WatchpostError AUTH_NO_ROLE when the account is disabled here; AUTH_NAME_TAKEN
   */
  async enter(person: ProviderPerson, tokens: ProviderTokens, address: string): Promise<string> {
    const now = this.#clock.now();
    const opened = newSession();
    const sealed = await this.#provider.sealTokens(tokens, opened.tokenHash);
    await this.#db.transaction().execute(async (transaction) => {
      const user = await this.#account(transaction, person, now);
      await openSession(transaction, user.username, opened, now);
      await transaction
        .deleteFrom('sessions')
        .where('token_hash', 'in', (eb) =>
          eb.selectFrom('provider_sessions').select('token_hash').where('ends_at', '<', now),
        )
        .execute();
      await transaction
        .insertInto('provider_sessions')
        .values({
          token_hash: opened.tokenHash,
          tokens: sealed,
          checked_at: now,
          ends_at: now + this.#provider.sessionMs,
        })
        .execute();
      await appendAudit(transaction, [
        { at: now, actor: user.username, action: 'session.login_by_provider', detail: address },
      ]);
    });
    return opened.token;
  }

  /** Puts a log-in that failed into the audit. */
  async refused(error: unknown, address: string): Promise<void> {
    const reason = error instanceof WatchpostError ? error.code : 'INTERNAL';
    await this.#db.transaction().execute((transaction) =>
      appendAudit(transaction, [
        {
          at: this.#clock.now(),
          actor: 'system',
          action: 'session.provider_refused',
          detail: `${reason} ${address}`,
        },
      ]),
    );
  }

  /**
   * Asks the provider again when it is time. One request asks; others of the same session, in this process or another,
   * go on with what is known: a refresh token that were used twice would count as stolen.
   */
  async recheck(session: {
    readonly tokenHash: string;
    readonly username: string;
    readonly subject: string;
    readonly tokens: string;
    readonly checkedAt: number;
  }): Promise<'holds' | 'changed' | 'ended'> {
    const { tokenHash, username, subject, checkedAt } = session;
    const now = this.#clock.now();
    if (checkedAt > now - this.#provider.recheckMs) return 'holds';
    const kept = await this.#provider.openTokens(session.tokens, tokenHash);
    if (kept.refresh === null) return 'holds';
    const { numUpdatedRows } = await this.#db
      .updateTable('provider_sessions')
      .set({ checked_at: now })
      .where('token_hash', '=', tokenHash)
      .where('checked_at', '=', checkedAt)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) return 'holds';
    const answer = await this.#provider.recheck(kept, subject);
    if (answer.state === 'unreachable') {
      await this.#db
        .updateTable('provider_sessions')
        .set({ checked_at: now - this.#provider.recheckMs + ASK_AGAIN_MS })
        .where('token_hash', '=', tokenHash)
        .execute();
      return 'holds';
    }
    if (answer.state === 'refused') {
      await this.#end(username, answer.reason);
      return 'ended';
    }
    const sealed = await this.#provider.sealTokens(answer.tokens, tokenHash);
    return this.#db.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('provider_sessions')
        .set({ tokens: sealed })
        .where('token_hash', '=', tokenHash)
        .execute();
      const user = await transaction
        .selectFrom('users')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirstOrThrow();
      return (await this.#bringUpToDate(transaction, user, answer.person, now)) ? 'changed' : 'holds';
    });
  }

  async logOutUrl(tokenHash: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('provider_sessions')
      .select('tokens')
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    return row ? this.#provider.logOutUrl(await this.#provider.openTokens(row.tokens, tokenHash)) : null;
  }

  /** Every session of the account: what the provider said holds for all of them. */
  async #end(username: string, reason: string): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('sessions').where('username', '=', username).execute();
      await appendAudit(transaction, [
        {
          at: this.#clock.now(),
          actor: 'system',
          action: 'session.ended_by_provider',
          target: username,
          detail: reason,
        },
      ]);
    });
  }

  async #account(transaction: Transaction<Tables>, person: ProviderPerson, now: number): Promise<UserTable> {
    const { subject, username, displayName, groups } = person;
    const known = await transaction
      .selectFrom('users')
      .selectAll()
      .where('provider_subject', '=', subject)
      .executeTakeFirst();
    if (known) {
      if (known.disabled !== 0)
        throw new WatchpostError('AUTH_NO_ROLE', `Account "${known.username}" is disabled here`);
      await this.#bringUpToDate(transaction, known, person, now);
      return known;
    }
    const row: UserTable = {
      username,
      display_name: displayName,
      ...rightsOf(person),
      // No text hashes to this: the account has no password.
      password_hash: 'provider',
      must_change: 0,
      disabled: 0,
      created_at: now,
      last_login_at: null,
      totp_secret: null,
      totp_confirmed_at: null,
      totp_last_step: 0,
      provider_subject: subject,
    };
    const { numInsertedOrUpdatedRows } = await transaction
      .insertInto('users')
      .values(row)
      .onConflict((conflict) => conflict.column('username').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n)
      throw new WatchpostError(
        'AUTH_NAME_TAKEN',
        `There is another account "${username}" here; the administrator renames one of the two`,
      );
    const detail = JSON.stringify({ role: row.role, groups, provider: subject });
    await appendAudit(transaction, [{ at: now, actor: 'system', action: 'user.created', target: username, detail }]);
    return row;
  }

  /** @returns whether the rights changed */
  async #bringUpToDate(
    transaction: Transaction<Tables>,
    user: UserTable,
    person: ProviderPerson,
    now: number,
  ): Promise<boolean> {
    const rights = rightsOf(person);
    if (rights.role === user.role && rights.groups === user.groups && person.displayName === user.display_name)
      return false;
    await transaction
      .updateTable('users')
      .set({ ...rights, display_name: person.displayName })
      .where('username', '=', user.username)
      .execute();
    const detail = JSON.stringify({ role: person.role, groups: person.groups, by: 'provider' });
    await appendAudit(transaction, [
      { at: now, actor: 'system', action: 'user.changed', target: user.username, detail },
    ]);
    return true;
  }
}
