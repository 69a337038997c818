import { Queue } from 'bullmq';
import { Value } from '@sinclair/typebox/value';
import { Redis } from 'ioredis';
import { readFile, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Camera } from '../../api/contract/cameras.ts';
import { CaseDetail, CaseList, type CaseSummary } from '../../api/contract/cases.ts';
import type { LawList } from '../../api/contract/law.ts';
import {
  type CameraState,
  liveChannel,
  STATE_CHANNEL,
  stateKey,
  STATISTICS_STREAM,
  TALLIES_STREAM,
} from '../../pipeline/live.ts';
import { REVIEW_QUEUE } from '../../pipeline/review.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, sealCase, type Site, startRedis, watchEvent } from './api-harness.ts';

const until = async <T>(look: () => Promise<T | null | undefined | false>, ms = 8_000): Promise<T> => {
  for (const end = Date.now() + ms; Date.now() < end;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('did not happen in time');
};

describe('deciding cases', () => {
  let site: Site;
  let lan: Person;
  let minh: Person;
  beforeAll(async () => {
    site = await openSite();
    lan = await site.person('lan', 'officer');
    minh = await site.person('minh', 'officer');
  });
  afterAll(() => site.close());
  const newCase = async (id: string): Promise<void> => {
    await acceptForTest(site, await sealCase(site.store, id));
  };
  const state = async (id: string): Promise<CaseSummary> => (await lan.get(`/api/cases/${id}`)).json<CaseSummary>();

  test('a case is claimed, decided, undone and decided again, and its history tells so', async () => {
    await newCase('one');
    const claim = await lan.call('POST', '/api/cases/one/claim');
    expect(claim.json()).toEqual({ leaseUntil: site.clock.at + 60_000 });
    expect(await state('one')).toMatchObject({ state: 'claimed', claimedBy: 'lan' });
    const decided = await lan.call('POST', '/api/cases/one/verdict', { verdict: 'rejected', reason: 'not_visible' });
    expect(decided.json()).toMatchObject({
      state: 'rejected',
      claimedBy: null,
      verdict: { by: 'lan', reason: 'not_visible' },
    });
    expect((await lan.call('DELETE', '/api/cases/one/verdict')).json()).toMatchObject({
      state: 'claimed',
      verdict: null,
    });
    await lan.call('POST', '/api/cases/one/verdict', { verdict: 'confirmed', note: 'rõ ràng' });
    const { history } = (await lan.get('/api/cases/one')).json<CaseDetail>();
    expect(history.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'system case.created',
      'lan case.claimed',
      'lan case.verdict',
      'lan case.undone',
      'lan case.verdict',
    ]);
  });

  test('a case names the clauses of the day of its act, and the API lists what is in force when', async () => {
    await newCase('law');
    const { law } = (await lan.get('/api/cases/law')).json<CaseDetail>();
    expect(law.map(({ id }) => id)).toEqual(['168/2024:7.7.a:wrong_way']);
    expect(law[0]!.reference.vi).toBe('Điểm a khoản 7 Điều 7 Nghị định 168/2024/NĐ-CP (chưa kiểm chứng)');
    const inForce = async (query: string): Promise<number> =>
      (await lan.get(`/api/law${query}`)).json<LawList>().clauses.length;
    expect(await inForce('?kind=red_light')).toBe(2);
    expect(await inForce(`?kind=red_light&at=${Date.UTC(2024, 5, 1)}`)).toBe(0);
    expect((await lan.get('/api/law?at=1e99')).statusCode).toBe(400);
  });

  test('a held case can be neither taken nor decided by somebody else', async () => {
    await newCase('held');
    await lan.call('POST', '/api/cases/held/claim');
    for (const [method, url, body] of [
      ['POST', '/api/cases/held/claim', undefined],
      ['POST', '/api/cases/held/verdict', { verdict: 'confirmed' }],
      ['DELETE', '/api/cases/held/claim', undefined],
    ] as const) {
      const answer = await minh.call(method, url, body);
      expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
        409,
        'Case "held" is held by lan',
      ]);
    }
    expect(await state('held')).toMatchObject({ state: 'claimed', claimedBy: 'lan' });
  });

  test('a verdict needs a claim', async () => {
    await newCase('unclaimed');
    const answer = await lan.call('POST', '/api/cases/unclaimed/verdict', { verdict: 'confirmed' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'CASE_CONFLICT']);
  });

  test('a lease that ran out sets the case free, and who let it run out cannot decide any more once it is taken', async () => {
    await newCase('lapsed');
    await lan.call('POST', '/api/cases/lapsed/claim');
    site.clock.at += 60_001;
    expect(await state('lapsed')).toMatchObject({ state: 'pending', claimedBy: null });
    const pending = (await lan.get('/api/cases?state=pending')).json<CaseList>();
    expect(pending.cases.map(({ id }) => id)).toContain('lapsed');
    expect((await minh.call('POST', '/api/cases/lapsed/claim')).statusCode).toBe(200);
    expect((await lan.call('POST', '/api/cases/lapsed/verdict', { verdict: 'confirmed' })).statusCode).toBe(409);
    expect((await minh.call('POST', '/api/cases/lapsed/verdict', { verdict: 'unsure' })).statusCode).toBe(200);
  });

  test('claiming again makes the claim last longer', async () => {
    await newCase('longer');
    await lan.call('POST', '/api/cases/longer/claim');
    site.clock.at += 50_000;
    await lan.call('POST', '/api/cases/longer/claim');
    site.clock.at += 50_000;
    expect((await minh.call('POST', '/api/cases/longer/claim')).statusCode).toBe(409);
  });

  test('a verdict stands after the grace time, and only its author can undo it before', async () => {
    await newCase('stands');
    await lan.call('POST', '/api/cases/stands/claim');
    await lan.call('POST', '/api/cases/stands/verdict', { verdict: 'confirmed' });
    expect((await minh.call('DELETE', '/api/cases/stands/verdict')).statusCode).toBe(409);
    site.clock.at += 30_000;
    expect((await lan.call('DELETE', '/api/cases/stands/verdict')).statusCode).toBe(409);
    expect(await state('stands')).toMatchObject({ state: 'confirmed' });
  });

  test('of two officers who race for 500 cases, each case is decided by exactly one', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `race-${index}`);
    for (const id of ids) await newCase(id);
    const work = async (person: Person): Promise<Set<string>> => {
      const mine = new Set<string>();
      await Promise.all(
        ids.map(async (id) => {
          const claim = await person.call('POST', `/api/cases/${id}/claim`);
          const verdict = await person.call('POST', `/api/cases/${id}/verdict`, { verdict: 'confirmed' });
          expect([200, 409]).toContain(claim.statusCode);
          if (verdict.statusCode === 200) mine.add(id);
        }),
      );
      return mine;
    };
    const [byLan, byMinh] = await Promise.all([work(lan), work(minh)]);
    expect([...byLan].filter((id) => byMinh.has(id))).toEqual([]);
    expect(byLan.size + byMinh.size).toBe(500);
    const rows = (await site.admin.get('/api/audit?action=case.verdict&limit=1000')).json<{
      rows: { target: string }[];
    }>();
    const verdicts = rows.rows.map(({ target }) => target).filter((target) => target.startsWith('race-'));
    expect(new Set(verdicts).size).toBe(500);
    expect(verdicts).toHaveLength(500);
  });

  test.each(['desc', 'asc'])('pages of the list hold every case once, in order %s', async (wanted) => {
    const seen: CaseSummary[] = [];
    let cursor: string | null = null;
    do {
      const page: CaseList = (
        await lan.get(`/api/cases?limit=37&order=${wanted}${cursor === null ? '' : `&cursor=${cursor}`}`)
      ).json<CaseList>();
      expect(Value.Check(CaseList, page)).toBe(true);
      seen.push(...page.cases);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.length).toBeGreaterThan(500);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const order = seen.map(({ triggerAt, id }) => `${triggerAt} ${id}`);
    const sorted = [...order].sort();
    expect(order).toEqual(wanted === 'asc' ? sorted : sorted.reverse());
  });
});

