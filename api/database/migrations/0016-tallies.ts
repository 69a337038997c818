import type { Kysely } from 'kysely';

/** Speeds of all measured vehicles by bands, and how many people were in watched areas, by quarter hour. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('speed_counts')
    .addColumn('quarter_at', 'bigint', (c) => c.notNull())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('class_name', 'text', (c) => c.notNull())
    .addColumn('band_kmh', 'integer', (c) => c.notNull())
    .addColumn('count', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('speed_counts_key', ['quarter_at', 'camera_id', 'class_name', 'band_kmh'])
    .execute();
  await db.schema
    .createTable('crowd_counts')
    .addColumn('quarter_at', 'bigint', (c) => c.notNull())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('rule_id', 'text', (c) => c.notNull())
    .addColumn('most', 'integer', (c) => c.notNull())
    .addColumn('mean_sum', 'double precision', (c) => c.notNull())
    .addColumn('minutes', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('crowd_counts_key', ['quarter_at', 'camera_id', 'rule_id'])
    .execute();
};
