import { type Kysely, sql } from 'kysely';

/** `bigint` holds epoch milliseconds in both dialects; `openDatabase` reads it back as a number. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const text = 'text';
  const instant = 'bigint';
  await db.schema
    .createTable('users')
    .addColumn('username', text, (c) => c.primaryKey())
    .addColumn('display_name', text, (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('groups', text)
    .addColumn('password_hash', text, (c) => c.notNull())
    .addColumn('must_change', 'integer', (c) => c.notNull())
    .addColumn('disabled', 'integer', (c) => c.notNull())
    .addColumn('created_at', instant, (c) => c.notNull())
    .addColumn('last_login_at', instant)
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('token_hash', text, (c) => c.primaryKey())
    .addColumn('username', text, (c) => c.notNull().references('users.username').onDelete('cascade'))
    .addColumn('csrf_token', text, (c) => c.notNull())
    .addColumn('created_at', instant, (c) => c.notNull())
    .addColumn('seen_at', instant, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('login_failures')
    .addColumn('username', text, (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('last_at', instant, (c) => c.notNull())
    .addColumn('locked_until', instant, (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('cases')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('rule_id', text, (c) => c.notNull())
    .addColumn('camera_id', text, (c) => c.notNull())
    .addColumn('camera_name', text, (c) => c.notNull())
    .addColumn('camera_group', text, (c) => c.notNull())
    .addColumn('place', text, (c) => c.notNull())
    .addColumn('trigger_at', instant, (c) => c.notNull())
    .addColumn('created_at', instant, (c) => c.notNull())
    .addColumn('subject_class', text)
    .addColumn('thumbnail', text)
    .addColumn('prefix', text, (c) => c.notNull())
    .addColumn('manifest_sha256', text, (c) => c.notNull())
    .addColumn('key_id', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('is_open', 'integer', (c) => c.notNull())
    .addColumn('claimed_by', text)
    .addColumn('claimed_at', instant)
    .addColumn('lease_until', instant)
    .addColumn('verdict_by', text)
    .addColumn('verdict_at', instant)
    .addColumn('verdict_reason', text)
    .addColumn('verdict_note', text)
    .execute();
  // Every list is in order of (trigger_at, id): each filter that may stand alone has an index that ends so.
  const ordered = ['trigger_at', 'id'];
  for (const [name, columns] of [
    ['cases_by_time', ordered],
    ['cases_open', ['is_open', ...ordered]],
    ['cases_by_state', ['state', ...ordered]],
    ['cases_by_camera', ['camera_id', ...ordered]],
    ['cases_by_kind', ['kind', ...ordered]],
    ['cases_open_by_unit', ['is_open', 'camera_group', 'kind']],
  ] as const)
    await db.schema
      .createIndex(name)
      .on('cases')
      .columns([...columns])
      .execute();
  await db.schema
    .createTable('manifests')
    .addColumn('case_id', text, (c) => c.primaryKey().references('cases.id'))
    .addColumn('json', text, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('verdicts')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('case_id', text, (c) => c.notNull().references('cases.id'))
    .addColumn('actor', text, (c) => c.notNull())
    .addColumn('verdict', text, (c) => c.notNull())
    .addColumn('reason', text)
    .addColumn('note', text)
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('undone_at', instant)
    .execute();
  await db.schema.createIndex('verdicts_of_case').on('verdicts').columns(['case_id', 'at']).execute();
  await db.schema
    .createTable('labels')
    .addColumn('case_id', text, (c) => c.primaryKey().references('cases.id'))
    .addColumn('camera_id', text, (c) => c.notNull())
    .addColumn('rule_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('label', text, (c) => c.notNull())
    .addColumn('reason', text)
    .addColumn('actor', text, (c) => c.notNull())
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('manifest_sha256', text, (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('audit')
    .addColumn('seq', instant, (c) => c.primaryKey())
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('actor', text, (c) => c.notNull())
    .addColumn('action', text, (c) => c.notNull())
    .addColumn('target', text)
    .addColumn('detail', text)
    .addColumn('previous_hash', text, (c) => c.notNull())
    .addColumn('hash', text, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('audit_by_target').on('audit').columns(['target', 'seq']).execute();
  await db.schema.createIndex('audit_by_actor').on('audit').columns(['actor', 'seq']).execute();
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('seq', instant, (c) => c.notNull())
    .addColumn('hash', text, (c) => c.notNull())
    .execute();
  await sql`insert into audit_head (id, seq, hash) values (1, 0, ${'0'.repeat(64)})`.execute(db);

  await db.schema
    .createTable('counts')
    .addColumn('camera_id', text, (c) => c.notNull())
    .addColumn('rule_id', text, (c) => c.notNull())
    .addColumn('class_name', text, (c) => c.notNull())
    .addColumn('direction', text, (c) => c.notNull())
    .addColumn('quarter_at', instant, (c) => c.notNull())
    .addColumn('count', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('counts_key', ['quarter_at', 'camera_id', 'rule_id', 'class_name', 'direction'])
    .execute();
  await db.schema
    .createTable('counted_events')
    .addColumn('event_id', text, (c) => c.primaryKey())
    .addColumn('counted_at', instant, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('counted_events_by_age').on('counted_events').column('counted_at').execute();
};
