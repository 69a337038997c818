import type { Kysely } from 'kysely';

/** What people were told of, by which channel, and who took notice. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const instant = 'bigint';
  await db.schema
    .createTable('alerts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('camera_id', 'text', (c) => c.notNull())
    .addColumn('at', instant, (c) => c.notNull())
    .addColumn('announced_at', instant, (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('level', 'integer', (c) => c.notNull())
    .addColumn('escalate_at', instant)
    .addColumn('acknowledged_at', instant)
    .addColumn('acknowledged_by', 'text')
    .addColumn('body', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('alerts_by_kind').on('alerts').columns(['kind', 'at']).execute();
  await db.schema.createIndex('alerts_by_incident').on('alerts').columns(['incident_id']).execute();
  await db.schema.createIndex('alerts_by_escalation').on('alerts').columns(['escalate_at']).execute();
  await db.schema
    .createTable('alert_deliveries')
    .addColumn('alert_id', 'text', (c) => c.notNull().references('alerts.id'))
    .addColumn('level', 'integer', (c) => c.notNull())
    .addColumn('channel_id', 'text', (c) => c.notNull())
    .addColumn('due_at', instant, (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('delivered_at', instant)
    .addColumn('refused_at', instant)
    .addPrimaryKeyConstraint('alert_deliveries_key', ['alert_id', 'level', 'channel_id'])
    .execute();
  await db.schema
    .createIndex('alert_deliveries_waiting')
    .on('alert_deliveries')
    .columns(['channel_id', 'delivered_at', 'refused_at'])
    .execute();
  await db.schema
    .createTable('alert_channels')
    .addColumn('channel_id', 'text', (c) => c.primaryKey())
    .addColumn('failing_since', instant)
    .addColumn('problem', 'text')
    .addColumn('told', 'text')
    .addColumn('delivered_at', instant)
    .execute();
};
