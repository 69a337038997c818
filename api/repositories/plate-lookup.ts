import { PostgresAdapter, type RawBuilder, sql, type SqlBool } from 'kysely';
import {
  type KeyPrefix,
  type PlatePattern,
  prefixesOf,
  type PrefixColumn,
  toLike,
} from '../../pipeline/passages/plate-pattern.ts';
import type { Database } from '../database/open-database.ts';

/** What passages are narrowed by beside their plate; in both tables the columns are named alike. */
export type Narrowing = {
  readonly className: string | null;
  readonly colour: string | null;
  readonly firstHere: boolean;
  readonly after: number;
  readonly before: number;
  /** Cameras that are wanted and may be seen; null = all. */
  readonly cameraIds: readonly string[] | null;
  /** Only what is older than this: `at` and `seq` of the last one of the page before. */
  readonly cursor: { readonly at: number; readonly seq: number } | null;
};

/** What a passage's plate says or may say, as it is found. */
export type PlateHit = {
  readonly passage_seq: number;
  /** 0: its reading; more: a candidate. */
  readonly rank: number;
  readonly symbols: string;
  readonly probability: number;
  readonly at: number;
};

/**
 * Up to so many matches are all looked up by their beginnings; a pattern with more of them is so common that walking back in
 * time comes upon a page of them sooner. Of five million passages both take some 20 ms at this number.
 */
export const MOST_MATCHES = 5_000;
/** More ranges than this are not given to one statement: each has five parameters, and SQLite takes 32,766. */
const MOST_RANGES = 5_000;
/** After every text that begins so: no code point is higher. */
const END = '\u{10FFFF}';

/** A pattern to look up, and how many confusions lead to it. */
export type WantedPlate = { readonly pattern: PlatePattern; readonly differing: number };
export type WantedHit = PlateHit & { readonly differing: number };

export const narrowed = (filter: Narrowing): RawBuilder<SqlBool> => {
  const { className, colour, firstHere, after, before, cameraIds, cursor } = filter;
  const all = [sql`at >= ${after}`, sql`at < ${before}`];
  if (cursor) all.push(sql`at <= ${cursor.at}`);
  if (className !== null) all.push(sql`class_name = ${className}`);
  if (colour !== null) all.push(sql`colour = ${colour}`);
  if (firstHere) all.push(sql`first_here = 1`);
  if (cameraIds) all.push(sql`camera_id in (${sql.join([...cameraIds])})`);
  return sql`${sql.join(all, sql` and `)}`;
};

/** The newest that fit a pattern: all of them where it is rare, else at least a page's worth. */
export const newestMatches = async (
  db: Database,
  filter: Narrowing & { readonly limit: number },
  pattern: PlatePattern,
): Promise<readonly PlateHit[]> =>
  (await lookUp(db, filter, [{ pattern, differing: 0 }], filter.limit * 2)) ?? walkBack(db, filter, pattern);

/**
 * The newest matches, come upon by going back in time. Candidates of one passage lie together, so twice a page holds a page of
 * passages.
 */
const walkBack = (
  db: Database,
  filter: Narrowing & { readonly limit: number },
  pattern: PlatePattern,
): Promise<readonly PlateHit[]> =>
  db
    .selectFrom('passage_plates')
    .select(['passage_seq', 'rank', 'symbols', 'probability', 'at'])
    .where(sql<SqlBool>`symbols like ${toLike(pattern)}`)
    .where(narrowed(filter))
    .orderBy('at', 'desc')
    .orderBy('passage_seq', 'desc')
    .limit(filter.limit * 2)
    .execute();

type Range = KeyPrefix & { readonly whole: string; readonly differing: number };

const COLUMNS: readonly PrefixColumn[] = ['symbols', 'reversed', 'serial'];

/**
 * The newest of all plates that fit one of the patterns, found by their beginnings in the indexes alone.
 * @returns null when there are too many, or nothing to look them up by
 */
export const lookUp = async (
  db: Database,
  filter: Narrowing,
  wanted: readonly WantedPlate[],
  limit: number,
): Promise<readonly WantedHit[] | null> => {
  const ranges: Range[] = [];
  for (const { pattern, differing } of wanted) {
    const prefixes = prefixesOf(pattern);
    if (!prefixes) return null;
    for (const prefix of prefixes) ranges.push({ ...prefix, differing, whole: toLike(pattern) });
  }
  if (ranges.length > MOST_RANGES) return null;
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const parts = COLUMNS.map((column) => ({ column, own: ranges.filter((range) => range.column === column) })).filter(
    ({ own }) => own.length > 0,
  );
  // Byte order, as the indexes have it; each database has its own word for it.
  const inBytes = sql.raw(isPostgres ? 'collate "C"' : 'collate binary');
  const lists = parts.map(({ column, own }) => {
    const rows = own.map(
      ({ prefix, like, whole, differing }) =>
        sql`(${prefix}, ${prefix + END}, ${like}, ${whole}, ${sql.lit(differing)})`,
    );
    return sql`${sql.ref(`by_${column}`)} (first, past, spelt, whole, differing) as (values ${sql.join(rows)})`;
  });
  // `cross join`: ranges first, then the index for each, whatever else a planner would find promising.
  const searches = parts.map(({ column }) => {
    const spelling = sql.ref(`passage_plates.${column}`);
    return sql`
      select passage_seq, rank, symbols, probability, at, camera_id, class_name, colour, first_here, differing
      from ${sql.ref(`by_${column}`)} cross join passage_plates
      where ${spelling} >= first ${inBytes} and ${spelling} < past ${inBytes}
        and ${spelling} like spelt ${inBytes} and symbols like whole ${inBytes}`;
  });
  const { rows } = await sql<{ [K in keyof WantedHit]: WantedHit[K] | null } & { matches: number }>`
    with ${sql.join(lists)},
      hits as materialized (
        select * from (${sql.join(searches, sql` union all `)}) as all_of_them limit ${sql.lit(MOST_MATCHES + 1)}
      )
    select distinct matches, passage_seq, rank, symbols, probability, at, differing
    from (select count(*) as matches from hits) as counted left join hits on ${narrowed(filter)}
    order by at desc, passage_seq desc limit ${limit}`.execute(db);
  if (Number(rows[0]?.matches) > MOST_MATCHES) return null;
  return rows.filter((row): row is WantedHit & { matches: number } => row.passage_seq !== null);
};
