import type { AlertRoute } from '../../pipeline/alerts/alert-config.ts';
import { groupsOf, isFireKind, quietUntil, routeOf } from '../../pipeline/alerts/routing.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { type Incident, joinIncidents, toFireAlert } from '../../pipeline/fire/incidents.ts';
import type { EpochMs } from '../../pipeline/time.ts';
import type { ApiContext } from '../context.ts';
import type { AlertProgress } from '../contract/alerts.ts';
import { aroundOf } from '../fire-map.ts';
import { type AlertMessage, type PlateHit, toCaseMessage, toFireMessage, toPlateMessage } from './alert-message.ts';
import { ChannelQueue } from './channel-queue.ts';

/** How far back alerts of the same fire may lie. */
const SAME_FIRE_MS = 3 * 3_600_000;
/** Between two looks at the clocks of escalation. */
const LOOK_EVERY_MS = 1_000;
const MINUTE_MS = 60_000;

type News = { readonly id: string; readonly kind: string; readonly cameraId: string; readonly at: EpochMs };

/** Tells people what happened: who, by which channels, and who next when nobody takes notice. */
export class AlertDesk {
  readonly #context: ApiContext;
  readonly #queues: ReadonlyMap<string, ChannelQueue>;
  readonly #stop = new AbortController();
  #watching: Promise<void> | null = null;