describe('evidence', () => {
  let site: Site;
  let officer: Person;
  beforeAll(async () => {
    site = await openSite();
    officer = await site.person('lan', 'officer');
    await acceptForTest(site, await sealCase(site.store, 'ev'));
  });
  afterAll(() => site.close());

  test('a case answers as the contract says, with a sentence that explains it', async () => {
    const detail = (await officer.get('/api/cases/ev')).json<CaseDetail>();
    expect([...Value.Errors(CaseDetail, detail)]).toEqual([]);
    expect(detail.explanation.en).toContain('172');
    expect(detail.clip.url).toBe('/api/cases/ev/files/clip.mp4');
    expect(detail.thumbnail).toBe('/api/cases/ev/files/stills/at.jpg');
  });

  test.each([
    ['bytes=0-9', 206, '0123456789', 'bytes 0-9/10000'],
    ['bytes=9995-', 206, '56789', 'bytes 9995-9999/10000'],
    ['bytes=-3', 206, '789', 'bytes 9997-9999/10000'],
    ['bytes=9999-20000', 206, '9', 'bytes 9999-9999/10000'],
    ['bytes=10000-', 416, '', 'bytes */10000'],
    ['bytes=-0', 416, '', 'bytes */10000'],
  ])('range %s answers %i', async (range, status, body, contentRange) => {
    const answer = await officer.get('/api/cases/ev/files/clip.mp4', { range });
    expect([answer.statusCode, answer.body, answer.headers['content-range']]).toEqual([status, body, contentRange]);
  });

  test.each(['bytes=5-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6', 'bytes='])(
    'range "%s" is ignored and the whole clip is sent',
    async (range) => {
      const answer = await officer.get('/api/cases/ev/files/clip.mp4', { range });
      expect([answer.statusCode, answer.body.length, answer.headers['content-type']]).toEqual([
        200,
        10_000,
        'video/mp4',
      ]);
    },
  );

  test('HEAD says the size and sends nothing', async () => {
    const answer = await officer.call('HEAD', '/api/cases/ev/files/clip.mp4');
    expect([answer.statusCode, answer.headers['content-length'], answer.body]).toEqual([200, '10000', '']);
  });

  test.each(['..%2f..%2f..%2fwatchpost.db', 'stills%2f..%2f..%2f..%2fx', 'none.mp4', 'stills', '%00'])(
    'file "%s" is not served',
    async (path) => {
      expect([400, 404]).toContain((await officer.get(`/api/cases/ev/files/${path}`)).statusCode);
    },
  );

  test('who looks at evidence stands in the audit, once for one viewing', async () => {
    const viewer = await site.person('mai', 'supervisor');
    await viewer.get('/api/cases/ev');
    for (let start = 0; start < 5; start++)
      await viewer.get('/api/cases/ev/files/clip.mp4', { range: `bytes=${start * 100}-${start * 100 + 99}` });
    await viewer.get('/api/cases/ev/files/stills/at.jpg');
    const { rows } = (await site.admin.get('/api/audit?actor=mai&target=ev')).json<{
      rows: { action: string; detail: string | null }[];
    }>();
    expect(rows.map(({ action, detail }) => [action, detail]).reverse()).toEqual([
      ['case.viewed', null],
      ['evidence.read', 'clip.mp4'],
      ['evidence.read', 'stills/at.jpg'],
    ]);
  });

  test('one flipped bit in the clip is found, and the file named', async () => {
    const file = join(site.dataDir, 'objects', 'cases', 'ev', 'clip.mp4');
    const before = await officer.call('POST', '/api/cases/ev/verify');
    expect(before.json()).toEqual({ intact: true, checkedFiles: 5, problems: [], timeStamp: null });
    const bytes = await readFile(file);
    bytes[5_000]! ^= 1;
    await writeFile(file, bytes);
    const after = (await officer.call('POST', '/api/cases/ev/verify')).json<{
      intact: boolean;
      problems: { file: string }[];
    }>();
    expect(after.intact).toBe(false);
    expect(after.problems.map(({ file: name }) => name)).toEqual(['clip.mp4']);
  });
});

