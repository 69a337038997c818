import type { AlertChannelState, AlertDelivery } from '../contract/alerts.ts';
import type { ChannelProblemCode } from '../contract/alerts.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { AlertChannelTable, AlertTable } from '../database/schema.ts';
import type { EpochMs } from '../../pipeline/time.ts';

type Delivery = { readonly alertId: string; readonly level: number; readonly channelId: string };

/** What one attempt came to. `detail` goes into the receipt. */
export type Outcome = Delivery & { readonly at: EpochMs };

/** Alerts, their ways through the channels, and how the channels do. Every receipt is a row of the audit. */
export class AlertRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Keeps an alert once. @returns the row as it is kept, also when it was there */
  async add(alert: AlertTable): Promise<AlertTable> {
    await this.#db
      .insertInto('alerts')
      .values(alert)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    return this.get(alert.id);
  }

  get(id: string): Promise<AlertTable> {
    return this.#db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  }

  /** Of some kinds, confirmed within a span, oldest first. */
  ofKinds(kinds: readonly string[], after: EpochMs): Promise<readonly AlertTable[]> {
    return this.#db
      .selectFrom('alerts')
      .selectAll()
      .where('kind', 'in', [...kinds])
      .where('at', '>=', after)
      .orderBy('at')
      .execute();
  }

  async byIds(ids: readonly string[]): Promise<readonly AlertTable[]> {
    if (ids.length === 0) return [];
    return this.#db
      .selectFrom('alerts')
      .selectAll()
      .where('id', 'in', [...ids])
      .orderBy('at')
      .execute();
  }

  /** Notes that a channel is to hand an alert over; a second time changes nothing. */
  async queue({ alertId, level, channelId }: Delivery, dueAt: EpochMs): Promise<void> {
    await this.#db
      .insertInto('alert_deliveries')
      .values({
        ...{ alert_id: alertId, level, channel_id: channelId, due_at: dueAt },
        ...{ attempts: 0, delivered_at: null, refused_at: null },
      })
      .onConflict((conflict) => conflict.columns(['alert_id', 'level', 'channel_id']).doNothing())
      .execute();
  }

  /** Deliveries of alerts, oldest group first. */
  async deliveries(alertIds: readonly string[]): Promise<readonly AlertDelivery[]> {
    if (alertIds.length === 0) return [];
    const rows = await this.#db
      .selectFrom('alert_deliveries')
      .selectAll()
      .where('alert_id', 'in', [...alertIds])
      .orderBy('level')
      .orderBy('channel_id')
      .execute();
    return rows.map((row) => ({
      ...{ level: row.level, channelId: row.channel_id, attempts: row.attempts },
      ...{ dueAt: row.due_at, deliveredAt: row.delivered_at, refusedAt: row.refused_at },
    }));
  }

  /** The receiver took it: receipt, delivery and channel in one transaction. */
  async delivered(outcome: Outcome, detail: object): Promise<void> {
    const { alertId, at, channelId } = outcome;
    await this.#db.transaction().execute(async (transaction) => {
      await this.#attempt(outcome, { delivered_at: at }, transaction);
      const works = { failing_since: null, problem: null, told: null, delivered_at: at };
      await transaction
        .insertInto('alert_channels')
        .values({ channel_id: channelId, ...works })
        .onConflict((conflict) => conflict.column('channel_id').doUpdateSet(works))
        .execute();
      await appendAudit(transaction, [
        { at, actor: 'system', action: 'alert.delivered', target: alertId, detail: JSON.stringify(detail) },
      ]);
    });
  }

  /** The receiver does not want this one: it is set aside, with the reason in the audit, and those behind it go on. */
  async refused(outcome: Outcome, detail: object): Promise<void> {
    const { alertId, at } = outcome;
    await this.#db.transaction().execute(async (transaction) => {
      await this.#attempt(outcome, { refused_at: at }, transaction);
      await appendAudit(transaction, [
        { at, actor: 'system', action: 'alert.refused', target: alertId, detail: JSON.stringify(detail) },
      ]);
    });
  }

  async failed(outcome: Outcome, problem: ChannelProblemCode, told: string): Promise<void> {
    const { at, channelId } = outcome;
    await this.#db.transaction().execute(async (transaction) => {
      await this.#attempt(outcome, {}, transaction);
      await transaction
        .insertInto('alert_channels')
        .values({ channel_id: channelId, failing_since: at, problem, told, delivered_at: null })
        .onConflict((conflict) =>
          conflict.column('channel_id').doUpdateSet((eb) => ({
            failing_since: eb.fn.coalesce('alert_channels.failing_since', eb.val(at)),
            ...{ problem, told },
          })),
        )
        .execute();
    });
  }

  async #attempt(
    { alertId, level, channelId }: Outcome,
    change: { delivered_at?: number; refused_at?: number },
    db: Pick<Database, 'updateTable'>,
  ): Promise<void> {
    await db
      .updateTable('alert_deliveries')
      .set((eb) => ({ ...change, attempts: eb('attempts', '+', 1) }))
      .where('alert_id', '=', alertId)
      .where('level', '=', level)
      .where('channel_id', '=', channelId)
      .execute();
  }

  /** Alerts whose next group is to be told now. */
  due(now: EpochMs): Promise<readonly AlertTable[]> {
    return this.#db
      .selectFrom('alerts')
      .selectAll()
      .where('escalate_at', '<=', now)
      .where('acknowledged_at', 'is', null)
      .orderBy('escalate_at')
      .limit(100)
      .execute();
  }

  /** Whether somebody looked after any alert of an incident; who and when first. */
  async attentionTo(incidentId: string): Promise<{ readonly by: string; readonly at: EpochMs } | null> {
    const cases = await this.#db
      .selectFrom('alerts')
      .innerJoin('cases', 'cases.id', 'alerts.id')
      .select(({ fn }) => [
        fn.coalesce('cases.claimed_by', 'cases.verdict_by').as('by'),
        fn.coalesce('cases.claimed_at', 'cases.verdict_at').as('at'),
      ])
      .where('incident_id', '=', incidentId)
      .where('cases.state', '!=', 'pending')
      .execute();
    const hits = await this.#db
      .selectFrom('watch_hits')
      .select(['seen_by as by', 'seen_at as at'])
      .where('id', '=', incidentId)
      .where('seen_at', 'is not', null)
      .execute();
    const [first] = [...cases, ...hits]
      .flatMap(({ by, at }) => (by !== null && at !== null ? [{ by, at }] : []))
      .sort((a, b) => a.at - b.at);
    return first ?? null;
  }

  /** Stops the clock; the first one is kept. @returns whether this was the first */
  async acknowledge(incidentId: string, by: string, at: EpochMs): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('alerts')
        .set({ acknowledged_at: at, acknowledged_by: by, escalate_at: null })
        .where('id', '=', incidentId)
        .where('acknowledged_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (changed)
        await appendAudit(transaction, [{ at, actor: by, action: 'alert.acknowledged', target: incidentId }]);
      return changed !== undefined;
    });
  }

  /** The next group has been told. Of several processes that did so, one writes it down. */
  async escalated(
    alert: AlertTable,
    {
      level,
      at,
      nextAt,
      channels,
    }: { level: number; at: EpochMs; nextAt: EpochMs | null; channels: readonly string[] },
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('alerts')
        .set({ level, escalate_at: nextAt })
        .where('id', '=', alert.id)
        .where('level', '=', level - 1)
        .where('acknowledged_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      const detail = JSON.stringify({ level, channels, unacknowledgedMs: at - alert.announced_at });
      if (changed)
        await appendAudit(transaction, [{ at, actor: 'system', action: 'alert.escalated', target: alert.id, detail }]);
      return changed !== undefined;
    });
  }

  /** How each channel does, in the given order. */
  async channels(
    known: readonly { readonly id: string; readonly kind: AlertChannelState['kind'] }[],
  ): Promise<readonly AlertChannelState[]> {
    const rows = await this.#db.selectFrom('alert_channels').selectAll().execute();
    const waiting = await this.#db
      .selectFrom('alert_deliveries')
      .select(['channel_id', ({ fn }) => fn.countAll<number>().as('count')])
      .where('delivered_at', 'is', null)
      .where('refused_at', 'is', null)
      .groupBy('channel_id')
      .execute();
    const refused = await this.#db
      .selectFrom('alert_deliveries')
      .select(['channel_id', ({ fn }) => fn.countAll<number>().as('count')])
      .where('refused_at', 'is not', null)
      .groupBy('channel_id')
      .execute();
    const countOf = (counts: typeof waiting, id: string): number =>
      counts.find(({ channel_id }) => channel_id === id)?.count ?? 0;
    return known.map(({ id, kind }) => {
      const row: AlertChannelTable | undefined = rows.find(({ channel_id }) => channel_id === id);
      return {
        ...{ id, kind, waiting: countOf(waiting, id), refused: countOf(refused, id) },
        failingSince: row?.failing_since ?? null,
        problem: (row?.problem ?? null) as ChannelProblemCode | null,
        told: row?.told ?? null,
        deliveredAt: row?.delivered_at ?? null,
      };
    });
  }
}
