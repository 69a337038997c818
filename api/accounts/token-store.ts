import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ApiToken, NewApiToken, TokenScope } from '../contract/tokens.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { ApiTokenTable } from '../database/schema.ts';
import type { Account } from './account.ts';
import type { SecondFactor } from './second-factor.ts';
import { parseGroups } from './session-store.ts';

/** Lets scanners of published code know what they found. */
const PREFIX = 'wpt_';
const DAY_MS = 24 * 3_600_000;
/** `last_used_at` is only as fine as it must be: one write a minute and token. */
const USED_EVERY_MS = 60_000;
/** A program that asks every second is one audit row an hour; what it reads and does of cases has rows of its own. */
const AUDIT_USE_EVERY_MS = 3_600_000;
const MAX_PER_ACCOUNT = 20;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const toToken = (row: ApiTokenTable): ApiToken => ({
  id: row.id,
  name: row.name,
  username: row.username,
  scopes: JSON.parse(row.scopes) as TokenScope[],
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});

/** Keys for programs. A token does what its account may, narrowed to its scopes, and nothing of accounts or set-up. */
export class TokenStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #secondFactor: SecondFactor;

  constructor(db: Database, clock: Clock, secondFactor: SecondFactor) {
    this.#db = db;
    this.#clock = clock;
    this.#secondFactor = secondFactor;
  }

  /**
   * @returns the token's secret too, shown once; only its SHA-256 is kept
   * @throws WatchpostError REQUEST_INVALID when the account has too many; FORBIDDEN for one of the log-in provider
   */
  async create({ username, byProvider }: Account, wanted: NewApiToken): Promise<{ token: ApiToken; secret: string }> {
    // Nothing would end a token once the provider has closed the account.
    if (byProvider)
      throw new WatchpostError('FORBIDDEN', 'Programs use tokens of a local account; ask the administrator for one');
    const now = this.#clock.now();
    const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const row: ApiTokenTable = {
      id: randomUUID(),
      token_hash: sha256(secret),
      username,
      name: wanted.name,
      scopes: JSON.stringify([...new Set(wanted.scopes)].sort()),
      created_at: now,
      expires_at: now + wanted.days * DAY_MS,
      last_used_at: null,
      revoked_at: null,
    };
    await this.#db.transaction().execute(async (transaction) => {
      const { count } = await transaction
        .selectFrom('api_tokens')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('username', '=', username)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      if (count >= MAX_PER_ACCOUNT)
        throw new WatchpostError(
          'REQUEST_INVALID',
          `An account has ${MAX_PER_ACCOUNT} tokens at most; revoke one that is no longer used`,
        );
      await transaction.insertInto('api_tokens').values(row).execute();
      const detail = JSON.stringify({ name: row.name, scopes: wanted.scopes, expiresAt: row.expires_at });
      await appendAudit(transaction, [{ at: now, actor: username, action: 'token.created', target: row.id, detail }]);
    });
    return { token: toToken(row), secret };
  }

  /** The own ones; an administrator sees everybody's. Newest first. */
  async list({ username, role }: Account): Promise<ApiToken[]> {
    const rows = await this.#db
      .selectFrom('api_tokens')
      .selectAll()
      .$if(role !== 'admin', (q) => q.where('username', '=', username))
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(500)
      .execute();
    return rows.map(toToken);
  }

  /** @throws WatchpostError NOT_FOUND when there is none, or it is somebody else's and the caller no administrator */
  async revoke({ username, role }: Account, id: string): Promise<ApiToken> {
    const now = this.#clock.now();
    const row = await this.#db.transaction().execute(async (transaction) => {
      const revoked = await transaction
        .updateTable('api_tokens')
        .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now)) }))
        .where('id', '=', id)
        .$if(role !== 'admin', (q) => q.where('username', '=', username))
        .returningAll()
        .executeTakeFirst();
      if (!revoked) throw new WatchpostError('NOT_FOUND', `No token "${id}"`);
      const detail = JSON.stringify({ name: revoked.name, username: revoked.username });
      await appendAudit(transaction, [{ at: now, actor: username, action: 'token.revoked', target: id, detail }]);
      return revoked;
    });
    return toToken(row);
  }

  /** The account behind a token, or null: unknown, expired, revoked, or the account is disabled or not yet set up. */
  async find(secret: string, address: string): Promise<Account | null> {
    if (!secret.startsWith(PREFIX)) return null;
    const found = await this.#find(sha256(secret));
    if (!found) return null;
    await this.#rememberUse(found.row, address);
    return found.account;
  }

  /** Whether a token found earlier still holds; for connections that stay open. */
  async holds(tokenHash: string): Promise<boolean> {
    return (await this.#find(tokenHash)) !== null;
  }

  async #find(tokenHash: string): Promise<{ row: ApiTokenTable; account: Account } | null> {
    const now = this.#clock.now();
    const row = await this.#db
      .selectFrom('api_tokens')
      .innerJoin('users', 'users.username', 'api_tokens.username')
      .selectAll('api_tokens')
      .select(['role', 'groups', 'totp_confirmed_at', 'provider_subject'])
      .where('token_hash', '=', tokenHash)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .where('disabled', '=', 0)
      .where('must_change', '=', 0)
      .executeTakeFirst();
    if (!row) return null;
    const { username, role, groups, scopes } = row;
    const secondFactor = this.#secondFactor.stateOf(row);
    return {
      row,
      account: {
        ...{ username, role, tokenHash, secondFactor, mustChangePassword: false, byProvider: false, csrfToken: '' },
        groups: parseGroups(groups),
        tokenScopes: JSON.parse(scopes) as TokenScope[],
      },
    };
  }

  async #rememberUse({ id, name, username, last_used_at }: ApiTokenTable, address: string): Promise<void> {
    const now = this.#clock.now();
    if (last_used_at !== null && last_used_at >= now - USED_EVERY_MS) return;
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', id).execute();
      if (last_used_at !== null && last_used_at >= now - AUDIT_USE_EVERY_MS) return;
      const detail = JSON.stringify({ name, address });
      await appendAudit(transaction, [{ at: now, actor: username, action: 'token.used', target: id, detail }]);
    });
  }
}
