import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS } from '../../api/access.ts';
import { buildApp } from '../../api/app.ts';
import { type Role, ROLES } from '../../api/contract/session.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { acceptForTest } from './api-accept.ts';
import { logIn, openSite, PASSWORD, type Person, sealCase, type Site } from './api-harness.ts';

/** What each route asks for when it is tried; every entry of the table must be here. */
const CALLS: Record<string, [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object]> = {
  'POST /api/session': ['POST', '/api/session', { username: 'nobody', password: 'x' }],
  'GET /api/session/ways': ['GET', '/api/session/ways'],
  'GET /api/session/oidc': ['GET', '/api/session/oidc'],
  'GET /api/session/oidc/callback': ['GET', '/api/session/oidc/callback'],
  'GET /api/session': ['GET', '/api/session'],
  'DELETE /api/session': ['DELETE', '/api/session'],
  'POST /api/session/password': ['POST', '/api/session/password', { current: 'x', next: 'y' }],
  'PUT /api/session/keys': ['PUT', '/api/session/keys', { keys: {} }],
  'POST /api/session/second-factor': ['POST', '/api/session/second-factor', { password: 'x' }],
  'POST /api/session/second-factor/confirm': ['POST', '/api/session/second-factor/confirm', { code: '1' }],
  'POST /api/session/second-factor/off': ['POST', '/api/session/second-factor/off', { password: 'x' }],
  'GET /api/tokens': ['GET', '/api/tokens'],
  'POST /api/tokens': ['POST', '/api/tokens', { name: 'x', scopes: ['cases:read'], days: 1 }],
  'DELETE /api/tokens/:id': ['DELETE', '/api/tokens/none'],
  'GET /api/setup': ['GET', '/api/setup'],
  'POST /api/setup/check': ['POST', '/api/setup/check', { sha256: 'x', camera: {} }],
  'PUT /api/setup/cameras': ['PUT', '/api/setup/cameras', { sha256: 'x', camera: {} }],
  'GET /api/setup/versions': ['GET', '/api/setup/versions'],
  'GET /api/setup/versions/:version': ['GET', '/api/setup/versions/1'],
  'POST /api/setup/versions/:version/restore': ['POST', '/api/setup/versions/1/restore', { sha256: 'x' }],
  'POST /api/setup/probe': ['POST', '/api/setup/probe', {}],
  'POST /api/setup/dry-run': ['POST', '/api/setup/dry-run', { camera: {}, minutes: 1 }],
  'POST /api/setup/apply': ['POST', '/api/setup/apply'],
  'GET /api/quality': ['GET', '/api/quality'],
  'GET /api/quality/thresholds': ['GET', '/api/quality/thresholds'],
  'GET /api/quality/drift': ['GET', '/api/quality/drift'],
  'GET /api/users': ['GET', '/api/users'],
  'POST /api/users': ['POST', '/api/users', { username: 'X', role: 'viewer' }],
  'PATCH /api/users/:username': ['PATCH', '/api/users/nobody', { disabled: true }],
  'GET /api/cameras': ['GET', '/api/cameras'],
  'GET /api/cameras/:id': ['GET', '/api/cameras/gate'],
  'GET /api/cameras/:id/snapshot.jpg': ['GET', '/api/cameras/gate/snapshot.jpg'],
  'GET /api/cameras/:id/recording': ['GET', '/api/cameras/gate/recording?after=0&before=1000'],
  'GET /api/cameras/:id/tracks': ['GET', '/api/cameras/gate/tracks?after=0&before=1000'],
  'GET /api/cameras/:id/plates': ['GET', '/api/cameras/gate/plates?after=0&before=1000'],
  'GET /api/cameras/:id/ptz': ['GET', '/api/cameras/gate/ptz'],
  'POST /api/cameras/:id/ptz': ['POST', '/api/cameras/gate/ptz', { act: 'stop' }],
  'POST /api/cameras/:id/stills': ['POST', '/api/cameras/gate/stills'],
  'POST /api/cameras/:id/signals/:signal': ['POST', '/api/cameras/gate/signals/main', { state: 'red' }],
  'GET /api/live': ['GET', '/api/live?cameras=nowhere'],
  'GET /api/map/:zoom/:x/:y': ['GET', '/api/map/0/0/0'],
  'GET /hls/:cameraId/live.m3u8': ['GET', '/hls/gate/live.m3u8'],
  'GET /hls/:cameraId/dvr.m3u8': ['GET', '/hls/gate/dvr.m3u8?from=0&to=1000'],
  'GET /hls/:cameraId/:session/*': ['GET', '/hls/gate/s1/000000.m4s'],
  'GET /api/cases': ['GET', '/api/cases'],
  'GET /api/cases.csv': ['GET', '/api/cases.csv'],
  'GET /api/cases/:id': ['GET', '/api/cases/none'],
  'GET /api/cases/:id/files/*': ['GET', '/api/cases/none/files/clip.mp4'],
  'POST /api/cases/:id/verify': ['POST', '/api/cases/none/verify'],
  'POST /api/cases/:id/claim': ['POST', '/api/cases/none/claim'],
  'DELETE /api/cases/:id/claim': ['DELETE', '/api/cases/none/claim'],
  'POST /api/cases/:id/verdict': ['POST', '/api/cases/none/verdict', { verdict: 'confirmed' }],
  'DELETE /api/cases/:id/verdict': ['DELETE', '/api/cases/none/verdict'],
  'POST /api/cases/:id/reopen': ['POST', '/api/cases/none/reopen'],
  'GET /api/cases/:id/export.zip': ['GET', '/api/cases/none/export.zip'],
  'GET /api/cases/:id/redacted.zip': ['GET', '/api/cases/none/redacted.zip'],
  'GET /api/cases/:id/record.pdf': ['GET', '/api/cases/none/record.pdf'],
  'POST /api/cases/:id/notes': ['POST', '/api/cases/none/notes', { text: 'x' }],
  'POST /api/cases/:id/status': ['POST', '/api/cases/none/status', { status: 'notified' }],
  'POST /api/cases/:id/plate': ['POST', '/api/cases/none/plate', { trackId: 1, text: null }],
  'GET /api/cases/:id/assignees': ['GET', '/api/cases/none/assignees'],
  'POST /api/cases/:id/assignee': ['POST', '/api/cases/none/assignee', { username: null }],
  'GET /api/cases/:id/same-act': ['GET', '/api/cases/none/same-act'],
  'GET /api/cases/:id/course': ['GET', '/api/cases/none/course'],
  'POST /api/cases/:id/merge': ['POST', '/api/cases/none/merge', { into: 'other' }],
  'DELETE /api/cases/:id/merge': ['DELETE', '/api/cases/none/merge'],
  'POST /api/cases/:id/hold': ['POST', '/api/cases/none/hold', { reason: 'x' }],
  'POST /api/cases/:id/hold/end': ['POST', '/api/cases/none/hold/end', { reason: 'x' }],
  'GET /api/retention': ['GET', '/api/retention'],
  'POST /api/cases/bulk': ['POST', '/api/cases/bulk', { ids: ['none'], verdict: 'unsure' }],
  'GET /api/reviews/agreement': ['GET', '/api/reviews/agreement'],
  'POST /api/missed': ['POST', '/api/missed', { cameraId: 'none', kind: 'smoke', at: 1 }],
  'GET /api/missed': ['GET', '/api/missed'],
  'POST /api/cases/:id/links': ['POST', '/api/cases/none/links', { path: 'clip.mp4' }],
  'GET /api/links/:token': ['GET', `/api/links/${'x'.repeat(43)}`],
  'GET /api/keys': ['GET', '/api/keys'],
  'POST /api/passages/search': ['POST', '/api/passages/search', { purpose: 'a test', plate: '30A*' }],
  'POST /api/passages/feed': ['POST', '/api/passages/feed', { purpose: 'a test' }],
  'POST /api/passages/trace': ['POST', '/api/passages/trace', { purpose: 'a test', plate: '30A-123.45' }],
  'GET /api/passages/:id': ['GET', `/api/passages/${'0'.repeat(26)}`],
  'GET /api/passages/:id/:picture': ['GET', `/api/passages/${'0'.repeat(26)}/plate.jpg`],
  'GET /api/watch-list': ['GET', '/api/watch-list'],
  'POST /api/watch-list': ['POST', '/api/watch-list', { list: 'wanted', plate: '1', reason: 'a test', expiresAt: 1 }],
  'POST /api/watch-list/:id/end': ['POST', '/api/watch-list/00000000-0000-0000-0000-000000000000/end'],
  'GET /api/watch-list/hits': ['GET', '/api/watch-list/hits'],
  'POST /api/watch-list/hits/:id/seen': ['POST', `/api/watch-list/hits/${'0'.repeat(26)}/seen`],
  'GET /api/law': ['GET', '/api/law'],
  'GET /verify.html': ['GET', '/verify.html'],
  'GET /api/audit': ['GET', '/api/audit'],
  'GET /api/audit/verify': ['GET', '/api/audit/verify'],
  'GET /api/statistics/speeds': ['GET', '/api/statistics/speeds'],
  'GET /api/statistics/crowds': ['GET', '/api/statistics/crowds'],
  'GET /api/statistics/counts': ['GET', '/api/statistics/counts'],
  'GET /api/statistics/cases': ['GET', '/api/statistics/cases'],
  'GET /api/statistics/coverage': ['GET', '/api/statistics/coverage'],
  'GET /api/incidents': ['GET', '/api/incidents'],
  'POST /api/incidents/:id/acknowledge': ['POST', '/api/incidents/none/acknowledge'],
  'POST /api/incidents/:id/actions': ['POST', '/api/incidents/none/actions', { action: 'dispatched' }],
  'PUT /api/fire/wind': ['PUT', '/api/fire/wind'],
  'PUT /api/fire/danger': ['PUT', '/api/fire/danger'],
  'GET /api/alerts/channels': ['GET', '/api/alerts/channels'],
  'GET /healthz': ['GET', '/healthz'],
  'GET /readyz': ['GET', '/readyz'],
  'GET /metrics': ['GET', '/metrics'],
  'GET /api/openapi.json': ['GET', '/api/openapi.json'],
  'GET /docs*': ['GET', '/docs/'],
  'GET /*': ['GET', '/'],
};

