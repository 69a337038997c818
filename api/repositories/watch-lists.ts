import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { Passage } from '../../pipeline/passages/passage.ts';
import { fitsPattern, parsePattern } from '../../pipeline/passages/plate-pattern.ts';
import {
  ALERTING_LISTS,
  type NewWatchEntry,
  type WatchEntry,
  type WatchHit,
  type WatchList,
} from '../contract/passages.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { WatchEntryTable, WatchHitTable } from '../database/schema.ts';
import { platesOf } from './passages.ts';

/** Less probable candidates would raise an alert for every tenth vehicle that looks like a wanted one. */
const LEAST_PROBABILITY = 0.2;
const LONGEST_MS = 2 * 366 * 24 * 3_600_000;
const HITS_SHOWN = 200;

/** A hit with its entry. */
export type FoundHit = {
  readonly hit: WatchHitTable;
  readonly entry: WatchEntryTable;
  /** False when it was kept before: an alert may still be missing, when a process died in between. */
  readonly isFresh: boolean;
};

const toEntry = ({
  id,
  list,
  plate,
  reason,
  owner,
  created_at: createdAt,
  expires_at: expiresAt,
}: WatchEntryTable): WatchEntry => ({
  ...{ id, plate, reason, owner, createdAt, expiresAt },
  list: list as WatchList,
});

