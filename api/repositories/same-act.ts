import type { Transaction } from 'kysely';
import type { Clock } from '../../pipeline/clock.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type Place, toLocal } from '../../pipeline/fire/earth.ts';
import type { Account, Scope } from '../accounts/account.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseTable, Tables } from '../database/schema.ts';
import { dueColumns } from './procedure.ts';
import { inScope } from './scope.ts';

/** Someone who rides without a helmet passes the next cameras within minutes; later it is another act. */
const SAME_PLATE_MS = 10 * 60_000;
/** Without a number only cameras that look at one place can be meant: their clocks differ by seconds. */
const SAME_PLACE_MS = 20_000;
const SAME_PLACE_M = 300;
/** More cases of one kind within these minutes than a person would look through. */
const MOST_CANDIDATES = 200;
/** Statuses in which the case that goes on may still take others in. */
const TAKES_IN = ['verified', 'owner_identified', 'notified', 'published'] as const;

export type Proposal = {
  readonly row: CaseTable;
  readonly why: 'plate' | 'time-and-place';
  readonly plate: string | null;
  readonly secondsApart: number;
  readonly metresApart: number | null;
};

/** Plates of a case's vehicles as bare characters, so that spelling does not matter. */
const platesOf = (manifest: string): ReadonlySet<string> =>
  new Set(
    ((JSON.parse(manifest) as EvidenceManifest).plates ?? []).flatMap(({ text }) =>
      text === null ? [] : [text.replaceAll(/[^\p{L}\p{N}]/gu, '')],
    ),
  );

const metresBetween = (a: Place, b: Place): number => {
  const { east, north } = toLocal(a, b);
  return Math.hypot(east, north);
};

/** One act that several cameras saw is fined once. */
export class SameActRepository {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #positions: ReadonlyMap<string, Place>;

  /** @param positions of the cameras that have one, by id */
  constructor(db: Database, clock: Clock, positions: ReadonlyMap<string, Place>) {
    this.#db = db;
    this.#clock = clock;
    this.#positions = positions;
  }

  /** Ids of the cases that were merged into this one. */
  async mergedInto(id: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('cases')
      .select('id')
      .where('merged_into', '=', id)
      .orderBy('trigger_at')
      .execute();
    return rows.map((row) => row.id);
  }

  /** Same plate first, then the nearest in time. */
  async propose(row: CaseTable, scope: Scope): Promise<Proposal[]> {
    const candidates = await this.#db
      .selectFrom('cases')
      .innerJoin('manifests', 'manifests.case_id', 'cases.id')
      .selectAll('cases')
      .select('manifests.json')
      .where('kind', '=', row.kind)
      .where('camera_id', '!=', row.camera_id)
      .where('merged_into', 'is', null)
      .where('trigger_at', '>=', row.trigger_at - SAME_PLATE_MS)
      .where('trigger_at', '<=', row.trigger_at + SAME_PLATE_MS)
      .where((eb) => inScope(eb, scope))
      .orderBy('trigger_at')
      .limit(MOST_CANDIDATES)
      .execute();
    if (candidates.length === 0) return [];
    const own = await this.#db
      .selectFrom('manifests')
      .select('json')
      .where('case_id', '=', row.id)
      .executeTakeFirstOrThrow();
    const plates = platesOf(own.json);
    const proposals = candidates.flatMap(({ json, ...other }): Proposal[] => {
      const plate = [...platesOf(json)].find((one) => plates.has(one)) ?? null;
      const metresApart = this.#metresApart(row.camera_id, other.camera_id);
      const apartMs = other.trigger_at - row.trigger_at;
      const isNear = metresApart === null ? row.place !== '' && row.place === other.place : metresApart <= SAME_PLACE_M;
      const isSame = isNear && Math.abs(apartMs) <= SAME_PLACE_MS && row.subject_class === other.subject_class;
      if (plate === null && !isSame) return [];
      const why = plate === null ? 'time-and-place' : 'plate';
      return [{ row: other, why, plate, secondsApart: apartMs / 1000, metresApart }];
    });
    const rank = ({ why, secondsApart }: Proposal): number => (why === 'plate' ? 0 : 1e6) + Math.abs(secondsApart);
    return proposals.sort((a, b) => rank(a) - rank(b));
  }