let site: Site;
const people = new Map<Role, Person>();

beforeAll(async () => {
  site = await openSite();
  people.set('admin', site.admin);
  for (const role of ROLES) if (role !== 'admin') people.set(role, await site.person(`a-${role}`, role));
});
afterAll(() => site.close());

describe('who may do what', () => {
  test('every entry of the table is tried below', () => {
    expect(Object.keys(CALLS).sort()).toEqual(Object.keys(ACCESS).sort());
  });

  test('a route without an entry in the table does not start', async () => {
    const { registerAuth } = await import('../../api/plugins/auth.ts');
    const { default: fastify } = await import('fastify');
    const app = fastify();
    registerAuth(app, undefined as never);
    expect(() => app.get('/api/secret', () => 'x')).toThrow('GET /api/secret has no entry in api/access.ts');
  });

  const matrix = Object.entries(ACCESS).flatMap(([key, access]) =>
    access === 'public' ? [] : ROLES.map((role) => ({ key, role, allowed: access.roles.includes(role) })),
  );
  // Logging out would end the session that the other rows need; it has its own test.
  test.each(matrix.filter(({ key }) => key !== 'DELETE /api/session'))(
    '$key as $role: allowed = $allowed',
    async ({ key, role, allowed }) => {
      const [method, url, body] = CALLS[key]!;
      // From outside: /metrics is open to the machine itself.
      const answer = await people.get(role)!.call(method, url, body, { 'x-forwarded-for': '192.0.2.1' });
      const { code } = answer.headers['content-type']?.toString().includes('problem')
        ? answer.json<{ code: string }>()
        : { code: '' };
      expect(code === 'FORBIDDEN').toBe(!allowed);
      if (!allowed) expect(answer.statusCode).toBe(403);
    },
  );

  test.each(Object.entries(ACCESS).filter(([, access]) => access !== 'public'))(
    '%s refuses whoever is not logged in',
    async (key) => {
      const [method, url, body] = CALLS[key]!;
      const answer = await site.app.inject({
        method,
        url,
        headers: { 'x-forwarded-for': '192.0.2.1' },
        ...(body ? { payload: body } : {}),
      });
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'AUTH_REQUIRED']);
    },
  );

  test('a change without the CSRF token, or from another site, is refused', async () => {
    const { cookie, csrfToken } = site.admin;
    const change = (headers: Record<string, string>) =>
      site.app.inject({ method: 'POST', url: '/api/cases/none/claim', headers: { cookie, ...headers } });
    expect((await change({})).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': 'guess' })).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': csrfToken, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': csrfToken })).statusCode).toBe(404);
  });

  test('a unit sees only its own cameras and cases, and cannot tell others from none', async () => {
    await acceptForTest(site, await sealCase(site.store, 'south-1', { camera: 'bridge' }));
    await acceptForTest(site, await sealCase(site.store, 'north-1', { camera: 'gate' }));
    const north = await site.person('north-officer', 'officer', ['north']);
    const cameras = (await north.get('/api/cameras')).json<{ id: string }[]>();
    expect(cameras.map(({ id }) => id)).toEqual(['gate']);
    const list = (await north.get('/api/cases')).json<{ cases: { id: string }[]; openCount: number }>();
    expect(list.cases.map(({ id }) => id)).toEqual(['north-1']);
    expect(list.openCount).toBe(1);
    for (const url of ['/api/cases/south-1', '/api/cases/south-1/files/clip.mp4', '/hls/bridge/live.m3u8'])
      expect((await north.get(url)).statusCode).toBe(404);
    expect((await north.call('POST', '/api/cases/south-1/claim')).statusCode).toBe(404);
    expect((await north.get('/api/live?cameras=bridge')).statusCode).toBe(404);
  });

  test('a ranger sees fire and no traffic', async () => {
    await acceptForTest(site, await sealCase(site.store, 'smoke-1', { kind: 'smoke' }));
    const ranger = people.get('ranger')!;
    const { cases } = (await ranger.get('/api/cases')).json<{ cases: { id: string }[] }>();
    expect(cases.map(({ id }) => id)).toEqual(['smoke-1']);
    expect((await ranger.get('/api/cases/north-1')).statusCode).toBe(404);
  });

  test('camera addresses and passwords appear in no answer', async () => {
    for (const [key, [method, url]] of Object.entries(CALLS)) {
      if (method !== 'GET' || key === 'GET /api/live') continue;
      const { body } = await site.admin.get(url);
      expect(body).not.toContain('topsecret');
      expect(body).not.toContain('10.0.0.2');
    }
  });
});