/** Plates that somebody wants to hear of, or that may pass, each with its reason, owner and end. */
export class WatchRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  #active() {
    return this.#db
      .selectFrom('watch_entries')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('expires_at', '>', this.#clock.now());
  }

  async list(): Promise<readonly WatchEntry[]> {
    return (await this.#active().orderBy('created_at', 'desc').limit(5_000).execute()).map(toEntry);
  }

  /** @throws WatchpostError REQUEST_INVALID when the plate is none or the end lies in the past or too far away */
  async add({ list, plate, reason, expiresAt }: NewWatchEntry, owner: string): Promise<WatchEntry> {
    const now = this.#clock.now();
    const pattern = parsePattern(plate);
    if (expiresAt <= now) throw new WatchpostError('REQUEST_INVALID', 'expiresAt: lies in the past');
    if (expiresAt > now + LONGEST_MS)
      throw new WatchpostError(
        'REQUEST_INVALID',
        'expiresAt: at most two years from now; entries are renewed, not forgotten',
      );
    const row: WatchEntryTable = {
      ...{ id: randomUUID(), list, plate, reason, owner },
      ...{ pattern: pattern.text, is_whole: pattern.isWhole ? 1 : 0 },
      ...{ created_at: now, expires_at: expiresAt, ended_at: null, ended_by: null },
    };
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.insertInto('watch_entries').values(row).execute();
      const detail = JSON.stringify({ list, plate, reason, expiresAt });
      await appendAudit(transaction, [{ at: now, actor: owner, action: 'watch.added', target: row.id, detail }]);
    });
    return toEntry(row);
  }

  /** @throws WatchpostError NOT_FOUND when there is none, or it has ended */
  async end(id: string, actor: string): Promise<void> {
    const at = this.#clock.now();
    await this.#db.transaction().execute(async (transaction) => {
      const ended = await transaction
        .updateTable('watch_entries')
        .set({ ended_at: at, ended_by: actor })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .returning('plate')
        .executeTakeFirst();
      if (!ended) throw new WatchpostError('NOT_FOUND', `No watch-list entry "${id}", or it has ended`);
      const detail = JSON.stringify({ plate: ended.plate });
      await appendAudit(transaction, [{ at, actor, action: 'watch.ended', target: id, detail }]);
    });
  }

  /** Entries that hold now and fit, by plate. @param symbols of plates, without separators */
  async of(symbols: readonly string[]): Promise<ReadonlyMap<string, readonly WatchEntryTable[]>> {
    const fitting = new Map<string, WatchEntryTable[]>();
    if (symbols.length === 0) return fitting;
    const whole = await this.#active()
      .where('pattern', 'in', [...new Set(symbols)])
      .execute();
    const partly = await this.#active().where('is_whole', '=', 0).execute();
    for (const one of new Set(symbols)) {
      const entries = [
        ...whole.filter(({ pattern }) => pattern === one),
        ...partly.filter(({ pattern }) => fitsPattern({ text: pattern, isWhole: false }, one)),
      ];
      if (entries.length > 0) fitting.set(one, entries);
    }
    return fitting;
  }

  /** Holds new passages against the lists that alert. The same passage and entry again is the same hit. */
  async match(passages: readonly Passage[]): Promise<readonly FoundHit[]> {
    const plates = passages.flatMap((passage) =>
      platesOf(passage)
        .filter(({ probability }) => probability >= LEAST_PROBABILITY)
        .map((plate) => ({ passage, ...plate })),
    );
    const entries = await this.of(plates.map(({ symbols }) => symbols));
    const found = new Map<string, Omit<FoundHit, 'isFresh'>>();
    for (const { passage, symbols, probability } of plates)
      for (const entry of entries.get(symbols) ?? []) {
        if (!ALERTING_LISTS.includes(entry.list as WatchList)) continue;
        const id = createHash('sha256').update(`${passage.id} ${entry.id}`).digest('hex').slice(0, 26);
        const known = found.get(id);
        if (known && known.hit.probability >= probability) continue;
        const hit: WatchHitTable = {
          ...{ id, entry_id: entry.id, passage_id: passage.id, camera_id: passage.cameraId, at: passage.at },
          ...{ found_at: this.#clock.now(), plate: symbols, probability, seen_by: null, seen_at: null },
        };
        found.set(id, { hit, entry });
      }
    if (found.size === 0) return [];
    const fresh = await this.#db
      .insertInto('watch_hits')
      .values([...found.values()].map(({ hit }) => hit))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute();
    const ids = new Set(fresh.map(({ id }) => id));
    return [...found.values()].map((one) => ({ ...one, isFresh: ids.has(one.hit.id) }));
  }

  /** Newest first. @param cameraIds that the account may see; null = all */
  async hits(cameraIds: readonly string[] | null, nameOf: (cameraId: string) => string): Promise<readonly WatchHit[]> {
    if (cameraIds?.length === 0) return [];
    const rows = await this.#db
      .selectFrom('watch_hits')
      .innerJoin('watch_entries', 'watch_entries.id', 'watch_hits.entry_id')
      .leftJoin('passages', 'passages.id', 'watch_hits.passage_id')
      .selectAll('watch_hits')
      .select(['watch_entries.list', 'watch_entries.reason', 'watch_entries.plate as wanted', 'passages.json'])
      .$if(cameraIds !== null, (q) => q.where('watch_hits.camera_id', 'in', [...cameraIds!]))
      .orderBy('watch_hits.at', 'desc')
      .orderBy('watch_hits.id', 'desc')
      .limit(HITS_SHOWN)
      .execute();
    return rows.map((row) => ({
      ...{ id: row.id, reason: row.reason, wanted: row.wanted, plate: row.plate, probability: row.probability },
      ...{ list: row.list as WatchList, passageId: row.passage_id, cameraId: row.camera_id },
      plateUrl: hasPlatePicture(row.json) ? `/api/passages/${row.passage_id}/plate.jpg` : null,
      ...{ cameraName: nameOf(row.camera_id), at: row.at, foundAt: row.found_at },
      ...{ seenBy: row.seen_by, seenAt: row.seen_at },
    }));
  }

  /** Somebody takes notice of a hit; the first one is kept. @throws WatchpostError NOT_FOUND */
  async see(id: string, actor: string, cameraIds: readonly string[] | null): Promise<void> {
    const at = this.#clock.now();
    await this.#db.transaction().execute(async (transaction) => {
      const hit = await transaction
        .selectFrom('watch_hits')
        .select(['camera_id', 'seen_by'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (!hit || (cameraIds !== null && !cameraIds.includes(hit.camera_id)))
        throw new WatchpostError('NOT_FOUND', `No watch-list hit "${id}"`);
      if (hit.seen_by !== null) return;
      await transaction.updateTable('watch_hits').set({ seen_by: actor, seen_at: at }).where('id', '=', id).execute();
      await appendAudit(transaction, [{ at, actor, action: 'watch.seen', target: id }]);
    });
  }
}

const hasPlatePicture = (json: string | null): boolean =>
  json !== null && (JSON.parse(json) as Passage).plateCrop !== null;
