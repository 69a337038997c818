import type { Selectable } from 'kysely';
import { type PlatePattern, type SimilarPattern, similarPatterns } from '../../pipeline/passages/plate-pattern.ts';
import type { Database } from '../database/open-database.ts';
import type { PassageTable } from '../database/schema.ts';
import {
  lookUp,
  MOST_MATCHES,
  type Narrowing,
  narrowed,
  newestMatches,
  type PlateHit,
  type WantedHit,
} from './plate-lookup.ts';

export type PassageFilter = Narrowing & {
  readonly pattern: PlatePattern | null;
  /** Also plates that readers and people take for the wanted one. */
  readonly similar: boolean;
  readonly limit: number;
};

/** How a found passage fits. `read`: its reading; `candidate`: what the plate may also say; `similar`: a likely confusion. */
export type Fit = { readonly how: 'read' | 'candidate' | 'similar'; readonly symbols: string; readonly score: number };
export type PassageRow = Selectable<PassageTable>;
export type FoundPassage = { readonly row: PassageRow; readonly fit: Fit | null };
export type FoundPage = { readonly found: readonly FoundPassage[]; readonly next: PassageFilter['cursor'] };

/** A confusion makes a match so much less likely. */
const CONFUSION = 0.1;

/** Passages, newest first; with `similar` the likeliest first, one page only. */
export const searchPassages = async (db: Database, filter: PassageFilter): Promise<FoundPage> => {
  if (filter.cameraIds?.length === 0) return { found: [], next: null };
  if (!filter.pattern) return listPassages(db, filter);
  if (filter.similar) return searchSimilar(db, filter, filter.pattern);
  const { pattern, limit } = filter;
  const hits = await newestMatches(db, filter, pattern);
  const page = inOrder(hits, filter).slice(0, limit);
  const last = page.at(-1);
  return {
    found: await withRows(db, page, ({ rank, symbols, probability }) => ({
      ...{ how: rank === 0 ? 'read' : 'candidate', symbols, score: probability },
    })),
    next: last && hits.length >= limit ? { at: last.at, seq: last.passage_seq } : null,
  };
};

/** Newest first, each passage once, from the cursor on. */
const inOrder = (hits: readonly PlateHit[], { cursor }: Narrowing): readonly PlateHit[] => {
  const best = new Map<number, PlateHit>();
  for (const hit of hits) {
    const known = best.get(hit.passage_seq);
    if (!known || hit.rank < known.rank) best.set(hit.passage_seq, hit);
  }
  return [...best.values()]
    .filter(({ at, passage_seq: seq }) => !cursor || at < cursor.at || (at === cursor.at && seq < cursor.seq))
    .sort((a, b) => b.at - a.at || b.passage_seq - a.passage_seq);
};

const searchSimilar = async (db: Database, filter: PassageFilter, pattern: PlatePattern): Promise<FoundPage> => {
  const wanted = similarPatterns(pattern);
  const hits = (await lookUp(db, filter, wanted, MOST_MATCHES)) ?? (await lookUpEach(db, filter, wanted));
  const best = new Map<number, WantedHit & { readonly score: number }>();
  for (const hit of hits) {
    const score = hit.probability * CONFUSION ** hit.differing;
    if (score > (best.get(hit.passage_seq)?.score ?? -1)) best.set(hit.passage_seq, { ...hit, score });
  }
  const page = [...best.values()].sort((a, b) => b.score - a.score || b.at - a.at).slice(0, filter.limit);
  return {
    next: null,
    found: await withRows(db, page, ({ rank, symbols, score, differing }) => ({
      ...{ how: differing > 0 ? 'similar' : rank === 0 ? 'read' : 'candidate', symbols, score },
    })),
  };
};

/** The pattern's own matches first; of each confused one only as many as a page can show. */
const lookUpEach = async (
  db: Database,
  filter: PassageFilter,
  wanted: readonly SimilarPattern[],
): Promise<readonly WantedHit[]> => {
  const hits: WantedHit[] = [];
  for (const { pattern, differing } of wanted) {
    const own = inOrder(await newestMatches(db, filter, pattern), filter).slice(0, filter.limit);
    hits.push(...own.map((hit) => ({ ...hit, differing })));
    if (hits.length >= MOST_MATCHES) break;
  }
  return hits;
};

const withRows = async <H extends PlateHit>(
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
    .where(narrowed(filter))
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
    .select(['passage_seq', 'rank', 'symbols', 'probability', 'at'])
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
