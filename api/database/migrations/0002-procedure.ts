import { type Kysely, sql } from 'kysely';

const TEN_DAYS_MS = 10 * 24 * 3_600_000;
/** Kinds that had a fine at the end when this was written. */
const FINED = [
  ...['wrong_way', 'wrong_lane', 'red_light', 'stop_line', 'no_helmet', 'too_many_riders'],
  ...['speed', 'illegal_stop', 'pavement_riding', 'encroachment'],
];

/** Statuses of the legal procedure with their clocks, rounds of review, notes, and acts that no rule saw. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  // SQLite adds one column at a time.
  for (const [name, type] of [
    ['status', 'text'],
    ['status_at', 'bigint'],
    ['due_at', 'bigint'],
    ['due_for', 'text'],
    ['first_by', 'text'],
  ] as const)
    await db.schema.alterTable('cases').addColumn(name, type).execute();
  await db.schema
    .alterTable('cases')
    .addColumn('review_round', 'integer', (c) => c.notNull().defaultTo(1))
    .execute();
  await sql`
    update cases set
      status = case when state = 'confirmed' then 'verified' when state in ('rejected', 'exempt') then 'cancelled' else 'detected' end,
      status_at = coalesce(verdict_at, created_at)
    where kind in (${sql.join(FINED)})`.execute(db);
  await sql`
    update cases set due_at = created_at + ${TEN_DAYS_MS}, due_for = 'notice'
    where status in ('detected', 'verified')`.execute(db);
  // Counting the queue reads this index alone, also for whoever must not get a case again.
  await db.schema.dropIndex('cases_open_by_unit').execute();
  await db.schema
    .createIndex('cases_offered')
    .on('cases')
    .columns(['is_open', 'camera_group', 'kind', 'review_round', 'first_by'])
    .execute();
  await db.schema.createIndex('cases_by_status').on('cases').columns(['status', 'trigger_at', 'id']).execute();
  await db.schema.createIndex('cases_by_due').on('cases').columns(['due_at', 'id']).execute();

  await db.schema
    .alterTable('verdicts')
    .addColumn('round', 'integer', (c) => c.notNull().defaultTo(1))
    .execute();
  await db.schema
    .createTable('notes')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('case_id', 'text', (c) => c.notNull().references('cases.id'))
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('notes_of_case').on('notes').columns(['case_id', 'at']).execute();
  await db.schema
    .createTable('missed_acts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('camera_group', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('missed_acts_by_time').on('missed_acts').columns(['at', 'id']).execute();
};
