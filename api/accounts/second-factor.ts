import { createHash, randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { Role } from '../contract/session.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables, UserTable } from '../database/schema.ts';
import type { Account } from './account.ts';
import { findStep, toBase32, toKeyUri } from './one-time-code.ts';
import { isPassword, randomRecoveryCode } from './password.ts';
import type { SecretBox } from './secret-box.ts';

/** The length that RFC 4226, section 4, recommends. */
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;

type User = Pick<UserTable, 'username' | 'role' | 'totp_secret' | 'totp_confirmed_at' | 'totp_last_step'>;

const hashOf = (recoveryCode: string): string =>
  createHash('sha256')
    .update(recoveryCode.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    .digest('hex');

/** Forgets the second factor of an account. */
export const clearSecondFactor = async (transaction: Transaction<Tables>, username: string): Promise<void> => {
  await transaction
    .updateTable('users')
    .set({ totp_secret: null, totp_confirmed_at: null, totp_last_step: 0 })
    .where('username', '=', username)
    .execute();
  await transaction.deleteFrom('recovery_codes').where('username', '=', username).execute();
};

/** Codes of an authenticator app beside the password [RFC 6238], and codes on paper for when the telephone is gone. */
export class SecondFactor {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #box: SecretBox;
  readonly #issuer: string;
  readonly #requiredRoles: readonly Role[];

  constructor(
    db: Database,
    clock: Clock,
    options: { readonly box: SecretBox; readonly issuer: string; readonly requiredRoles: readonly Role[] },
  ) {
    this.#db = db;
    this.#clock = clock;
    this.#box = options.box;
    this.#issuer = options.issuer;
    this.#requiredRoles = options.requiredRoles;
  }

  /** `required`: the role demands it and the account has none yet. At a log-in provider it is the provider's matter. */
  stateOf({
    role,
    totp_confirmed_at,
    provider_subject,
  }: Pick<UserTable, 'role' | 'totp_confirmed_at' | 'provider_subject'>): Account['secondFactor'] {
    if (totp_confirmed_at !== null) return 'on';
    if (provider_subject !== null) return 'off';
    return this.#requiredRoles.includes(role) ? 'required' : 'off';
  }

  /**
   * Makes a secret that counts once a code of it was given. An earlier one that was never confirmed is forgotten.
   * @throws WatchpostError AUTH_FAILED; REQUEST_INVALID where one is on
   */
  async begin({ username }: Account, password: string): Promise<{ secret: string; uri: string }> {
    await this.#checkPassword(username, password);
    const secret = randomBytes(SECRET_BYTES);
    const { numUpdatedRows } = await this.#db
      .updateTable('users')
      .set({ totp_secret: await this.#box.seal(secret, username), totp_last_step: 0 })
      .where('username', '=', username)
      .where('totp_confirmed_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n)
      throw new WatchpostError('REQUEST_INVALID', 'The second step is on already; switch it off before a new one');
    return { secret: toBase32(secret), uri: toKeyUri(this.#issuer, username, secret) };
  }

  /**
   * Switches it on. Ends every other session of the account.
   * @returns recovery codes, shown once; only their hashes are kept
   * @throws WatchpostError AUTH_CODE_WRONG; REQUEST_INVALID where nothing was begun
   */
  async confirm({ username, tokenHash }: Account, code: string): Promise<string[]> {
    const now = this.#clock.now();
    const user = await this.#user(username);
    if (user.totp_secret === null || user.totp_confirmed_at !== null)
      throw new WatchpostError('REQUEST_INVALID', 'There is nothing to confirm; begin with a new secret');
    const sealed = user.totp_secret;
    const step = findStep(await this.#box.open(sealed, username), code, now, 0);
    if (step === null) throw wrongCode();
    const codes = Array.from({ length: RECOVERY_CODES }, randomRecoveryCode);
    await this.#db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('users')
        .set({ totp_confirmed_at: now, totp_last_step: step })
        .where('username', '=', username)
        .where('totp_confirmed_at', 'is', null)
        .where('totp_secret', '=', sealed)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n)
        throw new WatchpostError('REQUEST_INVALID', 'The secret was changed meanwhile; begin again');
      await transaction.deleteFrom('recovery_codes').where('username', '=', username).execute();
      await transaction
        .insertInto('recovery_codes')
        .values(codes.map((one) => ({ username, code_hash: hashOf(one), used_at: null })))
        .execute();
      await transaction
        .deleteFrom('sessions')
        .where('username', '=', username)
        .where('token_hash', '!=', tokenHash)
        .execute();
      await appendAudit(transaction, [
        { at: now, actor: username, action: 'session.second_factor_on', target: username },
      ]);
    });
    return codes;
  }

  /** @throws WatchpostError AUTH_FAILED */
  async switchOff({ username }: Account, password: string): Promise<void> {
    await this.#checkPassword(username, password);
    await this.#db.transaction().execute(async (transaction) => {
      await clearSecondFactor(transaction, username);
      await appendAudit(transaction, [
        { at: this.#clock.now(), actor: username, action: 'session.second_factor_off', target: username },
      ]);
    });
  }

  /**
   * Takes a code at log-in; each counts once, also when it is sent twice at the same time.
   * @param typed six digits of the app, or a recovery code
   * @returns what the code was, or null when it is wrong
   */
  async take(user: User, typed: string): Promise<'app' | 'recovery' | null> {
    const { username, totp_secret, totp_last_step } = user;
    if (totp_secret === null) return null;
    const secret = await this.#box.open(totp_secret, username);
    const step = findStep(secret, typed, this.#clock.now(), totp_last_step);
    if (step !== null) {
      const { numUpdatedRows } = await this.#db
        .updateTable('users')
        .set({ totp_last_step: step })
        .where('username', '=', username)
        .where('totp_last_step', '<', step)
        .executeTakeFirst();
      return numUpdatedRows === 1n ? 'app' : null;
    }
    const { numUpdatedRows } = await this.#db
      .updateTable('recovery_codes')
      .set({ used_at: this.#clock.now() })
      .where('username', '=', username)
      .where('code_hash', '=', hashOf(typed))
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n ? 'recovery' : null;
  }

  #user(username: string): Promise<UserTable> {
    return this.#db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirstOrThrow();
  }

  async #checkPassword(username: string, password: string): Promise<void> {
    if (!(await isPassword(password, (await this.#user(username)).password_hash)))
      throw new WatchpostError('AUTH_FAILED', 'The password is wrong');
  }
}

export const wrongCode = (): WatchpostError =>
  new WatchpostError('AUTH_CODE_WRONG', 'The code is wrong, too old or was used already; wait for the next one');
