import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../api/alerts/alert-message.ts';
import type { AlertChannelList } from '../../api/contract/alerts.ts';
import type { IncidentList, IncidentView } from '../../api/contract/incidents.ts';
import type { WatchEntry } from '../../api/contract/passages.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { RuleKind } from '../../pipeline/event.ts';
import { type Passage, passageId } from '../../pipeline/passages/passage.ts';
import { sendConfirmation } from '../../workers/confirmation-stream.ts';
import { sendPassage } from '../../workers/passages/passage-stream.ts';
import { openReceiver, type WebhookReceiver } from '../fakes/webhook-receiver.ts';
import { acceptForTest } from './api-accept.ts';
import {
  CONFIG,
  logIn,
  openSite,
  PASSWORD,
  type Person,
  sealCase,
  type Site,
  startRedis,
  TestClock,
  watchEvent,
} from './api-harness.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const MINUTE = 60_000;

const alertsConfig = (url: string): string => {
  const channel = (id: string): string =>
    `    - { id: ${id}, kind: webhook, url: "${url}/${id}", secret: a-secret-of-enough-length }`;
  return `alerts:
  link: https://fire.example
  channels:
${['desk', 'chief', 'province', 'police'].map(channel).join('\n')}
  routes:
    - { kinds: [smoke, flame], channels: [desk], then: [[chief], [province]], escalateAfterMinutes: 5 }
    - { kinds: [plate_hit], channels: [police] }
    - { kinds: [crowding], channels: [police], quietHours: { from: "14:00", until: "16:00" } }
`;
};

