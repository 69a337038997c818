import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../api/alerts/alert-message.ts';
import type { IncidentList } from '../../api/contract/incidents.ts';
import type { PlumeCourseView } from '../../api/contract/plumes.ts';
import { PLUMES_STREAM } from '../../pipeline/fire/plume.ts';
import { FireLink } from '../../workers/fire-link.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { REVIEW_QUEUE } from '../../pipeline/review.ts';
import { CONFIG, openSite, sealCase, type Site, startRedis, TestClock } from './api-harness.ts';

const SECRET = 'a-secret-of-enough-length';
const WAIT = { timeout: 20_000, interval: 50 };

describe('alerts of fire', () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let receiver: Server;
  let site: Site;
  let queue: Queue;
  let isDown = false;
  const received: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-alerts-'));
    redis = await startRedis(folder);
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        if (!isDown) received.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(isDown ? 503 : 200).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}`;
    const alerts = `alerts:
  link: https://fire.example
  channels:
    - { id: desk, kind: webhook, url: "${address}/hook", secret: "${SECRET}" }
    - { id: chat, kind: telegram, token: "12:ab", chat: "-5", api: "${address}" }
`;
    site = await openSite({ redisUrl: redis.url, config: parseConfig(CONFIG + alerts), clock: new TestClock() });
    queue = new Queue(REVIEW_QUEUE, { connection: { path: redis.url } });
  }, 30_000);
  afterAll(async () => {
    await queue.close();
    await site.close();
    receiver.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const enterCase = async (id: string, kind: 'smoke' | 'crowding'): Promise<void> => {
    const job = await sealCase(site.store, id, { kind, triggerAt: site.clock.at - 5_000 });
    await queue.add('case', job, { jobId: id });
  };
  const hooks = (id: string) =>
    received.filter(({ url, headers }) => url === '/hook' && headers['x-watchpost-id'] === id);
  const receipts = async (id: string): Promise<number> => {
    const { rows } = (await site.admin.get(`/api/audit?action=alert.delivered&target=${id}`)).json<{
      rows: object[];
    }>();
    return rows.length;
  };

  test('smoke that comes into review is told to every channel, signed, with a receipt in the audit log', async () => {
    await enterCase('smoke-1', 'smoke');
    await expect.poll(() => receipts('smoke-1'), WAIT).toBe(2);
    const { headers, body } = hooks('smoke-1')[0]!;
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-watchpost-signature']))!;
    expect(createHmac('sha256', SECRET).update(`${seconds!}.${body}`).digest('hex')).toBe(hex);
    const message = JSON.parse(body) as AlertMessage;
    expect(message).toMatchObject({ id: 'smoke-1', incidentId: 'smoke-1', kind: 'smoke', camera: { id: 'gate' } });
    expect(message.shortText).toMatch(/^KHOI \d\d:\d\d; chua ro vi tri; /);
    const chat = received.find(({ url }) => url === '/bot12:ab/sendMessage')!;
    expect(JSON.parse(chat.body)).toMatchObject({ chat_id: '-5' });
  });

  test('how smoke goes on is kept with its case, shown with the incident, and told by whoever is told later', async () => {
    const standings = [
      {
        state: 'ongoing',
        at: site.clock.at - 4_000,
        lastSeenAt: site.clock.at - 4_000,
        sightings: 4,
        growthPercent: 60,
      },
      { state: 'ended', at: site.clock.at, lastSeenAt: site.clock.at - 2_000, sightings: 5, growthPercent: 90 },
    ].map((one) => ({ ...one, framesLooked: 6, evidence: 2.5 }));
    const analysis = new Redis(redis.url);
    // What cannot be read is passed over, and what comes twice is kept once.
    for (const text of [
      '{',
      ...[...standings, standings[0]!].map((one) => JSON.stringify({ ...one, eventId: 'smoke-1' })),
    ])
      await analysis.xadd(PLUMES_STREAM, '*', 'report', text);
    const course = async (): Promise<unknown> =>
      (await site.admin.get('/api/cases/smoke-1/course')).json<PlumeCourseView>().course;
    await expect.poll(course, WAIT).toEqual(standings);
    const { incidents } = (await site.admin.get('/api/incidents')).json<IncidentList>();
    expect(incidents[0]!.alerts[0]!.standing).toEqual(standings[1]);
    await analysis.quit();
  });

  test('who sent forces and who closed it stands with the incident, and is audited', async () => {
    const act = (body: object) => site.admin.call('POST', '/api/incidents/smoke-1/actions', body);
    expect((await act({ action: 'put out' })).statusCode).toBe(400);
    expect((await act({ action: 'dispatched', note: 'Trạm 3' })).statusCode).toBe(201);
    expect((await act({ action: 'closed' })).statusCode).toBe(201);
    const { incidents } = (await site.admin.get('/api/incidents')).json<IncidentList>();
    expect(incidents[0]!.actions.map(({ action, by, note }) => [action, by, note])).toEqual([
      ['dispatched', 'admin', 'Trạm 3'],
      ['closed', 'admin', ''],
    ]);
    const { rows } = (await site.admin.get('/api/audit?target=smoke-1')).json<{ rows: { action: string }[] }>();
    expect(rows.map(({ action }) => action)).toEqual(expect.arrayContaining(['fire.dispatched', 'fire.closed']));
  });

  test('the danger of the day that a ranger says reaches the analysis and the desk, and is audited', async () => {
    const ranger = await site.person('duty', 'ranger');
    expect((await ranger.call('PUT', '/api/fire/danger', { level: 6 })).statusCode).toBe(400);
    const old = site.clock.at - 40 * 3_600_000;
    expect((await ranger.call('PUT', '/api/fire/danger', { level: 5, at: old })).statusCode).toBe(400);
    expect((await ranger.call('PUT', '/api/fire/danger', { level: 5 })).statusCode).toBe(200);
    const said = { level: 5, source: 'duty', at: site.clock.at };
    expect((await site.admin.get('/api/incidents')).json<IncidentList>().danger).toEqual(said);
    const analysis = new Redis(redis.url);
    const link = new FireLink(analysis, pino({ enabled: false }));
    await link.start();
    expect(link.danger(site.clock.at)).toEqual(said);
    expect(link.danger(site.clock.at + 37 * 3_600_000)).toBeNull();
    link.close();
    await analysis.quit();
    const late = await site.admin.call('PUT', '/api/fire/danger', { level: 2, at: site.clock.at - 3_600_000 });
    expect(late.json()).toEqual(said);
    const { rows } = (await site.admin.get('/api/audit?action=fire.danger')).json<{ rows: object[] }>();
    // Newest first; what was said late counts for nothing, and was said all the same.
    expect(rows).toMatchObject([
      { actor: 'admin', detail: 'II' },
      { actor: 'duty', detail: 'V' },
    ]);
  });

  test('a receiver that is down gets the alert when it is back, once', async () => {
    isDown = true;
    await enterCase('smoke-2', 'smoke');
    const failed = async (): Promise<boolean> =>
      (await site.app.inject({ url: '/metrics' })).body.includes('watchpost_alert_attempts_failed_total');
    await expect.poll(failed, WAIT).toBe(true);
    expect(hooks('smoke-2')).toEqual([]);
    isDown = false;
    await expect.poll(() => receipts('smoke-2'), WAIT).toBe(2);
    expect(hooks('smoke-2')).toHaveLength(1);
  }, 40_000);

  test('other kinds of cases are no alerts, and incidents list fires alone', async () => {
    await enterCase('crowd', 'crowding');
    await expect.poll(async () => (await site.admin.get('/api/cases/crowd')).statusCode, WAIT).toBe(200);
    const { incidents } = (await site.admin.get('/api/incidents')).json<IncidentList>();
    expect(incidents.flatMap(({ alerts }) => alerts.map((alert) => alert.case.id)).sort()).toEqual([
      'smoke-1',
      'smoke-2',
    ]);
    expect(hooks('crowd')).toEqual([]);
    const sent = await site.admin.call('POST', '/api/incidents/crowd/actions', { action: 'dispatched' });
    expect([sent.statusCode, sent.json<{ code: string }>().code]).toEqual([400, 'REQUEST_INVALID']);
  });
});