describe('log-in', () => {
  test('the first password lets in, but to nothing before an own one is chosen', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'watchpost-api-'));
    const app = await buildApp({
      config: site.config,
      dataDir: fresh,
      redisUrl: join(fresh, 'none.sock'),
      store: site.store,
      log: pino({ level: 'silent' }),
    });
    try {
      const admin = await logIn(app, 'admin', app.firstPassword!);
      expect((await admin.get('/api/cases')).json<{ code: string }>().code).toBe('PASSWORD_CHANGE_REQUIRED');
      const weak = await admin.call('POST', '/api/session/password', { current: app.firstPassword, next: 'short' });
      expect(weak.statusCode).toBe(422);
      const good = await admin.call('POST', '/api/session/password', { current: app.firstPassword, next: PASSWORD });
      expect(good.json<{ mustChangePassword: boolean }>().mustChangePassword).toBe(false);
      expect((await admin.get('/api/cases')).statusCode).toBe(200);
    } finally {
      await app.close();
      await rm(fresh, { recursive: true, force: true });
    }
  });

  test('a second start creates no administrator and prints no password', async () => {
    const again = await openSite({ dataDir: site.dataDir });
    expect(again.app.firstPassword).toBeNull();
    await again.close();
  });

  test('five wrong passwords lock an account for five minutes, the right one included', async () => {
    const locked = await openSite();
    try {
      await locked.person('minh', 'officer');
      const attempt = (password: string) =>
        locked.app.inject({ method: 'POST', url: '/api/session', payload: { username: 'minh', password } });
      for (let i = 0; i < 5; i++) expect((await attempt('wrong')).statusCode).toBe(401);
      const refused = await attempt(PASSWORD);
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'AUTH_LOCKED']);
      locked.clock.at += 5 * 60_000 + 1;
      expect((await attempt(PASSWORD)).statusCode).toBe(200);
    } finally {
      await locked.close();
    }
  });

  test('an unknown name and a wrong password look the same', async () => {
    const one = await openSite();
    try {
      const attempt = (username: string) =>
        one.app.inject({ method: 'POST', url: '/api/session', payload: { username, password: 'wrong' } });
      expect((await attempt('nobody-at-all')).body).toBe((await attempt('admin')).body);
    } finally {
      await one.close();
    }
  });

  test('one address may try twenty times a minute, over all names', async () => {
    const one = await openSite();
    try {
      const attempt = async (payload: object): Promise<number> => {
        const request = { method: 'POST', url: '/api/session', remoteAddress: '192.0.2.7', payload } as const;
        return (await one.app.inject(request)).statusCode;
      };
      expect(await attempt({ username: 'guess', password: 'wrong' })).toBe(401);
      // Malformed attempts count as well, and cost no hashing: the twenty take a moment on any machine.
      for (let count = 1; count < 20; count++) expect(await attempt({ username: `guess-${count}` })).toBe(400);
      for (const username of ['guess', 'another']) expect(await attempt({ username, password: 'wrong' })).toBe(429);
    } finally {
      await one.close();
    }
  });

  test('log-out, disabling and a new role end sessions at once', async () => {
    const out = await site.person('out', 'viewer');
    expect((await out.call('DELETE', '/api/session')).statusCode).toBe(204);
    expect((await out.get('/api/cameras')).statusCode).toBe(401);
    const off = await site.person('off', 'viewer');
    await site.admin.call('PATCH', '/api/users/off', { disabled: true });
    expect((await off.get('/api/cameras')).statusCode).toBe(401);
    const raised = await site.person('raised', 'viewer');
    await site.admin.call('PATCH', '/api/users/raised', { role: 'officer' });
    expect((await raised.get('/api/cameras')).statusCode).toBe(401);
  });

  test('the last administrator cannot be disabled or demoted', async () => {
    for (const change of [{ disabled: true }, { role: 'viewer' }]) {
      const answer = await site.admin.call('PATCH', '/api/users/admin', change);
      expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
        400,
        'This would leave no active local administrator; appoint another one first',
      ]);
    }
    expect((await site.admin.get('/api/users')).statusCode).toBe(200);
  });

  test('the cookie cannot be read by scripts nor sent by other sites', async () => {
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { username: 'a-viewer', password: PASSWORD },
    });
    expect(String(answer.headers['set-cookie'])).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  });
});

