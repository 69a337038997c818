import type { PlumeReport } from '../../pipeline/fire/plume.ts';
import type { PlumeStanding } from '../contract/plumes.ts';
import type { Database } from '../database/open-database.ts';
import type { PlumeCourseTable } from '../database/schema.ts';

/** A report of a plume that has a case, or will have one when its evidence is sealed. */
export type KeptReport = Pick<PlumeReport, 'lastSeenAt' | 'sightings' | 'framesLooked' | 'evidence' | 'growthPercent'> &
  Pick<PlumeStanding, 'state' | 'at'> & { readonly eventId: string };

/** How smoke and flame went on after their confirmation: decision data that no sealed case can hold. */
export class PlumeCourseRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A report that comes twice is kept once. */
  async add(reports: readonly KeptReport[]): Promise<void> {
    if (reports.length === 0) return;
    await this.#db
      .insertInto('plume_course')
      .values(
        reports.map((report) => ({
          case_id: report.eventId,
          at: report.at,
          state: report.state,
          last_seen_at: report.lastSeenAt,
          sightings: report.sightings,
          frames_looked: report.framesLooked,
          evidence: report.evidence,
          growth_percent: report.growthPercent,
        })),
      )
      .onConflict((conflict) => conflict.columns(['case_id', 'at']).doNothing())
      .execute();
  }

  /** Oldest first. */
  async of(caseId: string): Promise<PlumeStanding[]> {
    return (await this.#rows(caseId).orderBy('at').execute()).map(toStanding);
  }

  async newest(caseId: string): Promise<PlumeStanding | null> {
    const row = await this.#rows(caseId).orderBy('at', 'desc').limit(1).executeTakeFirst();
    return row ? toStanding(row) : null;
  }

  #rows(caseId: string) {
    return this.#db.selectFrom('plume_course').selectAll().where('case_id', '=', caseId);
  }
}

const toStanding = (row: PlumeCourseTable): PlumeStanding => ({
  state: row.state,
  at: row.at,
  lastSeenAt: row.last_seen_at,
  sightings: row.sightings,
  framesLooked: row.frames_looked,
  evidence: row.evidence,
  growthPercent: row.growth_percent,
});
