import { WatchpostError } from '../../pipeline/errors.ts';
import { findConflict } from '../contract/review-commands.ts';
import type { ReviewKeys } from '../contract/review-keys.ts';
import type { Database } from '../database/open-database.ts';

/** The keys of the review page that each person chose. */
export class ReviewKeyStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async of(username: string): Promise<ReviewKeys> {
    const row = await this.#db
      .selectFrom('review_keys')
      .select('keys')
      .where('username', '=', username)
      .executeTakeFirst();
    return row ? (JSON.parse(row.keys) as ReviewKeys) : {};
  }

  /** @throws WatchpostError REQUEST_INVALID when one key would do two things */
  async choose(username: string, chosen: ReviewKeys): Promise<void> {
    const conflict = findConflict(chosen);
    if (conflict)
      throw new WatchpostError('REQUEST_INVALID', `keys: ${conflict.join(' and ')} have the same key; choose another`);
    const keys = JSON.stringify(chosen);
    await this.#db
      .insertInto('review_keys')
      .values({ username, keys })
      .onConflict((conflicting) => conflicting.column('username').doUpdateSet({ keys }))
      .execute();
  }
}
