import { type ExpressionBuilder, type Selectable, sql, type SqlBool } from 'kysely';
import {
  fitsPattern,
  type KeyPrefix,
  type PlatePattern,
  prefixesOf,
  type SimilarPattern,
  similarPatterns,
  toLike,
} from '../../pipeline/passages/plate-pattern.ts';
import type { Database } from '../database/open-database.ts';
import type { PassageTable, Tables } from '../database/schema.ts';

export type PassageFilter = {
  readonly pattern: PlatePattern | null;
  /** Also plates that readers and people take for the wanted one. */
  readonly similar: boolean;
  readonly className: string | null;
  readonly colour: string | null;
  readonly firstHere: boolean;
  readonly after: number;
  readonly before: number;
  /** Cameras that are wanted and may be seen; null = all. */
  readonly cameraIds: readonly string[] | null;
  readonly limit: number;
  /** Only what is older than this: `at` and `seq` of the last one of the page before. */
  readonly cursor: { readonly at: number; readonly seq: number } | null;
};

/** How a found passage fits. `read`: its reading; `candidate`: what the plate may also say; `similar`: a likely confusion. */
export type Fit = { readonly how: 'read' | 'candidate' | 'similar'; readonly symbols: string; readonly score: number };
export type PassageRow = Selectable<PassageTable>;
export type FoundPassage = { readonly row: PassageRow; readonly fit: Fit | null };
export type FoundPage = { readonly found: readonly FoundPassage[]; readonly next: PassageFilter['cursor'] };

/**
 * Up to so many matches are fetched and put in order here; a pattern with more of them is so common that walking back in
 * time comes upon enough of them soon.
 */
const MOST_FETCHED = 5_000;
/** After every text that begins so: no code point is higher. */
const END = '\u{10FFFF}';
/** A confusion makes a match so much less likely. */
const CONFUSION = 0.1;

type Hit = {
  readonly passage_seq: number;
  readonly rank: number;
  readonly symbols: string;
  readonly probability: number;
  readonly at: number;
};

/** Passages, newest first; with `similar` the likeliest first, one page only. */
export const searchPassages = async (db: Database, filter: PassageFilter): Promise<FoundPage> => {
  if (filter.cameraIds?.length === 0) return { found: [], next: null };
  if (!filter.pattern) return listPassages(db, filter);
  if (filter.similar) return searchSimilar(db, filter, filter.pattern);
  const { pattern, limit } = filter;
  const hits = pattern.isWhole
    ? await newestOf(db, filter, sql<SqlBool>`symbols = ${pattern.text}`)
    : await matches(db, filter, pattern);
  const page = inOrder(hits, filter).slice(0, limit);
  const last = page.at(-1);
  return {
    found: await withRows(db, page, ({ rank, symbols, probability }) => ({
      ...{ how: rank === 0 ? 'read' : 'candidate', symbols, score: probability },
    })),
    next: last && hits.length >= limit ? { at: last.at, seq: last.passage_seq } : null,
  };
};

/** What fits a pattern with wildcards: all of it where it is rare, else at least a page's worth of the newest. */
const matches = async (db: Database, filter: PassageFilter, pattern: PlatePattern): Promise<readonly Hit[]> => {
  const prefixes = prefixesOf(pattern);
  // Of five million passages three symbols fit thousands, and more symbols hardly ever do.
  const isCommon = prefixes !== null && symbolsIn(pattern) <= 3 && (await hasMany(db, prefixes));
  const few = prefixes && !isCommon ? await lookUp(db, filter, pattern, prefixes) : null;
  return few ?? newestOf(db, filter, sql<SqlBool>`symbols like ${toLike(pattern)}`);
};

/** Newest first, each passage once, from the cursor on. */
const inOrder = (hits: readonly Hit[], { cursor }: PassageFilter): readonly Hit[] => {
  const best = new Map<number, Hit>();
  for (const hit of hits) {
    const known = best.get(hit.passage_seq);
    if (!known || hit.rank < known.rank) best.set(hit.passage_seq, hit);
  }
  return [...best.values()]
    .filter(({ at, passage_seq: seq }) => !cursor || at < cursor.at || (at === cursor.at && seq < cursor.seq))
    .sort((a, b) => b.at - a.at || b.passage_seq - a.passage_seq);
};

