import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { loadavg, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../api/database/open-database.ts';
import { type PassageFilter, searchPassages } from '../../api/repositories/passage-search.ts';
import { platesOf } from '../../api/repositories/passages.ts';
import { parsePattern, spellings } from '../../pipeline/passages/plate-pattern.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';
import { passageRow, passedPlate, SPAN } from './passage-rows.ts';

/**
 * How long a search over passages takes, on SQLite and PostgreSQL with their settings as shipped. Rows are generated into a
 * temporary database; indexes are made after them, as only a first import would.
 *     node dist/benchmarks/scenarios/passage-search.js [--rows 5000000] [--queries 200] [--on sqlite|postgres] [--out FILE]
 * With `--folder DIR` the databases stay there, and `--steps fill`, `--steps index`, `--steps ask` may be run one by one.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    queries: { type: 'string', default: '200' },
    on: { type: 'string' },
    folder: { type: 'string' },
    steps: { type: 'string', default: 'fill,index,ask' },
    kinds: { type: 'string' },
    out: { type: 'string' },
  },
});
const steps = new Set(values.steps.split(','));
const rows = Number(values.rows);
const queries = Number(values.queries);
const PAGE = 50;
const POSTGRES = '/usr/lib/postgresql/15/bin';
const HOURS_MS = 3_600_000;
const ROWS_A_STATEMENT = 50;
const ROWS_A_PIECE = 50_000;

const PASSAGE_COLUMNS = ['seq', 'id', 'camera_id', 'at', 'class_name', 'colour', 'plate', 'confidence', 'grade'].concat(
  ['first_here', 'json'],
);
const PLATE_COLUMNS = ['passage_seq', 'rank', 'symbols', 'reversed', 'serial', 'probability', 'at', 'camera_id'].concat(
  ['class_name', 'colour', 'first_here'],
);

type Cell = string | number | null;

const rowsOf = (index: number): { readonly passage: Cell[]; readonly plates: Cell[][] } => {
  const passage = passageRow(index, rows);
  const { id, cameraId, at, className, colour, plate } = passage;
  const firstHere = index % 4 === 0 && plate ? 1 : 0;
  const head = [index + 1, id, cameraId, at, className, colour, plate?.text ?? null, plate?.confidence ?? null];
  return {
    passage: [...head, plate?.grade ?? null, firstHere, JSON.stringify(passage)],
    plates: platesOf(passage).map(({ symbols, probability }, rank) => {
      const { reversed, serial } = spellings(symbols);
      return [index + 1, rank, symbols, reversed, serial, probability, at, cameraId, className, colour, firstHere];
    }),
  };
};

type Server = {
  readonly target: string;
  readonly fill: (db: Database) => Promise<void>;
  readonly bytes: () => number;
  readonly close: () => Promise<void>;
};

/** Where a database lies, and whether it goes when the run ends. */
const place = (name: string): { readonly folder: string; readonly isKept: boolean } => {
  if (values.folder === undefined) return { folder: mkdtempSync(join(tmpdir(), 'watchpost-passages-')), isKept: false };
  const folder = join(values.folder, name);
  mkdirSync(folder, { recursive: true });
  return { folder, isKept: true };
};

const INDEXES = sql`select name, sql as definition from sqlite_master where type = 'index' and name like 'passage%' and sql is not null`;
const PG_INDEXES = sql`select indexname as name, indexdef as definition from pg_indexes where indexname like 'passage%_by_%'`;

/** The secondary indexes as the migrations make them. They are dropped before the rows come and remembered in a table. */
const dropIndexes = async (db: Database, isPostgres: boolean): Promise<void> => {
  const found = await (isPostgres ? PG_INDEXES : INDEXES).execute(db);
  await sql`create table if not exists dropped_indexes (definition text)`.execute(db);
  for (const { name, definition } of found.rows as { name: string; definition: string }[]) {
    await sql`insert into dropped_indexes values (${definition})`.execute(db);
    await sql`drop index ${sql.ref(name)}`.execute(db);
  }
};

const makeIndexes = async (db: Database, isPostgres: boolean): Promise<void> => {
  const dropped = await sql<{ definition: string }>`select definition from dropped_indexes`.execute(db);
  for (const { definition } of dropped.rows) {
    await sql.raw(definition).execute(db);
    // One that was ended goes on with the next.
    await sql`delete from dropped_indexes where definition = ${definition}`.execute(db);
  }
  await sql`drop table dropped_indexes`.execute(db);
  // PostgreSQL's own upkeep does this in time; SQLite has none, and none is run on it.
  if (isPostgres) await sql`vacuum analyze`.execute(db);
};

const sqlite = (): Server => {
  const { folder, isKept } = place('sqlite');
  const target = join(folder, 'watchpost.db');
  type Statement = { run: (cells: readonly Cell[]) => void; get: () => { last: number | null } };
  type Sqlite = new (file: string) => {
    pragma(text: string): void;
    exec(text: string): void;
    prepare(text: string): Statement;
    close(): void;
  };
  /** In pieces that stay, so that a run that was ended goes on where it was. */
  const fill = (): Promise<void> => {
    const Raw = createRequire(import.meta.url)('libsql') as Sqlite;
    const raw = new Raw(target);
    for (const pragma of ['synchronous = OFF', 'cache_size = -1000000']) raw.pragma(pragma);
    // Many rows a statement: a call into the library costs more than the row.
    const inserter = (table: string, columns: readonly string[]) => {
      const row = `(${columns.map(() => '?').join()})`;
      const statement = (count: number): Statement =>
        raw.prepare(`insert into ${table} (${columns.join()}) values ${Array<string>(count).fill(row).join()}`);
      const many = statement(ROWS_A_STATEMENT);
      let waiting: Cell[] = [];
      return {
        add: (cells: readonly Cell[]): void => {
          waiting.push(...cells);
          if (waiting.length < ROWS_A_STATEMENT * columns.length) return;
          many.run(waiting);
          waiting = [];
        },
        end: (): void => {
          if (waiting.length > 0) statement(waiting.length / columns.length).run(waiting);
          waiting = [];
        },
      };
    };
    const [passages, plates] = [inserter('passages', PASSAGE_COLUMNS), inserter('passage_plates', PLATE_COLUMNS)];
    const first = raw.prepare('select max(seq) as last from passages').get().last ?? 0;
    for (let from = first; from < rows; from += ROWS_A_PIECE) {
      raw.exec('begin');
      for (let index = from; index < Math.min(rows, from + ROWS_A_PIECE); index++) {
        const row = rowsOf(index);
        passages.add(row.passage);
        for (const plate of row.plates) plates.add(plate);
      }
      passages.end();
      plates.end();
      raw.exec('commit');
    }
    raw.close();
    return Promise.resolve();
  };
  return {
    ...{ target, fill },
    bytes: () => statSync(target).size,
    close: () => {
      if (!isKept) rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
};

/** A server of its own on a Unix socket. PostgreSQL refuses to run as root, so root starts it as `postgres`. */
const postgres = async (): Promise<Server> => {
  const { folder, isKept } = place('postgres');
  const asUser = userInfo().uid === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  if (asUser.length > 0) {
    chmodSync(folder, 0o755);
    execFileSync('chown', ['postgres', folder]);
  }
  const command = (name: string, args: readonly string[]): readonly [string, readonly string[]] => {
    const [program = '', ...rest] = [...asUser, join(POSTGRES, name), ...args];
    return [program, rest];
  };
  const run = (name: string, args: readonly string[]): Buffer =>
    execFileSync(...command(name, args), { stdio: 'pipe' });
  const data = join(folder, 'data');
  if (!existsSync(data)) run('initdb', ['-D', data, '-U', 'watchpost', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  // A first import needs no log to recover from; questions are asked of a server as shipped.
  const importing = [
    'wal_level=minimal',
    'max_wal_senders=0',
    'fsync=off',
    'maintenance_work_mem=1GB',
    'autovacuum=off',
  ];
  const settings = ['listen_addresses=', ...(steps.has('ask') ? [] : importing)].flatMap((each) => ['-c', each]);
  const child = spawn(...command('postgres', ['-D', data, '-k', folder, ...settings]), { stdio: 'ignore' });
  const psqlArgs = (text: string): string[] => [
    '-h',
    folder,
    '-U',
    'watchpost',
    '-v',
    'ON_ERROR_STOP=1',
    'postgres',
    '-c',
    text,
  ];
  for (let attempt = 0; ; attempt++)
    try {
      run('psql', psqlArgs('select 1'));
      break;
    } catch (error) {
      if (attempt > 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  /** Copies lines into a table. No cell holds a tab, a line end or a backslash. */
  const copy = async (table: string, columns: readonly string[], lines: readonly string[]): Promise<void> => {
    const text = `copy ${table} (${columns.join()}) from stdin`;
    const psql = spawn(...command('psql', psqlArgs(text)), { stdio: ['pipe', 'ignore', 'inherit'] });
    psql.stdin.end(lines.join(''));
    const [code] = (await once(psql, 'close')) as [number | null];
    if (code !== 0) throw new Error(`copy into ${table}: ${code}`);
  };
  const toLine = (cells: readonly Cell[]): string => `${cells.map((cell) => cell ?? '\\N').join('\t')}\n`;
  /** In pieces that stay, so that a run that was ended goes on where it was. */
  const fill = async (db: Database): Promise<void> => {
    const last = await db.selectFrom('passages').select('seq').orderBy('seq', 'desc').limit(1).execute();
    const first = last[0]?.seq ?? 0;
    await db.deleteFrom('passage_plates').where('passage_seq', '>', first).execute();
    for (let from = first; from < rows; from += ROWS_A_PIECE) {
      const piece = Array.from({ length: Math.min(ROWS_A_PIECE, rows - from) }, (_, i) => rowsOf(from + i));
      // Plates first: passages say how far it came.
      const plates = piece.flatMap((row) => row.plates.map(toLine));
      await copy('passage_plates', PLATE_COLUMNS, plates);
      await copy(
        'passages',
        PASSAGE_COLUMNS,
        piece.map(({ passage }) => toLine(passage)),
      );
    }
  };
  return {
    target: `postgresql://watchpost@localhost/postgres?host=${encodeURIComponent(folder)}`,
    fill,
    bytes: () => Number(execFileSync('du', ['-sb', data]).toString().split('\t')[0]),
    close: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      run('pg_ctl', ['-D', data, '-m', isKept ? 'fast' : 'immediate', '-t', '120', 'stop']);
      await gone;
      if (!isKept) rmSync(folder, { recursive: true, force: true });
    },
  };
};

const EVERYTHING: PassageFilter = {
  ...{ pattern: null, similar: false, className: null, colour: null, firstHere: false, ...SPAN },
  ...{ cameraIds: null, limit: PAGE, cursor: null },
};

let seed = 12_345;
const below = (limit: number): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return seed % limit;
};
const somePlate = (): string => {
  for (;;) {
    const plate = passedPlate(below(rows), rows);
    if (plate !== null) return plate;
  }
};
const withHole = (plate: string): string => Array.from(plate).with(below(plate.length), '?').join('');
const piece = (plate: string, length: number): string => {
  const from = below(plate.length - length + 1);
  return `*${plate.slice(from, from + length)}*`;
};
const looking = (typed: string, more: Partial<PassageFilter> = {}): PassageFilter => ({
  ...EVERYTHING,
  pattern: parsePattern(typed),
  ...more,
});

/** What people look for; one query each call. */
const KINDS: Readonly<Record<string, () => PassageFilter>> = {
  'one wildcard': () => looking(withHole(somePlate())),
  'one wildcard in a piece': () => {
    const plate = somePlate();
    return looking(`*${plate.slice(2, 5)}?${plate.slice(6, 7)}*`);
  },
  'whole plate': () => looking(somePlate()),
  'first five': () => looking(`${somePlate().slice(0, 5)}*`),
  'first three': () => looking(`${somePlate().slice(0, 3)}*`),
  'last four': () => looking(`*${somePlate().slice(-4)}`),
  'last three': () => looking(`*${somePlate().slice(-3)}`),
  'four anywhere': () => looking(piece(somePlate(), 4)),
  'three anywhere': () => looking(piece(somePlate(), 3)),
  'two wildcards': () => looking(withHole(withHole(somePlate()))),
  'likely confusions of a plate': () => looking(somePlate(), { similar: true }),
  'likely confusions, one wildcard': () => looking(withHole(somePlate()), { similar: true }),
  'one wildcard, one camera, class and week': () => {
    const after = SPAN.after + below(20) * 24 * HOURS_MS;
    return looking(withHole(somePlate()), {
      ...{ after, before: after + 7 * 24 * HOURS_MS },
      ...{ cameraIds: [`camera-${String(below(200)).padStart(3, '0')}`], className: 'motorcycle' },
    });
  },
  'blue plates of one class': () => ({ ...EVERYTHING, colour: 'blue', className: 'bus' }),
  'never seen before at one camera': () => ({
    ...EVERYTHING,
    ...{ firstHere: true, cameraIds: [`camera-${String(below(200)).padStart(3, '0')}`] },
  }),
};

const ask = async (db: Database, name: string) => {
  const kinds: Record<string, { p50: number; p95: number; max: number; first: number; found: number }> = {};
  const wanted = values.kinds?.split(';');
  for (const [kind, toFilter] of Object.entries(KINDS)) {
    if (wanted && !wanted.includes(kind)) continue;
    const times: number[] = [];
    let found = 0;
    for (let query = 0; query < queries; query++) {
      const filter = toFilter();
      const at = performance.now();
      const page = await searchPassages(db, filter);
      times.push(performance.now() - at);
      found += page.found.length;
    }
    const round = (ms: number): number => Math.round(ms * 10) / 10;
    kinds[kind] = {
      ...{ p50: round(percentile(times, 0.5)), p95: round(percentile(times, 0.95)), max: round(Math.max(...times)) },
      ...{ first: round(times[0]!), found: Math.round((found / queries) * 10) / 10 },
    };
    console.error(`${name}: ${kind}: ${JSON.stringify(kinds[kind])}`);
  }
  return kinds;
};

const measure = async (name: 'sqlite' | 'postgres') => {
  const server = name === 'sqlite' ? sqlite() : await postgres();
  const timed = async (step: string, work: () => Promise<void>): Promise<void> => {
    if (!steps.has(step)) return;
    const startedAt = performance.now();
    await work();
    console.error(`${name}: ${step} ${Math.round(performance.now() - startedAt)} ms`);
  };
  try {
    const db = await openDatabase(server.target);
    try {
      await timed('fill', async () => {
        await dropIndexes(db, name === 'postgres');
        await server.fill(db);
      });
      await timed('index', () => makeIndexes(db, name === 'postgres'));
      return { bytes: server.bytes(), kinds: steps.has('ask') ? await ask(db, name) : {} };
    } finally {
      await db.destroy();
    }
  } finally {
    await server.close();
  }
};

const databases: Record<string, Awaited<ReturnType<typeof measure>>> = {};
for (const name of ['sqlite', 'postgres'] as const)
  if (values.on === undefined || values.on === name) databases[name] = await measure(name);
const result = {
  scenario: 'passage-search',
  environment: { ...environment(), loadAverage: loadavg()[0]! },
  ...{ rows, queries, page: PAGE, unit: 'ms' },
  databases,
};
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
