import type { Tally } from '../../pipeline/tally.ts';
import { SPEED_BAND_KMH } from '../contract/speed-band.ts';
import type { CrowdList, SpeedList } from '../contract/statistics.ts';
import type { Database } from '../database/open-database.ts';
import { countedAnew, QUARTER_MS } from './counts.ts';

/** Answers end here; a longer span is asked for in parts. */
const MAX_ROWS = 50_000;

type Span = { readonly after: number; readonly before: number };

const quarterOf = (at: number): number => Math.floor(at / QUARTER_MS) * QUARTER_MS;

/** Speeds and crowds of minutes added up by quarter hour. A minute counts once however often it is delivered. */
export class TallyRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(tallies: readonly Tally[], now: number): Promise<void> {
    if (tallies.length === 0) return;
    await this.#db.transaction().execute(async (transaction) => {
      const waiting = await countedAnew(
        transaction,
        tallies.map(({ id }) => id),
        now,
      );
      for (const { id, cameraId, at, speeds, crowds } of tallies) {
        if (!waiting.delete(id)) continue;
        const place = { camera_id: cameraId, quarter_at: quarterOf(at) };
        for (const { className, kmh } of speeds)
          await transaction
            .insertInto('speed_counts')
            .values({
              ...{ ...place, class_name: className, count: 1 },
              band_kmh: Math.floor(kmh / SPEED_BAND_KMH) * SPEED_BAND_KMH,
            })
            .onConflict((conflict) =>
              conflict
                .columns(['quarter_at', 'camera_id', 'class_name', 'band_kmh'])
                .doUpdateSet((eb) => ({ count: eb('speed_counts.count', '+', 1) })),
            )
            .execute();
        for (const { ruleId, most, mean } of crowds)
          await transaction
            .insertInto('crowd_counts')
            .values({ ...place, rule_id: ruleId, most, mean_sum: mean, minutes: 1 })
            .onConflict((conflict) =>
              conflict.columns(['quarter_at', 'camera_id', 'rule_id']).doUpdateSet((eb) => ({
                most: eb.case().when('crowd_counts.most', '<', most).then(most).else(eb.ref('crowd_counts.most')).end(),
                mean_sum: eb('crowd_counts.mean_sum', '+', mean),
                minutes: eb('crowd_counts.minutes', '+', 1),
              })),
            )
            .execute();
      }
    });
  }

  /** @param cameras that the account may see and asked for */
  async speeds({ after, before }: Span, cameras: readonly string[]): Promise<SpeedList> {
    if (cameras.length === 0) return { counts: [] };
    const rows = await this.#db
      .selectFrom('speed_counts')
      .select(['camera_id', 'class_name', 'band_kmh', (eb) => eb.fn.sum<number>('count').as('count')])
      .where('quarter_at', '>=', after)
      .where('quarter_at', '<', before)
      .where('camera_id', 'in', cameras)
      .groupBy(['camera_id', 'class_name', 'band_kmh'])
      .orderBy('camera_id')
      .orderBy('class_name')
      .orderBy('band_kmh')
      .execute();
    return {
      counts: rows.map((row) => ({
        ...{ cameraId: row.camera_id, className: row.class_name, fromKmh: row.band_kmh },
        count: row.count,
      })),
    };
  }

  /** @param cameras that the account may see and asked for */
  async crowds({ after, before }: Span, cameras: readonly string[]): Promise<CrowdList> {
    if (cameras.length === 0) return { counts: [], truncated: false };
    const rows = await this.#db
      .selectFrom('crowd_counts')
      .selectAll()
      .where('quarter_at', '>=', after)
      .where('quarter_at', '<', before)
      .where('camera_id', 'in', cameras)
      .orderBy('quarter_at')
      .orderBy('camera_id')
      .orderBy('rule_id')
      .limit(MAX_ROWS + 1)
      .execute();
    return {
      counts: rows.slice(0, MAX_ROWS).map(({ camera_id, rule_id, quarter_at, most, mean_sum, minutes }) => ({
        ...{ cameraId: camera_id, ruleId: rule_id, quarterAt: quarter_at, most },
        mean: Math.round((mean_sum / minutes) * 10) / 10,
      })),
      truncated: rows.length > MAX_ROWS,
    };
  }
}