describe('bad requests', () => {
  const problem = (body: string): unknown => expect.objectContaining({ code: body });
  test.each<[string, string, string, string | undefined, Record<string, string>, number, string]>([
    ['JSON that ends early', 'POST', '/api/session', '{"username":', {}, 400, 'REQUEST_INVALID'],
    ['a missing member', 'POST', '/api/session', '{"username":"a"}', {}, 400, 'REQUEST_INVALID'],
    ['an unknown member', 'POST', '/api/session', '{"username":"a","password":"b","x":1}', {}, 400, 'REQUEST_INVALID'],
    ['a number for a name', 'POST', '/api/session', '{"username":1,"password":"b"}', {}, 400, 'REQUEST_INVALID'],
    ['another media type', 'POST', '/api/session', 'a=b', { 'content-type': 'text/plain' }, 415, 'REQUEST_INVALID'],
    ['a poisoned prototype', 'POST', '/api/session', '{"__proto__":{"a":1}}', {}, 400, 'REQUEST_INVALID'],
    [
      'a body of 5 kB to log-in',
      'POST',
      '/api/session',
      `{"username":"${'a'.repeat(5_000)}"}`,
      {},
      413,
      'REQUEST_TOO_LARGE',
    ],
    [
      'a body of 100 kB',
      'POST',
      '/api/cases/x/verdict',
      `{"note":"${'a'.repeat(100_000)}"}`,
      {},
      413,
      'REQUEST_TOO_LARGE',
    ],
    ['a limit of 501', 'GET', '/api/cases?limit=501', undefined, {}, 400, 'REQUEST_INVALID'],
    ['a limit that is a word', 'GET', '/api/cases?limit=many', undefined, {}, 400, 'REQUEST_INVALID'],
    ['an unknown state', 'GET', '/api/cases?state=opne', undefined, {}, 400, 'REQUEST_INVALID'],
    ['an unknown filter', 'GET', '/api/cases?camera=a', undefined, {}, 400, 'REQUEST_INVALID'],
    ['a foreign cursor', 'GET', '/api/cases?cursor=abc', undefined, {}, 400, 'REQUEST_INVALID'],
    ['a case id with a slash', 'GET', '/api/cases/..%2f..%2fetc', undefined, {}, 400, 'REQUEST_INVALID'],
    ['a broken escape', 'GET', '/api/cases/%zz', undefined, {}, 400, 'REQUEST_INVALID'],
    [
      'a span that ends before it begins',
      'GET',
      '/hls/gate/dvr.m3u8?from=5&to=4',
      undefined,
      {},
      400,
      'REQUEST_INVALID',
    ],
    [
      'a verdict that does not exist',
      'POST',
      '/api/cases/north-1/verdict',
      '{"verdict":"guilty"}',
      {},
      400,
      'REQUEST_INVALID',
    ],
    [
      'a rejection without reason',
      'POST',
      '/api/cases/north-1/verdict',
      '{"verdict":"rejected"}',
      {},
      400,
      'REQUEST_INVALID',
    ],
    [
      'a user name with capitals',
      'POST',
      '/api/users',
      '{"username":"Minh","role":"officer"}',
      {},
      400,
      'REQUEST_INVALID',
    ],
    ['an empty change', 'PATCH', '/api/users/admin', '{}', {}, 400, 'REQUEST_INVALID'],
    ['a path of the API that is not there', 'GET', '/api/nothing', undefined, {}, 404, 'NOT_FOUND'],
    ['a method that is not there', 'DELETE', '/api/cases', undefined, {}, 404, 'NOT_FOUND'],
  ])('%s is a problem document', async (_name, method, url, payload, headers, status, code) => {
    const answer = await site.app.inject({
      method: method as 'GET',
      url,
      headers: {
        cookie: site.admin.cookie,
        'x-csrf-token': site.admin.csrfToken,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toEqual(problem(code));
    expect(answer.json<{ status: number }>().status).toBe(status);
  });

  test('a fault of the program says nothing about its inside', async () => {
    const store = new LocalStore(join(site.dataDir, 'objects'));
    store.stat = () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:9000'));
    const broken = await openSite({ store });
    try {
      await acceptForTest(broken, await sealCase(site.store, 'north-1'));
      const answer = await broken.admin.get('/api/cases/north-1/files/clip.mp4');
      expect(answer.statusCode).toBe(500);
      expect(answer.body).not.toContain('10.1.2.3');
    } finally {
      await broken.close();
    }
  });
});

describe('recordings', () => {
  beforeAll(async () => {
    const camera = join(site.dataDir, 'recordings', 'gate');
    await mkdir(join(camera, 's1', 'preview'), { recursive: true });
    await writeFile(join(camera, 'live.m3u8'), '#EXTM3U\n');
    await writeFile(join(camera, 's1', '000000.m4s'), 'segment');
    await writeFile(join(camera, 's1', 'preview', '000000.m4s'), 'preview');
    await writeFile(join(camera, 's1', 'session.json'), '{}');
    await symlink('/etc/hostname', join(camera, 's1', 'link.mp4'));
  });

  test('the live playlist is never cached, a segment always', async () => {
    const playlist = await site.admin.get('/hls/gate/live.m3u8');
    expect([playlist.statusCode, playlist.headers['content-type'], playlist.headers['cache-control']]).toEqual([
      200,
      'application/vnd.apple.mpegurl',
      'no-cache, no-store',
    ]);
    const segment = await site.admin.get('/hls/gate/s1/000000.m4s');
    expect([segment.body, segment.headers['cache-control']]).toEqual(['segment', 'private, max-age=3600, immutable']);
    expect((await site.admin.get('/hls/gate/s1/preview/000000.m4s')).body).toBe('preview');
    const part = await site.admin.get('/hls/gate/s1/000000.m4s', { range: 'bytes=1-3' });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, 'egm', 'bytes 1-3/7']);
  });

  test.each([
    '/hls/gate/s1/session.json',
    '/hls/gate/s1/..%2f..%2f..%2fwatchpost.db',
    '/hls/gate/..%2f..%2fkeys/signing.mp4',
    '/hls/gate/s1/%2e%2e/%2e%2e/%2e%2e/etc/passwd.mp4',
    '/hls/gate/s1/link.mp4',
    '/hls/gate/s1/none.m4s',
    '/hls/gate/s1/a/b/c.m4s',
    '/hls/nowhere/live.m3u8',
  ])('%s is not served', async (url) => {
    expect([400, 404]).toContain((await site.admin.get(url)).statusCode);
  });
});

describe('stills and what is recorded now', () => {
  test('a still is taken from the newest segment, and a camera has a playlist while it is rewritten', async () => {
    const camera = join(site.dataDir, 'recordings', 'bridge');
    await mkdir(join(camera, 's1'), { recursive: true });
    expect((await site.admin.get('/api/cameras/bridge/snapshot.jpg')).statusCode).toBe(404);
    await promisify(execFile)('ffmpeg', [
      ...'-v error -f lavfi -i testsrc=size=1280x720:rate=10:duration=4 -c:v libx264 -preset ultrafast -g 20'.split(
        ' ',
      ),
      ...'-f hls -hls_time 2 -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_list_size 0'.split(' '),
      ...['-hls_segment_filename', join(camera, 's1', '%06d.m4s'), join(camera, 's1', 'ffmpeg.m3u8')],
    ]);
    const lines = [
      '#EXTM3U',
      '#EXT-X-MAP:URI="s1/init.mp4"',
      '#EXTINF:2,',
      's1/000000.m4s',
      '#EXTINF:2,',
      's1/000001.m4s',
    ];
    await writeFile(join(camera, 'live.m3u8'), lines.join('\n'));
    const still = await site.admin.get('/api/cameras/bridge/snapshot.jpg');
    expect([still.statusCode, still.headers['content-type']]).toEqual([200, 'image/jpeg']);
    expect(await sharp(still.rawPayload).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 360 });

    // Ten seconds later the known still is there at once, and soon the one of the newest segment.
    site.clock.at += 10_000;
    await writeFile(join(camera, 'live.m3u8'), lines.slice(0, 4).join('\n'));
    const again = async (): Promise<boolean> =>
      (await site.admin.get('/api/cameras/bridge/snapshot.jpg')).rawPayload.equals(still.rawPayload);
    expect(await again()).toBe(true);
    await expect.poll(again, { timeout: 20_000 }).toBe(false);

    const playlist = async () =>
      (await site.admin.get('/api/cameras/bridge')).json<{ playlist: string | null }>().playlist;
    const now = site.clock.at / 1000;
    await utimes(join(camera, 'live.m3u8'), now, now - 5);
    expect(await playlist()).toBe('/hls/bridge/live.m3u8');
    await utimes(join(camera, 'live.m3u8'), now, now - 61);
    expect(await playlist()).toBeNull();
  });
});