const conditions =
  ({ className, colour, firstHere, after, before, cameraIds, cursor }: PassageFilter) =>
  (eb: ExpressionBuilder<Tables, 'passage_plates'>) => {
    const all = [eb('at', '>=', after), eb('at', '<', before)];
    if (cursor) all.push(eb('at', '<=', cursor.at));
    if (className !== null) all.push(eb('class_name', '=', className));
    if (colour !== null) all.push(eb('colour', '=', colour));
    if (firstHere) all.push(eb('first_here', '=', 1));
    if (cameraIds) all.push(eb('camera_id', 'in', [...cameraIds]));
    return eb.and(all);
  };

const keeps =
  ({ className, colour, firstHere, after, before, cameraIds }: PassageFilter) =>
  (hit: Pick<PassageTable, 'at' | 'class_name' | 'colour' | 'first_here' | 'camera_id'>): boolean =>
    hit.at >= after &&
    hit.at < before &&
    (className === null || hit.class_name === className) &&
    (colour === null || hit.colour === colour) &&
    (!firstHere || hit.first_here === 1) &&
    (cameraIds === null || cameraIds.includes(hit.camera_id));

const HIT = ['passage_seq', 'rank', 'symbols', 'probability', 'at'] as const;

const symbolsIn = ({ text }: PlatePattern): number => Array.from(text.replace(/[?*]/g, '')).length;

/** Whether there are more matches than are fetched: the indexes alone tell, without a look at a row. */
const hasMany = async (db: Database, prefixes: readonly KeyPrefix[]): Promise<boolean> => {
  const [first, ...others] = prefixes.map(({ column, prefix, like }) =>
    db
      .selectFrom('passage_plates')
      .select(sql<number>`1`.as('one'))
      .where(column, '>=', prefix)
      .where(column, '<', prefix + END)
      .where(column, 'like', like),
  );
  if (!first) return false;
  const all = others.reduce((before, one) => before.unionAll(one), first).limit(MOST_FETCHED + 1);
  const { count } = await db
    .selectFrom(all.as('all_of_them'))
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count) > MOST_FETCHED;
};

/**
 * All matches by their beginnings; null when there are too many. The other filters are applied here: put beside the
 * ranges, they would lead either database to an index that narrows less.
 */
const lookUp = async (
  db: Database,
  filter: PassageFilter,
  pattern: PlatePattern,
  prefixes: readonly KeyPrefix[],
): Promise<readonly Hit[] | null> => {
  const hits = await db
    .selectFrom('passage_plates')
    .select([...HIT, 'class_name', 'colour', 'first_here', 'camera_id'])
    .where((eb) =>
      eb.or(
        // The pattern again, as it reads in that spelling: what the index alone can tell costs no look at the row.
        prefixes.map(({ column, prefix, like }) =>
          eb.and([eb(column, '>=', prefix), eb(column, '<', prefix + END), eb(column, 'like', like)]),
        ),
      ),
    )
    .where(sql<SqlBool>`symbols like ${toLike(pattern)}`)
    .limit(MOST_FETCHED + 1)
    .execute();
  return hits.length > MOST_FETCHED ? null : hits.filter(keeps(filter));
};

/** The newest matches. Candidates of one passage lie together, so twice a page holds a page of passages. */
const newestOf = (
  db: Database,
  filter: PassageFilter,
  condition: ReturnType<typeof sql<SqlBool>>,
): Promise<readonly Hit[]> =>
  db
    .selectFrom('passage_plates')
    .select(HIT)
    .where(condition)
    .where(conditions(filter))
    .orderBy('at', 'desc')
    .orderBy('passage_seq', 'desc')
    .limit(filter.limit * 2)
    .execute();

const searchSimilar = async (db: Database, filter: PassageFilter, pattern: PlatePattern): Promise<FoundPage> => {
  const patterns = similarPatterns(pattern);
  const hits = await (pattern.isWhole ? lookUpWhole(db, filter, patterns) : lookUpEach(db, filter, patterns));
  const scored = hits.map((hit) => {
    const nearest = patterns.find((one) => fitsPattern(one.pattern, hit.symbols));
    return {
      ...hit,
      score: hit.probability * CONFUSION ** (nearest?.differing ?? 2),
      differing: nearest?.differing ?? 2,
    };
  });
  const best = new Map<number, (typeof scored)[number]>();
  for (const hit of scored) if (hit.score > (best.get(hit.passage_seq)?.score ?? -1)) best.set(hit.passage_seq, hit);
  const page = [...best.values()].sort((a, b) => b.score - a.score || b.at - a.at).slice(0, filter.limit);
  return {
    next: null,
    found: await withRows(db, page, ({ rank, symbols, score, differing }) => ({
      ...{ how: differing > 0 ? 'similar' : rank === 0 ? 'read' : 'candidate', symbols, score },
    })),
  };
};