  constructor(context: ApiContext) {
    this.#context = context;
    const toMessage = (alertId: string, level: number): Promise<AlertMessage> => this.#toMessage(alertId, level);
    this.#queues = new Map(
      context.config.alerts.channels.map((channel) => [channel.id, new ChannelQueue({ context, channel, toMessage })]),
    );
  }

  start(): void {
    if (this.#queues.size > 0) this.#watching = this.#watch();
  }

  /** Called for every confirmed event, also a second time when its case comes in: its id makes it one alert. */
  async announceEvent(event: WatchEvent): Promise<void> {
    const { id, kind, cameraId, triggerAt } = event;
    await this.#announce({ id, kind, cameraId, at: Math.round(triggerAt) }, event);
  }

  async announceHit(hit: PlateHit): Promise<void> {
    const { hitId, cameraId, at } = hit;
    await this.#announce({ id: hitId, kind: 'plate_hit', cameraId, at: Math.round(at) }, hit);
  }

  /** Somebody looks after the incident that an alert belongs to. Nothing happens where nobody was told of it. */
  async acknowledge(alertId: string, by: string): Promise<void> {
    const { alerts, clock } = this.#context;
    const [alert] = await alerts.byIds([alertId]);
    if (alert) await alerts.acknowledge(alert.incident_id, by, clock.now());
  }

  /** @param alertIds of one incident @returns null where nobody was told */
  async progressOf(alertIds: readonly string[]): Promise<AlertProgress | null> {
    const { alerts, config } = this.#context;
    const rows = await alerts.byIds(alertIds);
    const head = rows.find(({ id, incident_id: incidentId }) => id === incidentId) ?? rows[0];
    if (!head) return null;
    const route = routeOf(config.alerts, head.kind);
    const attention =
      head.acknowledged_by !== null && head.acknowledged_at !== null
        ? { by: head.acknowledged_by, at: head.acknowledged_at }
        : await alerts.attentionTo(head.incident_id);
    const deliveries = await alerts.deliveries(rows.map(({ id }) => id));
    return {
      deliveries: [...deliveries],
      level: head.level,
      groups: route ? groupsOf(route).length : 1,
      escalateAt: attention ? null : head.escalate_at,
      acknowledged: attention,
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #announce({ id, kind, cameraId, at }: News, body: WatchEvent | PlateHit): Promise<void> {
    const { alerts, clock, config } = this.#context;
    const route = routeOf(config.alerts, kind);
    if (!route) return;
    const now = clock.now();
    const dueAt = (route.quietHours && quietUntil(now, route.quietHours, config.site.timeZone)) ?? now;
    const incidentId = 'decision' in body ? await this.#incidentIdOf(body) : id;
    const alert = await alerts.add({
      ...{ id, kind, camera_id: cameraId, at, announced_at: now, incident_id: incidentId, level: 0 },
      // A fire has one clock, however many towers see it.
      escalate_at: incidentId === id ? this.#nextAt(route, 0, dueAt) : null,
      ...{ acknowledged_at: null, acknowledged_by: null, body: JSON.stringify(body) },
    });
    await this.#tell(alert.id, 0, route.channels, dueAt);
  }

  async #tell(alertId: string, level: number, channelIds: readonly string[], dueAt: EpochMs): Promise<void> {
    for (const channelId of channelIds) {
      await this.#context.alerts.queue({ alertId, level, channelId }, dueAt);
      await this.#queues.get(channelId)?.add(alertId, level, dueAt);
    }
  }

  #nextAt(route: AlertRoute, level: number, from: EpochMs): EpochMs | null {
    return groupsOf(route)[level + 1] ? from + route.escalateAfterMinutes * MINUTE_MS : null;
  }

  async #incidentIdOf(event: WatchEvent): Promise<string> {
    if (!isFireKind(event.kind)) return event.id;
    const { id } = await this.#incidentOf(event);
    const [first] = await this.#context.alerts.byIds([id]);
    return first?.incident_id ?? event.id;
  }

  /** Made of what was announced, not of cases: evidence is sealed seconds later, and an alert does not wait for it. */
  async #incidentOf(event: WatchEvent): Promise<Incident> {
    const rows = await this.#context.alerts.ofKinds(['smoke', 'flame'], event.triggerAt - SAME_FIRE_MS);
    const others = rows.filter(({ id }) => id !== event.id).map(({ body }) => JSON.parse(body) as WatchEvent);
    const incidents = joinIncidents(
      [event, ...others].flatMap((one) => toFireAlert(one) ?? []),
      this.#context.fireMap.terrain,
    );
    return incidents.find(({ alerts }) => alerts.some(({ eventId }) => eventId === event.id))!;
  }

  async #toMessage(alertId: string, level: number): Promise<AlertMessage> {
    const { alerts, cameras, config, fireMap, plumeCourse, states, wind } = this.#context;
    const { kind, camera_id: cameraId, body } = await alerts.get(alertId);
    const camera = cameras.get(cameraId) ?? { id: cameraId, name: '', place: '' };
    const site = { timeZone: config.site.timeZone, link: config.alerts.link, escalation: level, camera };
    if (kind === 'plate_hit') return toPlateMessage(JSON.parse(body) as PlateHit, site);
    const event = JSON.parse(body) as WatchEvent;
    if (!isFireKind(kind)) return toCaseMessage(event, site);
    const incident = await this.#incidentOf(event);
    const around = { ...aroundOf(fireMap, incident.position), wind: await wind.current() };
    await states.refresh();
    const { state } = states.get(cameraId);
    const now = {
      standing: await plumeCourse.newest(event.id),
      watching: state === 'connecting' ? null : state === 'watching' || state === 'degraded',
    };
    return toFireMessage(event, { ...incident, ...around, ...now }, site);
  }

  async #watch(): Promise<void> {
    const { clock, log, redis } = this.#context;
    while (!this.#stop.signal.aborted) {
      try {
        // Nobody could be told without the queue: the clock then goes on when it is back.
        if (redis.isUp) await this.#escalate();
      } catch (error) {
        log.warn({ err: error }, 'escalation of alerts failed, trying again');
      }
      await clock.sleep(LOOK_EVERY_MS, this.#stop.signal).catch(() => undefined);
    }
  }

  async #escalate(): Promise<void> {
    const { alerts, clock, config, log, metrics } = this.#context;
    const now = clock.now();
    for (const alert of await alerts.due(now)) {
      const attention = await alerts.attentionTo(alert.incident_id);
      if (attention) await alerts.acknowledge(alert.id, attention.by, attention.at);
      else {
        const route = routeOf(config.alerts, alert.kind);
        const level = alert.level + 1;
        const channels = (route && groupsOf(route)[level]) ?? [];
        // First told, then written down: a process that dies between the two tells again, under the same id.
        await this.#tell(alert.id, level, channels, now);
        const nextAt = route && this.#nextAt(route, level, now);
        if (!(await alerts.escalated(alert, { level, at: now, nextAt, channels }))) continue;
        metrics.count('watchpost_alerts_escalated_total', 'Alerts that went to the next group.');
        log.warn({ alertId: alert.id, kind: alert.kind, level, channels }, 'nobody acknowledged: next group is told');
      }
    }
  }
}
