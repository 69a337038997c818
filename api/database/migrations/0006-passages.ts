import { type Kysely, PostgresAdapter, sql } from 'kysely';

/** Passages of vehicles with what their plates may say, and the watch lists that they are held against. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const instant = 'bigint';
  // Plates are found by ranges of text: bytes in order, whatever language the database was made for.
  const symbols = isPostgres ? sql`text collate "C"` : sql`text`;
  const numbered = isPostgres ? sql`bigserial` : sql`integer`;
  await db.schema
    .createTable('passages')
    .addColumn('seq', numbered, (c) => c.primaryKey())
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('class_name', 'text', (c) => c.notNull())
    .addColumn('colour', 'text')
    .addColumn('plate', 'text')
    .addColumn('confidence', 'real')
    .addColumn('grade', 'text')
    .addColumn('first_here', 'integer', (c) => c.notNull())
    .addColumn('json', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('passage_plates')
    .addColumn('passage_seq', instant, (c) => c.notNull())
    .addColumn('rank', 'integer', (c) => c.notNull())
    .addColumn('symbols', symbols, (c) => c.notNull())
    .addColumn('reversed', symbols, (c) => c.notNull())
    .addColumn('serial', symbols, (c) => c.notNull())
    .addColumn('probability', 'real', (c) => c.notNull())
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('class_name', 'text', (c) => c.notNull())
    .addColumn('colour', 'text')
    .addColumn('first_here', 'integer', (c) => c.notNull())
    .execute();
  for (const [name, table, columns] of [
    ['passages_by_time', 'passages', ['at', 'seq']],
    ['passages_by_camera', 'passages', ['camera_id', 'at', 'seq']],
    ['passages_by_class', 'passages', ['class_name', 'at', 'seq']],
    ['passages_by_colour', 'passages', ['colour', 'at', 'seq']],
    ['passage_plates_by_symbols', 'passage_plates', ['symbols', 'at']],
    ['passage_plates_by_reversed', 'passage_plates', ['reversed', 'at']],
    ['passage_plates_by_serial', 'passage_plates', ['serial', 'at']],
    ['passage_plates_by_time', 'passage_plates', ['at', 'passage_seq']],
    ['passage_plates_by_camera', 'passage_plates', ['camera_id', 'at', 'passage_seq']],
  ] as const)
    await db.schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .execute();

  await db.schema
    .createTable('watch_entries')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('list', 'text', (c) => c.notNull())
    .addColumn('pattern', 'text', (c) => c.notNull())
    .addColumn('is_whole', 'integer', (c) => c.notNull())
    .addColumn('plate', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('created_at', instant, (c) => c.notNull())
    .addColumn('expires_at', instant, (c) => c.notNull())
    .addColumn('ended_at', instant)
    .addColumn('ended_by', 'text')
    .execute();
  await db.schema.createIndex('watch_entries_by_pattern').on('watch_entries').columns(['pattern']).execute();
  await db.schema.createIndex('watch_entries_by_end').on('watch_entries').columns(['is_whole', 'expires_at']).execute();
  await db.schema
    .createTable('watch_hits')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('entry_id', 'text', (c) => c.notNull().references('watch_entries.id'))
    .addColumn('passage_id', 'text', (c) => c.notNull())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('found_at', instant, (c) => c.notNull())
    .addColumn('plate', 'text', (c) => c.notNull())
    .addColumn('probability', 'real', (c) => c.notNull())
    .addColumn('seen_by', 'text')
    .addColumn('seen_at', instant)
    .execute();
  await db.schema.createIndex('watch_hits_by_time').on('watch_hits').columns(['at', 'id']).execute();
};