describe('who is told of what, and what happens when nobody answers', () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let commands: Redis;
  let receiver: WebhookReceiver;
  let site: Site;
  let clock: TestClock;
  let admin: Person;
  let count = 0;

  /** The same data folder, so that closing and opening is a restart. */
  const open = async (): Promise<void> => {
    const config = parseConfig(CONFIG + alertsConfig(receiver.url));
    site = await openSite({ redisUrl: redis.url, config, clock, dataDir: join(folder, 'data') });
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-desk-'));
    await mkdir(join(folder, 'data'));
    redis = await startRedis(folder);
    commands = new Redis(redis.url);
    receiver = await openReceiver();
    clock = new TestClock();
    await open();
    await site.person('north', 'ranger', ['north']);
  });
  afterAll(async () => {
    await site.close();
    commands.disconnect();
    await receiver.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    // Hours later: what one test saw burning is another fire for the next. Sessions end meanwhile.
    clock.at += 3 * 3_600_000;
    admin = await logIn(site.app, 'admin', PASSWORD);
    receiver.received.length = 0;
  });

  /** As the analysing process does it: told before there is a case. */
  const confirm = async (kind: RuleKind, cameraId = 'gate'): Promise<string> => {
    const id = `${kind}-${String(++count)}`;
    const { decision } = watchEvent(id);
    const at = { startAt: clock.at - 60_000, triggerAt: clock.at - 1_000, endAt: clock.at - 1_000 };
    await sendConfirmation(
      commands,
      watchEvent(id, { kind, cameraId, ...at, decision: { ...decision, ruleKind: kind } }),
    );
    return id;
  };
  const told = (path: string): string[] =>
    receiver.received.filter((one) => one.path === path).map(({ body }) => (JSON.parse(body) as AlertMessage).id);
  /** Fires of the tests before go on through their groups. */
  const toldOf = (id: string, path: string): string[] => told(path).filter((one) => one.startsWith(`${id}.`));
  const actions = async (target: string): Promise<string[]> => {
    const { rows } = (await admin.get(`/api/audit?target=${target}`)).json<{ rows: { action: string }[] }>();
    return rows.map(({ action }) => action).filter((action) => action.startsWith('alert.'));
  };
  const incidentOf = async (id: string): Promise<IncidentView> => {
    const { incidents } = (await admin.get('/api/incidents')).json<IncidentList>();
    return incidents.find(({ alerts }) => alerts.some((alert) => alert.case.id === id))!;
  };
  const makeCase = async (id: string, kind: RuleKind): Promise<void> => {
    await acceptForTest(site, await sealCase(site.store, id, { kind, triggerAt: clock.at - 1_000 }));
  };

  test('a confirmed fire is told before its case is sealed, and not again when the case comes', async () => {
    const id = await confirm('smoke');
    await expect.poll(() => told('/desk'), WAIT).toEqual([id]);
    await makeCase(id, 'smoke');
    const next = await confirm('flame', 'bridge');
    await expect.poll(() => told('/desk'), WAIT).toEqual([id, next]);
    expect([toldOf(id, '/chief'), told('/police')]).toEqual([[], []]);
  });

  test('nobody acknowledges: the next group is told, then the last one, through a restart', async () => {
    const id = await confirm('smoke');
    await expect.poll(() => told('/desk'), WAIT).toEqual([id]);
    clock.at += 4 * MINUTE;
    await site.close();
    clock.at += 2 * MINUTE;
    await open();
    admin = await logIn(site.app, 'admin', PASSWORD);
    await expect.poll(() => toldOf(id, '/chief'), WAIT).toEqual([`${id}.1`]);
    clock.at += 5 * MINUTE;
    await expect.poll(() => toldOf(id, '/province'), WAIT).toEqual([`${id}.2`]);
    clock.at += 60 * MINUTE;
    await expect
      .poll(async () => (await actions(id)).filter((action) => action === 'alert.delivered').length, WAIT)
      .toBe(3);
    expect((await actions(id)).filter((action) => action === 'alert.escalated')).toHaveLength(2);
    expect([told('/desk'), toldOf(id, '/chief')]).toEqual([[id], [`${id}.1`]]);
  });

  test('an acknowledgement stops the clock, says whose it is, and is in the audit', async () => {
    const id = await confirm('smoke');
    await expect.poll(() => told('/desk'), WAIT).toEqual([id]);
    await makeCase(id, 'smoke');
    expect((await incidentOf(id)).progress).toMatchObject({
      ...{ level: 0, groups: 3, acknowledged: null, escalateAt: clock.at + 5 * MINUTE },
      deliveries: [{ channelId: 'desk', level: 0, attempts: 1, refusedAt: null }],
    });
    clock.at += MINUTE;
    expect((await admin.call('POST', `/api/incidents/${id}/acknowledge`)).statusCode).toBe(204);
    expect((await incidentOf(id)).progress).toMatchObject({
      ...{ escalateAt: null, acknowledged: { by: 'admin', at: clock.at } },
    });
    clock.at += 60 * MINUTE;
    // A later fire is told after whatever the clock would have set off.
    const later = await confirm('flame', 'bridge');
    await expect.poll(() => told('/desk'), WAIT).toEqual([id, later]);
    expect(toldOf(id, '/chief')).toEqual([]);
    expect((await actions(id)).sort()).toEqual(['alert.acknowledged', 'alert.delivered']);
  });

  test('whoever takes the case has taken notice of the fire', async () => {
    const id = await confirm('smoke');
    await makeCase(id, 'smoke');
    await admin.call('POST', `/api/cases/${id}/claim`);
    clock.at += 6 * MINUTE;
    await expect.poll(() => actions(id), WAIT).toContain('alert.acknowledged');
    expect(toldOf(id, '/chief')).toEqual([]);
  });

  test('somebody who may not see the camera cannot acknowledge for others', async () => {
    const id = await confirm('smoke', 'bridge');
    await acceptForTest(
      site,
      await sealCase(site.store, id, { kind: 'smoke', camera: 'bridge', triggerAt: clock.at - 1_000 }),
    );
    const north = await logIn(site.app, 'north', PASSWORD);
    expect((await north.call('POST', `/api/incidents/${id}/acknowledge`)).statusCode).toBe(404);
    expect((await incidentOf(id)).progress?.acknowledged).toBeNull();
  });

  test('a channel that fails holds up its own alerts only, and gives them in order when it is back', async () => {
    receiver.answer(503, '/police');
    const hit = await passes('30A-111.11');
    const ids = [hit, await passes('30A-222.22'), await passes('30A-333.33')];
    const fire = await confirm('smoke');
    await expect.poll(() => told('/desk'), WAIT).toEqual([fire]);
    const police = async () =>
      (await admin.get('/api/alerts/channels')).json<AlertChannelList>().channels.find(({ id }) => id === 'police');
    await expect
      .poll(police, WAIT)
      .toMatchObject({ problem: 'answered_error', waiting: 3, failingSince: expect.any(Number) as number });
    receiver.answer(200, '/police');
    await expect.poll(() => told('/police'), WAIT).toEqual(ids);
    await expect.poll(police, WAIT).toMatchObject({ problem: null, waiting: 0, failingSince: null });
  }, 60_000);

  test('a message that the receiver does not want is set aside and does not hold up the next', async () => {
    receiver.answer(422, '/police');
    const unwanted = await passes('30A-444.44');
    await expect.poll(() => actions(unwanted), WAIT).toEqual(['alert.refused']);
    receiver.answer(200, '/police');
    const next = await passes('30A-555.55');
    await expect.poll(() => told('/police'), WAIT).toEqual([next]);
  }, 60_000);

  test('a plate on a list is told with its reason and owner, and no picture', async () => {
    const id = await passes('30A-666.66');
    await expect.poll(() => told('/police'), WAIT).toEqual([id]);
    const { body } = receiver.received.find(({ path }) => path === '/police')!;
    expect(JSON.parse(body)).toMatchObject({
      ...{ schema: 'watchpost/plate-alert/1', plate: '30A66666', list: 'wanted', reason: 'test of alerts' },
      ...{ owner: 'admin', camera: { id: 'gate' }, link: 'https://fire.example/plates' },
    });
    expect(body).not.toMatch(/\.jpg|base64/);
    expect(await actions(id)).toEqual(['alert.delivered']);
  });

  test('within quiet hours an alert waits; the site’s clock decides', async () => {
    // 08:00 UTC on the test's clock is 15:00 in the site's zone.
    clock.at = Math.ceil(clock.at / (24 * 3_600_000)) * 24 * 3_600_000 + 8 * 3_600_000;
    admin = await logIn(site.app, 'admin', PASSWORD);
    const id = await confirm('crowding');
    const fire = await confirm('smoke');
    await expect.poll(() => told('/desk'), WAIT).toEqual([fire]);
    const waiting = async () =>
      (await admin.get('/api/alerts/channels'))
        .json<AlertChannelList>()
        .channels.find((channel) => channel.id === 'police')?.waiting;
    await expect.poll(waiting, WAIT).toBe(1);
    expect(told('/police')).not.toContain(id);
  });

  /** A vehicle on a list passes the gate. @returns the id of its alert */
  const passes = async (plate: string): Promise<string> => {
    const entry = await admin.call('POST', '/api/watch-list', {
      ...{ list: 'wanted', plate, reason: 'test of alerts', expiresAt: clock.at + 3_600_000 },
    });
    expect(entry.statusCode).toBe(201);
    const id = passageId({ cameraId: 'gate', sessionId: 's1', trackId: ++count, firstPtsMs: 0 });
    const passage: Passage = {
      ...{ id, cameraId: 'gate', at: clock.at, className: 'car', lane: null, direction: null, colour: null },
      plate: {
        ...{ text: plate, kind: null, confidence: 0.95, characters: [], raw: plate, framesUsed: 3, framesAgreeing: 3 },
        ...{ heightPx: 40, grade: 'evidence', doubts: [] },
      },
      ...{ unread: null, candidates: [{ text: plate, probability: 0.95 }], vehicleCrop: null, plateCrop: null },
    };
    await sendPassage(commands, passage);
    const hits = async () =>
      (await admin.get('/api/watch-list/hits')).json<{ hits: { id: string; passageId: string }[] }>().hits;
    await expect.poll(async () => (await hits()).some(({ passageId: of }) => of === id), WAIT).toBe(true);
    expect(entry.json<WatchEntry>().list).toBe('wanted');
    return (await hits()).find(({ passageId: of }) => of === id)!.id;
  };
});
