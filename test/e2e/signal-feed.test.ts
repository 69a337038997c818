import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { explain } from '../../pipeline/explanation.ts';
import { SignalFeeds } from '../../workers/signal-feeds.ts';
import { car, filmed, FRAME } from '../drawn-tracks.ts';
import { CONFIG, openSite, type Site, startRedis } from './api-harness.ts';

const WAIT = { timeout: 10_000, interval: 20 };
const FED = `
    signalFeeds: { main: {} }
    zones: { junction: [[0, 0], [1, 0], [1, 0.4], [0, 0.4]] }
    rules: [{ id: red, kind: red_light, line: stop, direction: out, signal: main, zone: junction }]`;

describe('a signal that its controller tells', () => {
  const config = parseConfig(CONFIG.replace(/\n {4}rules: .*/, FED));
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let site: Site;
  let commands: Redis;
  let feeds: SignalFeeds;
  let token: string;

  const tell = (signal: string, body: object, secret = token) =>
    site.app.inject({
      method: 'POST',
      url: `/api/cameras/gate/signals/${signal}`,
      headers: { authorization: `Bearer ${secret}` },
      payload: body,
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-signals-'));
    redis = await startRedis(folder);
    site = await openSite({ redisUrl: redis.url, config });
    const scoped = await site.admin.call('POST', '/api/tokens', { name: 'lights', scopes: ['signals:write'], days: 1 });
    token = scoped.json<{ secret: string }>().secret;
    commands = new Redis(redis.url);
    feeds = new SignalFeeds(commands, pino({ level: 'silent' }));
  });
  afterAll(async () => {
    feeds.close();
    commands.disconnect();
    await site.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('what was told before somebody listened is known; a change is known at once, a repetition changes nothing', async () => {
    await expect.poll(async () => (await tell('main', { state: 'green' })).statusCode, WAIT).toBe(202);
    feeds.start();
    await expect.poll(() => feeds.of('gate', 'main').map(({ state }) => state), WAIT).toEqual(['green']);
    site.clock.at += 5_000;
    const redAt = site.clock.at;
    expect((await tell('main', { state: 'red' })).json()).toEqual({ state: 'red', since: redAt });
    site.clock.at += 3_000;
    expect((await tell('main', { state: 'red' })).json()).toEqual({ state: 'red', since: redAt });
    await expect.poll(() => feeds.of('gate', 'main').at(-1)?.saidAt, WAIT).toBe(redAt + 3_000);
    expect(feeds.of('gate', 'main').map(({ state }) => state)).toEqual(['green', 'red']);
  });

  test('a car that runs the red is a case, whose sentence says whose word the red is', () => {
    const redAt = feeds.of('gate', 'main').at(-1)!.sinceAt;
    const pipeline = new CameraPipeline({
      camera: config.cameras[0]!,
      clock: { sessionId: 's', anchorAt: redAt - 1_000, source: 'rtcp', uncertaintyMs: 100 },
      frameSize: FRAME,
      provenance: { softwareVersion: '', configHash: '', models: [] },
      timeZone: config.site.timeZone,
      told: (signal) => feeds.of('gate', signal),
    });
    const drives = car(1).at(0, 500, 900).at(3_000, 500, 500).at(6_000, 500, 100);
    const events = filmed([drives], { fps: 10, untilMs: 6_000, anchorAt: redAt - 1_000 }).flatMap((frame) => [
      ...pipeline.pushTracks(pipeline.readSignals(frame), frame.tracks).events,
    ]);
    events.push(...pipeline.finish(6_000));
    expect(events.map(({ kind }) => kind)).toEqual(['red_light']);
    // Red since one second of media time; the first 0.1 s are within the uncertainty of the camera's clock.
    expect(events[0]!.decision.measurements[0]).toMatchObject({ name: 'redAge', value: 1.9 });
    expect(explain(events[0]!).vi).toContain('Trạng thái đèn do bộ điều khiển đèn cung cấp.');
  });

  test('an unknown signal, a wrong clock and a token for something else are refused, each with its reason', async () => {
    const unknown = await tell('mian', { state: 'red' });
    expect([unknown.statusCode, unknown.body]).toEqual([404, expect.stringContaining('did you mean \\"main\\"?')]);
    const ahead = await tell('main', { state: 'red', since: site.clock.at + 60_000 });
    expect([ahead.statusCode, ahead.body]).toEqual([400, expect.stringContaining("set the controller's clock")]);
    const other = await site.admin.call('POST', '/api/tokens', { name: 'reads', scopes: ['cameras:read'], days: 1 });
    expect((await tell('main', { state: 'red' }, other.json<{ secret: string }>().secret)).statusCode).toBe(403);
  });
});
