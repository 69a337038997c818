import { sql } from 'kysely';
import { type Scope, seesKind } from '../accounts/account.ts';
import type { CaseCountList } from '../contract/statistics.ts';
import type { Database } from '../database/open-database.ts';
import { QUARTER_MS } from './counts.ts';

/** Answers end here; a longer span is asked for in parts. */
const MAX_ROWS = 50_000;

/**
 * Cases by camera, kind and quarter hour of their trigger.
 * @param cameraIds cameras that the account may see
 */
export const countCases = async (
  db: Database,
  { after, before }: { readonly after: number; readonly before: number },
  cameraIds: readonly string[],
  scope: Scope,
): Promise<CaseCountList> => {
  if (cameraIds.length === 0) return { counts: [], truncated: false };
  const quarter = sql<number>`trigger_at - trigger_at % ${sql.lit(QUARTER_MS)}`;
  const countOf = (condition: ReturnType<typeof sql<boolean>>) =>
    sql<number>`cast(sum(case when ${condition} then 1 else 0 end) as integer)`;
  const rows = await db
    .selectFrom('cases')
    .select(({ fn }) => [
      'camera_id',
      'kind',
      fn.max('camera_name').as('camera_name'),
      fn.max('place').as('place'),
      quarter.as('quarter_at'),
      fn.countAll<number>().as('cases'),
      countOf(sql`is_open = 1`).as('open'),
      countOf(sql`state = 'confirmed'`).as('confirmed'),
      countOf(sql`state in ('rejected', 'exempt')`).as('rejected'),
    ])
    .where('trigger_at', '>=', after)
    .where('trigger_at', '<', before)
    .where('camera_id', 'in', [...cameraIds])
    .groupBy(['camera_id', 'kind', quarter])
    .orderBy(quarter)
    .limit(MAX_ROWS + 1)
    .execute();
  return {
    counts: rows
      .slice(0, MAX_ROWS)
      .filter(({ kind }) => seesKind(scope, kind))
      .map((row) => ({
        cameraId: row.camera_id,
        cameraName: row.camera_name,
        place: row.place,
        kind: row.kind,
        quarterAt: row.quarter_at,
        cases: row.cases,
        open: row.open,
        confirmed: row.confirmed,
        rejected: row.rejected,
      })),
    truncated: rows.length > MAX_ROWS,
  };
};
