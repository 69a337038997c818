import { type Kysely, PostgresAdapter, sql } from 'kysely';

/** What a search of plates reads beside the text that it looks for: the filters, and what puts hits in order. */
const ALONGSIDE = ['rank', 'probability', 'camera_id', 'class_name', 'colour', 'first_here'];

/**
 * The indexes of plates hold all that a search reads. Which of a thousand hits are the newest, and which a camera's, is then
 * known without a look at their rows, which lie scattered over the disk.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  for (const [name, keys] of [
    ['passage_plates_by_symbols', ['symbols', 'at', 'passage_seq']],
    ['passage_plates_by_reversed', ['reversed', 'at', 'passage_seq']],
    ['passage_plates_by_serial', ['serial', 'at', 'passage_seq']],
    ['passage_plates_by_time', ['at', 'passage_seq']],
    ['passage_plates_by_camera', ['camera_id', 'at', 'passage_seq']],
  ] as const) {
    const rest = ['symbols', ...ALONGSIDE].filter((column) => !(keys as readonly string[]).includes(column));
    await db.schema.dropIndex(name).ifExists().execute();
    const refs = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)));
    // SQLite has no columns that an index carries without being in their order.
    await (
      isPostgres
        ? sql`create index ${sql.ref(name)} on passage_plates (${refs(keys)}) include (${refs(rest)})`
        : sql`create index ${sql.ref(name)} on passage_plates (${refs([...keys, ...rest])})`
    ).execute(db);
  }
};
