import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import pino from 'pino';
import { buildApp } from '../../api/app.ts';
import { type Database, openDatabase } from '../../api/database/open-database.ts';
import type { CaseTable } from '../../api/database/schema.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';

/**
 * How long `GET /api/cases` takes over HTTP, whole answer read, with many cases, by the filters that the page offers.
 *     node dist/benchmarks/scenarios/case-list.js [--cases 100000] [--runs 200] [--postgres URL] [--out FILE]
 *     --postgres   an empty database to be filled too; without, SQLite alone is measured
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '200' },
    postgres: { type: 'string' },
    out: { type: 'string' },
  },
});
const COUNT = Number(values.cases);
const RUNS = Number(values.runs);
/** The first requests compile statements and fill caches; a city's server has done so long ago. */
const WARM_UP = 20;
const BATCH = 500;
const MINUTE_MS = 60_000;

const KINDS = ['wrong_way', 'red_light', 'no_helmet', 'crowding', 'smoke'] as const;
const STATES = ['pending', 'confirmed', 'rejected', 'exempt', 'confirmed', 'confirmed'] as const;
const newest = Date.now();

/** A city's months: 40 cameras in 8 units, one case a minute, one of six still open. */
const row = (index: number): CaseTable => {
  const state = STATES[index % STATES.length]!;
  const isOpen = state === 'pending';
  const kind = KINDS[index % KINDS.length]!;
  const triggerAt = newest - index * MINUTE_MS;
  const isFined = kind !== 'crowding' && kind !== 'smoke';
  return {
    ...{ id: `case-${String(index).padStart(7, '0')}`, kind, rule_id: 'rule', state, is_open: isOpen ? 1 : 0 },
    ...{ camera_id: `camera-${index % 40}`, camera_name: `Camera ${index % 40}`, camera_group: `unit-${index % 8}` },
    ...{ place: 'Trần Phú, Ba Đình', trigger_at: triggerAt, created_at: triggerAt + 10_000 },
    ...{ subject_class: 'motorcycle', thumbnail: 'still-at.jpg', prefix: `cases/${index}` },
    ...{ manifest_sha256: '0'.repeat(64), key_id: '0'.repeat(16) },
    ...{ claimed_by: null, claimed_at: null, lease_until: null },
    ...{ verdict_by: isOpen ? null : 'lan', verdict_at: isOpen ? null : triggerAt + MINUTE_MS },
    ...{ verdict_reason: null, verdict_note: null },
    ...{ status: isFined ? (isOpen ? 'detected' : 'verified') : null, status_at: isFined ? triggerAt : null },
    ...{ due_at: isFined ? triggerAt + 10 * 24 * 60 * MINUTE_MS : null, due_for: isFined ? 'notice' : null },
    ...{ review_round: 1, first_by: null, merged_into: null, assigned_to: null },
  };
};

const fill = async (db: Database): Promise<void> => {
  for (let from = 0; from < COUNT; from += BATCH)
    await db
      .insertInto('cases')
      .values(Array.from({ length: Math.min(BATCH, COUNT - from) }, (_, index) => row(from + index)))
      .execute();
};

const QUERIES = {
  'first page': '',
  'open, as the queue asks': '?state=open&limit=50&order=asc',
  'one kind': '?kind=no_helmet',
  'one camera': '?cameraId=camera-7',
  'one camera, one kind, confirmed': '?cameraId=camera-7&kind=red_light&state=confirmed',
  'a month in the middle': `?after=${newest - (COUNT / 2 + 40_000) * MINUTE_MS}&before=${newest - (COUNT / 2) * MINUTE_MS}`,
  'one status': '?status=verified',
  overdue: '?overdue=true',
  'overdue and open': '?overdue=true&state=open',
  '500 at once': '?limit=500',
} as const;

type App = Awaited<ReturnType<typeof buildApp>>;
type Headers = Readonly<Record<string, string>>;

const logIn = async (app: App, username: string, password: string): Promise<Headers> => {
  const next = randomBytes(12).toString('hex');
  const ask = (url: string, payload: object, headers: Headers = {}) =>
    app.inject({ method: 'POST', url, payload, headers });
  const entered = await ask('/api/session', { username, password });
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  const headers = { cookie, 'x-csrf-token': entered.json<{ csrfToken: string }>().csrfToken };
  await ask('/api/session/password', { current: password, next }, headers);
  return headers;
};

const measure = async (name: string, databaseUrl: string | undefined) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-list-'));
  const db = await openDatabase(databaseUrl ?? join(dataDir, 'watchpost.db'));
  await fill(db);
  // What autovacuum does by itself within a minute: without, the first requests are planned without statistics.
  if (databaseUrl !== undefined) await sql`vacuum analyze`.execute(db);
  await db.destroy();
  const app = await buildApp({
    ...{ config: parseConfig('version: 1\n'), dataDir, redisUrl: join(dataDir, 'none.sock') },
    ...{ store: new LocalStore(join(dataDir, 'objects')), log: pino({ level: 'silent' }) },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  try {
    const admin = await logIn(app, 'admin', app.firstPassword ?? '');
    const created = await app.inject({
      ...{ method: 'POST', url: '/api/users', headers: admin },
      payload: { username: 'lan', role: 'officer', groups: ['unit-1', 'unit-2'] },
    });
    const officer = await logIn(app, 'lan', created.json<{ password: string }>().password);
    const base = await app.listen({ host: '127.0.0.1', port: 0 });
    const time = async (url: string, headers: Headers): Promise<number> => {
      const startedAt = performance.now();
      const answer = await fetch(`${base}${url}`, { headers });
      const body = await answer.text();
      if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${body}`);
      return performance.now() - startedAt;
    };
    const deep = async (headers: Headers): Promise<string> => {
      let cursor = '';
      for (let page = 0; page < 20; page++) {
        const url = `/api/cases?limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`;
        cursor = (await app.inject({ url, headers })).json<{ nextCursor: string }>().nextCursor;
      }
      return `?cursor=${cursor}`;
    };
    const results = [];
    for (const [who, headers] of [
      ['administrator', admin],
      ['officer of two of eight units', officer],
    ] as const)
      for (const [what, query] of Object.entries({ ...QUERIES, 'page 200 by its cursor': await deep(headers) })) {
        const url = `/api/cases${query}`;
        for (let run = 0; run < WARM_UP; run++) await time(url, headers);
        const times: number[] = [];
        for (let run = 0; run < RUNS; run++) times.push(await time(url, headers));
        const round = (share: number): number => Math.round(percentile(times, share) * 100) / 100;
        results.push({ who, what, p50Ms: round(0.5), p95Ms: round(0.95), p99Ms: round(0.99) });
      }
    return { database: name, worstP95Ms: Math.max(...results.map(({ p95Ms }) => p95Ms)), results };
  } finally {
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  }
};

const databases = [await measure('SQLite', undefined)];
if (values.postgres !== undefined) databases.push(await measure('PostgreSQL', values.postgres));
/** Above the number of cores others worked on the machine, and the times hold their share too. */
const loadAverage = loadavg()[1];
const result = { scenario: 'case-list', environment: environment(), loadAverage, cases: COUNT, runs: RUNS, databases };
const text = `${JSON.stringify(result, null, 2)}\n`;
if (values.out === undefined) process.stdout.write(text);
else await writeFile(values.out, text);
for (const { database, worstP95Ms } of databases) console.error(`${database}: worst p95 ${worstP95Ms} ms`);