const lookUpWhole = (
  db: Database,
  filter: PassageFilter,
  patterns: readonly SimilarPattern[],
): Promise<readonly Hit[]> =>
  db
    .selectFrom('passage_plates')
    .select(HIT)
    .where(
      'symbols',
      'in',
      patterns.map(({ pattern }) => pattern.text),
    )
    .where(conditions(filter))
    .orderBy('at', 'desc')
    .limit(MOST_FETCHED)
    .execute();

/** The pattern's own matches first; of each confused one only as many as a page can show. */
const lookUpEach = async (
  db: Database,
  filter: PassageFilter,
  patterns: readonly SimilarPattern[],
): Promise<readonly Hit[]> => {
  const hits: Hit[] = [];
  for (const { pattern } of patterns) {
    hits.push(...inOrder(await matches(db, filter, pattern), filter).slice(0, filter.limit));
    if (hits.length >= MOST_FETCHED) break;
  }
  return hits;
};

const withRows = async <H extends Hit>(
  db: Database,
  hits: readonly H[],
  toFit: (hit: H) => Fit,
): Promise<readonly FoundPassage[]> => {
  if (hits.length === 0) return [];
  const rows = await db
    .selectFrom('passages')
    .selectAll()
    .where(
      'seq',
      'in',
      hits.map(({ passage_seq: seq }) => seq),
    )
    .execute();
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return hits.flatMap((hit) => {
    const row = bySeq.get(hit.passage_seq);
    return row ? [{ row, fit: toFit(hit) }] : [];
  });
};

const listPassages = async (db: Database, filter: PassageFilter): Promise<FoundPage> => {
  const { cursor, limit } = filter;
  const rows = await db
    .selectFrom('passages')
    .selectAll()
    // Named alike in both tables.
    .where((eb) => conditions(filter)(eb as unknown as ExpressionBuilder<Tables, 'passage_plates'>))
    .$if(cursor !== null, (q) => q.where((eb) => eb.or([eb('at', '<', cursor!.at), eb('seq', '<', cursor!.seq)])))
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  const last = rows.at(-1);
  return {
    found: rows.map((row) => ({ row, fit: null })),
    next: last && rows.length === limit ? { at: last.at, seq: last.seq } : null,
  };
};

/** The number of the first passage kept whose instant is not before this; of one yet to come where there is none. */
export const firstSeqFrom = async (db: Database, at: number): Promise<number> => {
  const first = await db.selectFrom('passages').select('seq').where('at', '>=', at).orderBy('at').limit(1).execute();
  if (first[0]) return first[0].seq;
  const last = await db.selectFrom('passages').select('seq').orderBy('seq', 'desc').limit(1).execute();
  return (last[0]?.seq ?? 0) + 1;
};

/** Passages in the order in which they were kept, so that one that came late is not missed. */
export const passagesFrom = (
  db: Database,
  of: { readonly seq: number; readonly cameraIds: readonly string[] | null; readonly limit: number },
): Promise<readonly PassageRow[]> => {
  if (of.cameraIds?.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('passages')
    .selectAll()
    .where('seq', '>=', of.seq)
    .$if(of.cameraIds !== null, (q) => q.where('camera_id', 'in', [...of.cameraIds!]))
    .orderBy('seq')
    .limit(of.limit)
    .execute();
};

/** Passages whose plate reads so, or very probably does, oldest first: a vehicle's way through the city. */
export const tracePlate = async (
  db: Database,
  of: {
    readonly symbols: string;
    readonly leastProbability: number;
    readonly after: number;
    readonly before: number;
    readonly cameraIds: readonly string[] | null;
    readonly limit: number;
  },
): Promise<readonly FoundPassage[]> => {
  if (of.cameraIds?.length === 0) return [];
  const hits = await db
    .selectFrom('passage_plates')
    .select(HIT)
    .where('symbols', '=', of.symbols)
    .where((eb) => eb.or([eb('rank', '=', 0), eb('probability', '>=', of.leastProbability)]))
    .where('at', '>=', of.after)
    .where('at', '<', of.before)
    .$if(of.cameraIds !== null, (q) => q.where('camera_id', 'in', [...of.cameraIds!]))
    .orderBy('at', 'desc')
    .limit(of.limit)
    .execute();
  const found = await withRows(db, hits, ({ rank, symbols, probability }) => ({
    ...{ how: rank === 0 ? 'read' : 'candidate', symbols, score: probability },
  }));
  return found.toReversed();
};
