import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPostgres, openPostgres } from './postgres-server.ts';

type Server = { readonly target: string; readonly close: () => Promise<void> };

const openSqlite = async (): Promise<Server> => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-db-'));
  return { target: join(folder, 'watchpost.db'), close: () => rm(folder, { recursive: true, force: true }) };
};

/** For `describe.each`: what holds on one database holds on the other. */
export const DATABASES: readonly {
  readonly name: string;
  readonly open: () => Promise<Server>;
  readonly skip: boolean;
}[] = [
  { name: 'SQLite', open: openSqlite, skip: false },
  {
    name: hasPostgres ? 'PostgreSQL' : 'PostgreSQL (skipped: /usr/lib/postgresql/15/bin is not installed)',
    open: openPostgres,
    skip: !hasPostgres,
  },
];
