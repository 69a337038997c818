import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    queries: { type: 'string', default: '200' },
    on: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    out: { type: 'string' },
  },
});
const rows = Number(values.rows);
const queries = Number(values.queries);
const PAGE = 50;
const POSTGRES = '/usr/lib/postgresql/15/bin';
const HOURS_MS = 3_600_000;

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
  readonly fill: () => Promise<void>;
  readonly bytes: () => number;
  readonly close: () => Promise<void>;
};

const INDEXES = sql`select name, sql as definition from sqlite_master where type = 'index' and name like 'passage%' and sql is not null`;
const PG_INDEXES = sql`select indexname as name, indexdef as definition from pg_indexes where indexname like 'passage%_by_%'`;

/** Drops the secondary indexes, fills the tables, makes the indexes again. */
const withoutIndexes = async (db: Database, isPostgres: boolean, fill: () => Promise<void>): Promise<void> => {
  const found = await (isPostgres ? PG_INDEXES : INDEXES).execute(db);
  const indexes = found.rows as { name: string; definition: string }[];
  for (const { name } of indexes) await sql`drop index ${sql.ref(name)}`.execute(db);
  await fill();
  for (const { definition } of indexes) await sql.raw(definition).execute(db);
  // The databases' own upkeep does this in time.
  await sql`analyze`.execute(db);
};

const sqlite = (): Server => {
  const folder = mkdtempSync(join(values.folder, 'watchpost-passages-'));
  const target = join(folder, 'watchpost.db');
  type Statement = { run: (cells: readonly Cell[]) => void };
  type Sqlite = new (file: string) => {
    pragma(text: string): void;
    exec(text: string): void;
    prepare(text: string): Statement;
    close(): void;
  };
  const fill = (): Promise<void> => {
    const Raw = createRequire(import.meta.url)('libsql') as Sqlite;
    const raw = new Raw(target);
    for (const pragma of ['synchronous = OFF', 'cache_size = -1000000']) raw.pragma(pragma);
    const insert = (table: string, columns: readonly string[]): Statement =>
      raw.prepare(`insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`);
    const [passages, plates] = [insert('passages', PASSAGE_COLUMNS), insert('passage_plates', PLATE_COLUMNS)];
    raw.exec('begin');
    for (let index = 0; index < rows; index++) {
      const row = rowsOf(index);
      passages.run(row.passage);
      for (const plate of row.plates) plates.run(plate);
      if (index % 50_000 === 49_999) raw.exec('commit; begin');
    }
    raw.exec('commit');
    raw.close();
    return Promise.resolve();
  };
  return {
    ...{ target, fill },
    bytes: () => statSync(target).size,
    close: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
};

/** A server of its own on a Unix socket. PostgreSQL refuses to run as root, so root starts it as `postgres`. */
const postgres = async (): Promise<Server> => {
  const folder = mkdtempSync(join(values.folder, 'watchpost-passages-'));
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
  run('initdb', ['-D', data, '-U', 'watchpost', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  const child = spawn(...command('postgres', ['-D', data, '-k', folder, '-c', 'listen_addresses=']), {
    stdio: 'ignore',
  });
  const psql = (text: string): Buffer =>
    run('psql', ['-h', folder, '-U', 'watchpost', '-v', 'ON_ERROR_STOP=1', 'postgres', '-c', text]);
  for (let attempt = 0; ; attempt++)
    try {
      psql('select 1');
      break;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  const copy = async (
    table: string,
    columns: readonly string[],
    cellsOf: (index: number) => readonly Cell[][],
  ): Promise<void> => {
    const file = join(folder, `${table}.csv`);
    const out = createWriteStream(file);
    const toCell = (cell: Cell): string => (cell === null ? '' : `"${String(cell).replaceAll('"', '""')}"`);
    for (let index = 0; index < rows; index++) {
      const text = cellsOf(index).map((cells) => `${cells.map(toCell).join()}\n`);
      if (!out.write(text.join(''))) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
    }
    await new Promise<void>((resolve) => void out.end(() => resolve()));
    psql(`\\copy ${table} (${columns.join()}) from '${file}' with (format csv)`);
    rmSync(file);
  };
  const fill = async (): Promise<void> => {
    await copy('passages', PASSAGE_COLUMNS, (index) => [rowsOf(index).passage]);
    await copy('passage_plates', PLATE_COLUMNS, (index) => rowsOf(index).plates);
  };
  return {
    target: `postgresql://watchpost@localhost/postgres?host=${encodeURIComponent(folder)}`,
    fill,
    bytes: () => Number(execFileSync('du', ['-sb', data]).toString().split('\t')[0]),
    close: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      await gone;
      rmSync(folder, { recursive: true, force: true });
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

const measure = async (name: 'sqlite' | 'postgres') => {
  const server = name === 'sqlite' ? sqlite() : await postgres();
  try {
    const db = await openDatabase(server.target);
    const startedAt = performance.now();
    await withoutIndexes(db, name === 'postgres', server.fill);
    const filledMs = Math.round(performance.now() - startedAt);
    console.error(`${name}: ${rows} passages in ${filledMs} ms`);
    const kinds: Record<string, { p50: number; p95: number; max: number; first: number; found: number }> = {};
    for (const [kind, toFilter] of Object.entries(KINDS)) {
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
    await db.destroy();
    return { filledMs, bytes: server.bytes(), kinds };
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
