import Database from 'libsql';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import type { CaseDetail, CaseList } from '../../api/contract/cases.ts';
import { ROOT } from '../shared.ts';
import { logIn, openSite, PASSWORD } from './api-harness.ts';
import { hasPostgres, openPostgres } from './postgres-server.ts';

/**
 * What the version before the newest migrations kept, written by that version and taken with `sqlite3 .dump` and
 * `pg_dump --inserts`: four cases (open, confirmed and under hold, rejected, of another unit), two accounts, the audit of how
 * it came about.
 */
const dumpOf = (name: string): Promise<string> => readFile(join(ROOT, 'test/fixtures/schema-0013', name), 'utf8');

const restoreSqlite = async (file: string): Promise<void> => {
  const db = new Database(file);
  db.exec(await dumpOf('sqlite.sql'));
  db.close();
};

const restorePostgres = async (target: string): Promise<void> => {
  const client = new pg.Client({ connectionString: target });
  await client.connect();
  await client.query(await dumpOf('postgres.sql'));
  await client.end();
};

const opensAsBefore = async (dataDir: string, databaseUrl?: string): Promise<void> => {
  const site = await openSite({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  try {
    const { cases, openCount } = (await site.admin.get('/api/cases')).json<CaseList>();
    expect(Object.fromEntries(cases.map(({ id, state }) => [id, state]))).toEqual({
      ...{ open: 'pending', fined: 'confirmed', refused: 'rejected', south: 'pending' },
    });
    expect(openCount).toBe(2);
    const fined = (await site.admin.get('/api/cases/fined')).json<CaseDetail>();
    expect(fined).toMatchObject({
      verdict: { by: 'lan', note: 'rõ ràng' },
      status: 'owner_identified',
      assignedTo: null,
    });
    expect([fined.custody.hold?.reason, fined.notes.at(-1)?.text]).toEqual(['Tòa án Ba Đình', 'chủ xe khiếu nại']);
    expect(fined.history.map(({ action }) => action)).toContain('case.verdict');
    expect((await site.admin.get('/api/audit/verify')).json()).toMatchObject({ intact: true });

    const lan = await logIn(site.app, 'lan', PASSWORD);
    expect((await lan.get('/api/cases/south')).statusCode).toBe(404);
    expect((await lan.call('POST', '/api/cases/open/claim')).statusCode).toBe(200);
    const verdict = await lan.call('POST', '/api/cases/open/verdict', { verdict: 'confirmed' });
    expect([verdict.statusCode, verdict.json<{ state: string }>().state]).toEqual([200, 'confirmed']);
    expect((await site.admin.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
  } finally {
    await site.close();
  }
};

describe('a database of an earlier version', () => {
  test('in SQLite is brought up to date with everything in it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-earlier-'));
    try {
      await restoreSqlite(join(dataDir, 'watchpost.db'));
      await opensAsBefore(dataDir);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test.skipIf(!hasPostgres)(
    `in PostgreSQL is brought up to date with everything in it${hasPostgres ? '' : ' (skipped: no PostgreSQL 15)'}`,
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'watchpost-earlier-'));
      const server = await openPostgres();
      try {
        await restorePostgres(server.target);
        await opensAsBefore(dataDir, server.target);
      } finally {
        await server.close();
        await rm(dataDir, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
