import type { CountList, CountQuery } from '../contract/statistics.ts';
import type { Transaction } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/schema.ts';

export const QUARTER_MS = 15 * 60_000;
/** Answers end here; a longer span is asked for in parts. */
const MAX_ROWS = 50_000;
/** The stream keeps fewer events than come in a week, so an older id can never come again. */
const REMEMBER_MS = 7 * 24 * 3_600_000;

export type Crossing = {
  readonly eventId: string;
  readonly cameraId: string;
  readonly ruleId: string;
  readonly className: string;
  readonly direction: string;
  readonly at: number;
};

/** Remembers ids that were counted. @returns those that were not known before */
export const countedAnew = async (
  transaction: Transaction<Tables>,
  ids: readonly string[],
  now: number,
): Promise<Set<string>> => {
  const fresh = await transaction
    .insertInto('counted_events')
    .values([...new Set(ids)].map((event_id) => ({ event_id, counted_at: now })))
    .onConflict((conflict) => conflict.column('event_id').doNothing())
    .returning('event_id')
    .execute();
  return new Set(fresh.map(({ event_id }) => event_id));
};

/** Crossings added up by quarter hour. An event counts once however often it is delivered. */
export class CountRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns how many of them were new */
  async add(crossings: readonly Crossing[], now: number): Promise<number> {
    if (crossings.length === 0) return 0;
    return this.#db.transaction().execute(async (transaction) => {
      const waiting = await countedAnew(
        transaction,
        crossings.map(({ eventId }) => eventId),
        now,
      );
      const added = waiting.size;
      for (const { eventId, cameraId, ruleId, className, direction, at } of crossings) {
        if (!waiting.delete(eventId)) continue;
        await transaction
          .insertInto('counts')
          .values({
            camera_id: cameraId,
            rule_id: ruleId,
            class_name: className,
            direction,
            quarter_at: Math.floor(at / QUARTER_MS) * QUARTER_MS,
            count: 1,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['quarter_at', 'camera_id', 'rule_id', 'class_name', 'direction'])
              .doUpdateSet((eb) => ({ count: eb('counts.count', '+', 1) })),
          )
          .execute();
      }
      return added;
    });
  }

  async forgetOldIds(now: number): Promise<void> {
    await this.#db
      .deleteFrom('counted_events')
      .where('counted_at', '<', now - REMEMBER_MS)
      .execute();
  }

  /** @param visible cameras that the account may see */
  async list(query: CountQuery, visible: readonly string[], now: number): Promise<CountList> {
    const { cameraId, ruleId, after = now - 24 * 3_600_000, before = now + 1 } = query;
    const wanted = visible.filter((id) => cameraId === undefined || id === cameraId);
    if (wanted.length === 0) return { counts: [], truncated: false };
    const rows = await this.#db
      .selectFrom('counts')
      .selectAll()
      .where('quarter_at', '>=', after)
      .where('quarter_at', '<', before)
      .where('camera_id', 'in', wanted)
      .$if(ruleId !== undefined, (q) => q.where('rule_id', '=', ruleId!))
      .orderBy('quarter_at')
      .orderBy('camera_id')
      .limit(MAX_ROWS + 1)
      .execute();
    return {
      counts: rows.slice(0, MAX_ROWS).map((row) => ({
        cameraId: row.camera_id,
        ruleId: row.rule_id,
        className: row.class_name,
        direction: row.direction,
        quarterAt: row.quarter_at,
        count: row.count,
      })),
      truncated: rows.length > MAX_ROWS,
    };
  }
}