describe('with Redis', () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Redis;
  let queue: Queue;
  let site: Site;
  let port: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-redis-'));
    redis = await startRedis(folder);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    queue = new Queue(REVIEW_QUEUE, { connection: client });
    queue.on('error', () => undefined);
    site = await openSite({ redisUrl: redis.url });
    await site.app.listen({ host: '127.0.0.1', port: 0 });
    port = (site.app.server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await site.close();
    await queue.close();
    client.disconnect();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Reads an event stream of the real server. */
  const listen = async (query: string, person: Person) => {
    const events: { event: string; data: unknown }[] = [];
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpGet({ port, path: `/api/live${query}`, headers: { cookie: person.cookie } }, resolve);
      request.on('error', reject);
    });
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const match = /^event: (\w+)\ndata: (.*)$/.exec(part);
        if (match) events.push({ event: match[1]!, data: JSON.parse(match[2]!) });
      }
    });
    response.on('error', () => undefined);
    let ended = false;
    response.on('close', () => (ended = true));
    return { events, response, isEnded: () => ended, close: () => response.destroy() };
  };

  test('a sealed case comes into review once, however often it is announced', async () => {
    const job = await sealCase(site.store, 'queued');
    const pages = await listen('', site.admin);
    await queue.add('case', job, { jobId: 'queued' });
    await until(async () => (await site.admin.get('/api/cases/queued')).statusCode === 200);
    await queue.add('case', job, { jobId: 'queued-again' });
    await until(async () => (await queue.getJobCounts('completed'))['completed'] === 2);
    const { cases } = (await site.admin.get('/api/cases')).json<CaseList>();
    expect(cases.filter(({ id }) => id === 'queued')).toHaveLength(1);
    expect(pages.events.filter(({ event }) => event === 'case')).toEqual([
      { event: 'case', data: { caseId: 'queued', state: 'pending', cameraId: 'gate', kind: 'wrong_way' } },
    ]);
    pages.close();
  });

  test('a malformed job and a changed manifest make no case and are set aside with their reason', async () => {
    await queue.add('case', { caseId: 'x' }, { jobId: 'malformed', attempts: 5 });
    const job = await sealCase(site.store, 'forged');
    const manifest = Buffer.from(await site.store.get(`${job.prefix}/manifest.json`)).toString();
    await site.store.put(`${job.prefix}/manifest.json`, Buffer.from(manifest.replace('172', '122')), '');
    await queue.add('case', job, { jobId: 'forged' });
    const failed = await until(async () => {
      const jobs = await queue.getFailed();
      return jobs.length === 2 && jobs;
    });
    const reasonOf = (id: string): string => failed.find((job) => job.id === id)?.failedReason ?? '';
    expect(reasonOf('malformed')).toContain('JOB_MALFORMED');
    expect(reasonOf('forged')).toContain('SHA-256');
    expect((await site.admin.get('/api/cases/forged')).statusCode).toBe(404);
  });

  test('frames reach who asked for the camera and nobody else', async () => {
    const wall = await listen('?cameras=gate', site.admin);
    const desk = await listen('', site.admin);
    const other = await listen('?cameras=bridge', site.admin);
    const frame = { cameraId: 'gate', sessionId: 's1', ptsMs: 40, capturedAt: 1, tracks: [] };
    await until(async () => (await client.publish(liveChannel('gate'), JSON.stringify(frame))) > 0);
    await until(() => Promise.resolve(wall.events.some(({ event }) => event === 'frame')));
    expect(wall.events.find(({ event }) => event === 'frame')?.data).toEqual(frame);
    expect([...desk.events, ...other.events].filter(({ event }) => event === 'frame')).toEqual([]);
    for (const page of [wall, desk, other]) page.close();
    // Nobody watches any more: the subscription is given back.
    await until(async () => (await client.publish(liveChannel('gate'), '{}')) === 0);
  });

  test('a client that does not read loses frames, the others none', async () => {
    const good = await listen('?cameras=gate', site.admin);
    const slow = await listen('?cameras=gate', site.admin);
    await until(() => Promise.resolve(slow.events.length > 0));
    slow.response.pause();
    const filler = 'x'.repeat(20_000);
    const total = 1_000;
    for (let index = 0; index < total; index++) {
      await client.publish(liveChannel('gate'), JSON.stringify({ cameraId: 'gate', ptsMs: index, filler }));
    }
    await until(() => Promise.resolve(good.events.filter(({ event }) => event === 'frame').length === total), 20_000);
    const metrics = (await site.admin.get('/metrics')).body;
    const dropped = Number(/watchpost_live_frames_dropped_total (\d+)/.exec(metrics)?.[1]);
    expect(dropped).toBeGreaterThan(0);
    expect(slow.isEnded()).toBe(false);
    slow.response.resume();
    await until(() => Promise.resolve(slow.events.filter(({ event }) => event === 'frame').length === total - dropped));
    good.close();
    slow.close();
  });

  test('a camera’s two processes are shown as one state, the worse of both', async () => {
    const report = (state: CameraState['state'], cause: string | null): CameraState => ({
      cameraId: 'gate',
      state,
      cause,
      detail: cause === null ? null : 'rtsp://user:topsecret@10.0.0.2/1 does not answer',
      since: 1,
      sessionId: 's1',
      frames: { received: 10, analysed: 8, dropped: { deadline: 2 } },
      lastFrameAt: 5,
      segments: 3,
    });
    const page = await listen('', site.admin);
    const say = async (process: 'record' | 'analyze', state: CameraState): Promise<void> => {
      await client.hset(stateKey(process), 'gate', JSON.stringify(state));
      await client.publish(STATE_CHANNEL, JSON.stringify(state));
    };
    site.clock.at += 5_000;
    await say('record', report('watching', null));
    await say('analyze', report('degraded', 'SOURCE_STALLED'));
    const camera = await until(async () => {
      site.clock.at += 1_100;
      const found = (await site.admin.get('/api/cameras/gate')).json<Camera>();
      return found.state === 'degraded' && found;
    });
    expect([...Value.Errors(Camera, camera)]).toEqual([]);
    expect(camera.detail).toBe('rtsp://***@10.0.0.2/1 does not answer');
    expect(camera.frames).toEqual({ received: 10, analysed: 8, dropped: { deadline: 2 } });
    await until(() =>
      Promise.resolve(
        page.events.some(({ event, data }) => event === 'camera' && (data as CameraState).state === 'degraded'),
      ),
    );
    expect(JSON.stringify(page.events)).not.toContain('topsecret');
    page.close();
    // The processes fall silent: what they last said is not believed for ever.
    await say('analyze', report('watching', null));
    await until(async () => {
      site.clock.at += 1_100;
      return (await site.admin.get('/api/cameras/gate')).json<Camera>().state === 'watching';
    });
    site.clock.at += 15_001;
    expect((await site.admin.get('/api/cameras/gate')).json()).toMatchObject({ state: 'blind', cause: 'NOT_REPORTED' });
  });

  test('a session that ended hears nothing more', async () => {
    const leaving = await site.person('leaving', 'viewer');
    const page = await listen('?cameras=gate', leaving);
    await leaving.call('DELETE', '/api/session');
    await until(() => Promise.resolve(page.isEnded()), 8_000);
  });

  test('crossings are added up by quarter hour, and one that comes twice counts once', async () => {
    const quarter = Math.floor(site.clock.at / 900_000) * 900_000;
    const crossing = (id: string, className: string, direction: string, at: number) =>
      client.xadd(
        STATISTICS_STREAM,
        '*',
        'event',
        JSON.stringify(
          watchEvent(id, {
            kind: 'line_count',
            ruleId: 'count',
            triggerAt: at,
            decision: { ...watchEvent(id).decision, ruleKind: 'line_count', facts: { class: className, direction } },
          }),
        ),
      );
    await crossing('c1', 'car', 'in', quarter + 1);
    await crossing('c2', 'car', 'in', quarter + 899_999);
    await crossing('c2', 'car', 'in', quarter + 899_999);
    await crossing('c3', 'car', 'out', quarter + 5);
    await crossing('c4', 'motorcycle', 'in', quarter - 1);
    await client.xadd(STATISTICS_STREAM, '*', 'event', 'not json');
    const counts = await until(async () => {
      const answer = await site.admin.get(
        `/api/statistics/counts?cameraId=gate&after=${quarter - 900_000}&before=${quarter + 1}`,
      );
      const { counts: rows } = answer.json<{ counts: { count: number }[] }>();
      return rows.reduce((sum, { count }) => sum + count, 0) >= 4 && rows;
    });
    expect(counts).toEqual(
      expect.arrayContaining([
        { cameraId: 'gate', ruleId: 'count', className: 'car', direction: 'in', quarterAt: quarter, count: 2 },
        { cameraId: 'gate', ruleId: 'count', className: 'car', direction: 'out', quarterAt: quarter, count: 1 },
        {
          cameraId: 'gate',
          ruleId: 'count',
          className: 'motorcycle',
          direction: 'in',
          quarterAt: quarter - 900_000,
          count: 1,
        },
      ]),
    );
    expect(counts).toHaveLength(3);
    await until(async () => ((await client.xpending(STATISTICS_STREAM, 'api')) as [number])[0] === 0);
    // What was taken in does not stay in Redis' memory.
    await until(async () => (await client.xlen(STATISTICS_STREAM)) === 0);
  });

  test('speeds and crowds of minutes are added up, and a minute that comes twice counts once', async () => {
    const quarter = Math.floor(site.clock.at / 900_000) * 900_000;
    const minute = (id: string, kmh: number, most: number, at = quarter) =>
      client.xadd(
        ...([TALLIES_STREAM, '*', 'tally'] as const),
        JSON.stringify({
          ...{ id, cameraId: 'gate', at, speeds: [{ className: 'car', kmh }] },
          crowds: [{ ruleId: 'square', most, mean: most / 2 }],
        }),
      );
    await minute('gate/s1/0', 44.9, 12);
    await minute('gate/s1/1', 41, 4);
    await minute('gate/s1/1', 41, 4);
    await client.xadd(TALLIES_STREAM, '*', 'tally', '{"id":"x"}');
    await minute('gate/s1/2', 63, 3, quarter - 1);
    await until(async () => (await client.xlen(TALLIES_STREAM)) === 0);
    const ask = async (what: string) =>
      (
        await site.admin.get(`/api/statistics/${what}?cameraId=gate&after=${quarter - 900_000}&before=${quarter + 1}`)
      ).json<{ counts: unknown }>().counts;
    expect(await ask('speeds')).toEqual([
      { cameraId: 'gate', className: 'car', fromKmh: 40, count: 2 },
      { cameraId: 'gate', className: 'car', fromKmh: 60, count: 1 },
    ]);
    expect(await ask('crowds')).toEqual([
      { cameraId: 'gate', ruleId: 'square', quarterAt: quarter - 900_000, most: 3, mean: 1.5 },
      { cameraId: 'gate', ruleId: 'square', quarterAt: quarter, most: 12, mean: 4 },
    ]);
  });

  test('without Redis cases are served and decided, and what waits says so; with it again, all goes on', async () => {
    const page = await listen('?cameras=gate', site.admin);
    await redis.stop();
    await until(() =>
      Promise.resolve(page.events.some(({ event, data }) => event === 'status' && !(data as { live: boolean }).live)),
    );
    expect((await site.admin.call('POST', '/api/cases/queued/claim')).statusCode).toBe(200);
    expect((await site.admin.get('/api/cameras/gate')).json()).toMatchObject({
      state: 'blind',
      cause: 'QUEUE_UNAVAILABLE',
    });
    const ready = await site.app.inject('/readyz');
    expect([ready.statusCode, ready.json()]).toEqual([
      200,
      expect.objectContaining({ ready: true, degraded: true, parts: { database: true, store: true, redis: false } }),
    ]);
    await until(() =>
      Promise.resolve(
        page.events.some(({ event, data }) => event === 'case' && (data as { state: string }).state === 'claimed'),
      ),
    );

    redis = await startRedis(folder);
    await until(() =>
      Promise.resolve((page.events.filter(({ event }) => event === 'status').at(-1)?.data as { live: boolean }).live),
    );
    const job = await sealCase(site.store, 'after-outage');
    await queue.add('case', job, { jobId: 'after-outage' });
    await until(async () => (await site.admin.get('/api/cases/after-outage')).statusCode === 200, 15_000);
    await until(async () => (await client.publish(liveChannel('gate'), '{"cameraId":"gate"}')) > 0);
    await until(() => Promise.resolve(page.events.some(({ event }) => event === 'frame')));
    page.close();
  });
});
