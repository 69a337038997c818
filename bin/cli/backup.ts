import { Kysely, sql } from 'kysely';
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AuditLog } from '../../api/database/audit-log.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { sqliteDialect } from '../../api/database/sqlite.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { verifyFolder } from '../../workers/verify-folder.ts';

const DATABASE = 'watchpost.db';
const SUMMARY = 'backup.json';
/** What cannot be made again. Recordings are a ring and Redis holds only work under way. */
const FOLDERS = ['objects', 'chain', 'minutes', 'keys'] as const;

type Summary = { readonly schema: 'watchpost/backup/1'; readonly at: string; readonly databaseSha256: string };

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;
const sha256 = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** Copies what is not there yet; sealed files never change, so an earlier back-up into the same folder is gone on with. */
const copyNew = async (from: string, to: string): Promise<number> => {
  let copied = 0;
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copied += await copyNew(source, target);
    else if (entry.isFile() && !entry.name.endsWith('.tmp')) {
      const [mine, theirs] = [await stat(source), await stat(target).catch(() => null)];
      if (theirs?.size === mine.size && theirs.mtimeMs >= mine.mtimeMs) continue;
      await copyFile(source, `${target}.part`);
      await rename(`${target}.part`, target);
      copied++;
    }
  }
  return copied;
};

/**
 * Copies cases, accounts, audit, keys and sealed evidence into a folder while the system runs. The database comes first
 * and as one consistent state; evidence is written before its case is, so the copy holds the files of every case in it.
 * @throws WatchpostError INPUT_UNREADABLE where the data folder holds no SQLite database
 */
export const backup = async ({ data, out }: { readonly data: string; readonly out: string }): Promise<number> => {
  const database = join(data, DATABASE);
  if (!(await exists(database)))
    throw new WatchpostError(
      'INPUT_UNREADABLE',
      `${database} is not there; with PostgreSQL back up the database with pg_dump and the bucket with its own tools`,
    );
  await mkdir(out, { recursive: true, mode: 0o700 });
  const fresh = join(out, `${DATABASE}.part`);
  await rm(fresh, { force: true });
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database) });
  try {
    await sql`vacuum into ${fresh}`.execute(db);
  } finally {
    await db.destroy();
  }
  let copied = 0;
  for (const folder of FOLDERS)
    if (await exists(join(data, folder))) copied += await copyNew(join(data, folder), join(out, folder));
  const summary: Summary = {
    schema: 'watchpost/backup/1',
    at: new Date().toISOString(),
    databaseSha256: await sha256(fresh),
  };
  await rename(fresh, join(out, DATABASE));
  await writeFile(join(out, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`backed up to ${out}: database and ${copied} new files; it holds the signing key, keep it safe`);
  return 0;
};

/**
 * Makes a data folder of a back-up, then checks it: database, audit chain and the seal of every case.
 * @returns 0 all intact, 1 restored but something is broken (it is named)
 * @throws WatchpostError INPUT_UNREADABLE when there is no whole back-up, or the data folder is not empty
 */
export const restore = async ({ from, data }: { readonly from: string; readonly data: string }): Promise<number> => {
  const text = await readFile(join(from, SUMMARY), 'utf8').catch(() => null);
  if (text === null) throw new WatchpostError('INPUT_UNREADABLE', `${from} holds no finished back-up`);
  const { databaseSha256 } = JSON.parse(text) as Summary;
  if ((await sha256(join(from, DATABASE))) !== databaseSha256)
    throw new WatchpostError('INPUT_UNREADABLE', `${join(from, DATABASE)} was changed after the back-up`);
  if (((await readdir(data).catch(() => [])) as string[]).length > 0)
    throw new WatchpostError('INPUT_UNREADABLE', `${data} is not empty; restore into a new folder`);
  await mkdir(dirname(data), { recursive: true });
  const part = join(dirname(data), `.${basename(data)}.part`);
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { mode: 0o700 });
  for (const name of [DATABASE, ...FOLDERS])
    if (await exists(join(from, name))) await cp(join(from, name), join(part, name), { recursive: true });
  await rm(data, { recursive: true, force: true });
  await rename(part, data);

  const problems: string[] = [];
  const db = await openDatabase(join(data, DATABASE));
  let cases: readonly {
    readonly id: string;
    readonly prefix: string;
    readonly manifest_sha256: string;
    readonly erased_at: number | null;
  }[];
  try {
    const audit = await new AuditLog(db).verify();
    if (!audit.intact) problems.push(`audit: ${audit.problem ?? 'broken'}`);
    cases = await db
      .selectFrom('cases')
      .leftJoin('case_custody', 'case_custody.case_id', 'cases.id')
      .select(['id', 'prefix', 'manifest_sha256', 'erased_at'])
      .orderBy('id')
      .execute();
  } finally {
    await db.destroy();
  }
  // With a bucket the evidence is not in the back-up, and has its own.
  if (await exists(join(data, 'objects')))
    for (const { id, prefix, manifest_sha256, erased_at } of cases) {
      // Only manifest and signature are left of those, by the rules of retention.
      if (erased_at !== null) continue;
      const found = await verifyFolder(join(data, 'objects', prefix));
      for (const { file, problem } of found.problems) problems.push(`case ${id}: ${file} ${problem}`);
      if (found.status === 'intact' && found.manifestSha256 !== manifest_sha256)
        problems.push(`case ${id}: manifest.json is not the one that came into review`);
    }
  console.log(`restored to ${data}: ${cases.length} cases, ${problems.length} problems`);
  for (const problem of problems) console.log(`    ${problem}`);
  return problems.length === 0 ? 0 : 1;
};
