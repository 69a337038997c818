import { randomUUID } from 'node:crypto';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { parsePlate } from '../../pipeline/plates/parse.ts';
import type { PlateCorrection, PlateCorrectionRequest } from '../contract/procedure.ts';
import { appendAudit } from '../database/audit-log.ts';
import { toCasePlates } from '../database/case-plates.ts';
import type { Database } from '../database/open-database.ts';

/** What people read on plates where the machine read otherwise. The sealed reading of the machine stays as it is. */
export class PlateCorrectionRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** @throws WatchpostError REQUEST_INVALID when no plate of that vehicle was looked at */
  async add(
    caseId: string,
    actor: string,
    { trackId, text: typed }: PlateCorrectionRequest,
    manifest: EvidenceManifest,
  ): Promise<PlateCorrection> {
    const plate = manifest.plates?.find((one) => one.trackId === trackId);
    if (!plate) throw new WatchpostError('REQUEST_INVALID', `body: trackId: the case has no plate of track ${trackId}`);
    const text = typed === null ? null : written(typed);
    const at = this.#clock.now();
    const detail = JSON.stringify({ trackId, from: plate.text, to: text });
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('plate_corrections')
        .values({ id: randomUUID(), case_id: caseId, track_id: trackId, text, actor, at })
        .execute();
      await transaction
        .deleteFrom('case_plates')
        .where('case_id', '=', caseId)
        .where('track_id', '=', trackId)
        .execute();
      for (const row of toCasePlates([{ trackId, text }]))
        await transaction
          .insertInto('case_plates')
          .values({ case_id: caseId, ...row })
          .execute();
      await appendAudit(transaction, [{ at, actor, action: 'case.plate', target: caseId, detail }]);
    });
    return { trackId, text, by: actor, at };
  }

  /** The newest of every vehicle. */
  async of(caseId: string): Promise<PlateCorrection[]> {
    const rows = await this.#db
      .selectFrom('plate_corrections')
      .select(['track_id', 'text', 'actor', 'at'])
      .where('case_id', '=', caseId)
      .orderBy('at')
      .orderBy('id')
      .execute();
    const newest = new Map(rows.map((row) => [row.track_id, row]));
    return [...newest.values()].map((row) => ({ trackId: row.track_id, text: row.text, by: row.actor, at: row.at }));
  }
}

/** As plates are written; one that no Vietnamese grammar knows stays as it was typed, for foreign plates pass too. */
const written = (typed: string): string => {
  const { status, candidates } = parsePlate(typed);
  return status === 'valid' && candidates.length === 1 ? candidates[0]!.text : typed.trim().toUpperCase();
};