  #metresApart(a: string, b: string): number | null {
    const [from, to] = [this.#positions.get(a), this.#positions.get(b)];
    return from && to ? metresBetween(from, to) : null;
  }

  /**
   * Closes a confirmed case as part of another one, which goes on alone. Both stay as they were sealed.
   * @throws WatchpostError CASE_CONFLICT, REQUEST_INVALID
   */
  async merge(row: CaseTable, into: CaseTable, { username }: Account): Promise<CaseTable> {
    if (row.id === into.id) throw new WatchpostError('REQUEST_INVALID', 'body: into: names the case itself');
    if (row.kind !== into.kind)
      throw new WatchpostError('REQUEST_INVALID', `body: into: is of kind ${into.kind}, this case of ${row.kind}`);
    const now = this.#clock.now();
    return this.#db.transaction().execute(async (transaction) => {
      // Always in the same order, so that two people who merge crosswise wait for each other and never both.
      for (const id of [row.id, into.id].sort()) await lock(transaction, id);
      const target = await transaction
        .selectFrom('cases')
        .select('id')
        .where('id', '=', into.id)
        .where('merged_into', 'is', null)
        .where('status', 'in', TAKES_IN)
        .executeTakeFirst();
      if (!target)
        throw new WatchpostError(
          'CASE_CONFLICT',
          `Case "${into.id}" must be confirmed, not closed and not merged itself`,
        );
      const hasOthers = await transaction
        .selectFrom('cases')
        .select('id')
        .where('merged_into', '=', row.id)
        .limit(1)
        .executeTakeFirst();
      if (hasOthers)
        throw new WatchpostError('CASE_CONFLICT', `Others were merged into case "${row.id}"; it must go on itself`);
      const merged = await transaction
        .updateTable('cases')
        .set({ ...dueColumns('cancelled', row, now), merged_into: into.id })
        .where('id', '=', row.id)
        .where('status', '=', 'verified')
        .where('merged_into', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (!merged)
        throw new WatchpostError(
          'CASE_CONFLICT',
          `Case "${row.id}" must be confirmed and not yet moved on to be merged`,
        );
      await appendAudit(transaction, [
        { at: now, actor: username, action: 'case.merged', target: row.id, detail: JSON.stringify({ into: into.id }) },
        { at: now, actor: username, action: 'case.took_in', target: into.id, detail: JSON.stringify({ from: row.id }) },
      ]);
      return merged;
    });
  }

  /** Takes a merge back: the case goes on by itself. @throws WatchpostError CASE_CONFLICT, EVIDENCE_ERASED */
  async separate(row: CaseTable, { username }: Account): Promise<CaseTable> {
    const now = this.#clock.now();
    const into = row.merged_into;
    const separated = await this.#db.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('cases')
        .set({ ...dueColumns('verified', row, now), merged_into: null })
        .where('id', '=', row.id)
        .where('merged_into', 'is not', null)
        .where('status', '=', 'cancelled')
        .returningAll()
        .executeTakeFirst();
      if (!changed) return undefined;
      const erased = await transaction
        .selectFrom('case_custody')
        .select('case_id')
        .where('case_id', '=', row.id)
        .where('erased_at', 'is not', null)
        .executeTakeFirst();
      if (erased)
        throw new WatchpostError(
          'EVIDENCE_ERASED',
          `The evidence of case "${row.id}" was erased with that of case "${into ?? ''}"; it cannot go on by itself`,
        );
      await appendAudit(transaction, [
        { at: now, actor: username, action: 'case.separated', target: row.id, detail: JSON.stringify({ into }) },
      ]);
      return changed;
    });
    if (!separated) throw new WatchpostError('CASE_CONFLICT', `Case "${row.id}" is not merged into another`);
    return separated;
  }
}

/** A write that changes nothing holds the row in both dialects. */
const lock = (transaction: Transaction<Tables>, id: string): Promise<unknown> =>
  transaction
    .updateTable('cases')
    .set((eb) => ({ status_at: eb.ref('status_at') }))
    .where('id', '=', id)
    .execute();