describe('pages', () => {
  test('the player is served for every page, with headers that keep other sites out', async () => {
    const playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await mkdir(join(playerDir, 'assets'));
    await writeFile(join(playerDir, 'index.html'), '<title>player</title>');
    await writeFile(join(playerDir, 'assets', 'main-1a2b.js'), 'run()');
    const one = await openSite({ playerDir });
    try {
      for (const url of ['/', '/review', '/cameras/gate']) {
        const page = await one.app.inject(url);
        expect([url, page.statusCode, page.body]).toEqual([url, 200, '<title>player</title>']);
        expect(page.headers['content-security-policy']).toContain("default-src 'self'");
        expect(page.headers['x-content-type-options']).toBe('nosniff');
        expect(page.headers['x-frame-options']).toBe('DENY');
        expect(page.headers['cache-control']).toBe('no-cache');
      }
      const script = await one.app.inject('/assets/main-1a2b.js');
      expect([script.body, script.headers['cache-control']]).toEqual(['run()', 'public, max-age=31536000, immutable']);
      expect((await one.app.inject('/assets/none.js')).statusCode).toBe(404);
      expect((await one.app.inject('/..%2f..%2fetc/passwd')).body).not.toContain('root:');
    } finally {
      await one.close();
      await rm(playerDir, { recursive: true, force: true });
    }
  });

  test('the OpenAPI document names every route of the table with its roles', async () => {
    const { paths } = (await site.app.inject('/api/openapi.json')).json<{
      paths: Record<string, Record<string, { description?: string }>>;
    }>();
    for (const [key, access] of Object.entries(ACCESS)) {
      if (key.includes('*') || key === 'GET /api/openapi.json' || key === 'GET /verify.html') continue;
      // There only where a log-in provider is configured; test/e2e/api-login-provider.test.ts has one.
      if (key.startsWith('GET /api/session/oidc')) continue;
      const [method, url] = key.split(' ') as [string, string];
      const entry = paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(entry, key).toBeDefined();
      if (access !== 'public') expect(entry?.description).toBe(`Roles: ${access.roles.join(', ')}.`);
    }
  });
});
