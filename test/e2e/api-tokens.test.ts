import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, ROUTES_OF_SCOPE } from '../../api/access.ts';
import { TOKEN_SCOPES } from '../../api/contract/token-scopes.ts';
import type { ApiToken, CreatedApiToken, TokenScope } from '../../api/contract/tokens.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, sealCase, type Site } from './api-harness.ts';

let site: Site;
let officer: Person;
beforeAll(async () => {
  site = await openSite();
  officer = await site.person('lan', 'officer', ['north']);
  await acceptForTest(site, await sealCase(site.store, 'north-1', { camera: 'gate' }));
  await acceptForTest(site, await sealCase(site.store, 'south-1', { camera: 'bridge' }));
});
afterAll(() => site.close());

const create = async (owner: Person, scopes: readonly TokenScope[], days = 30): Promise<CreatedApiToken> => {
  const answer = await owner.call('POST', '/api/tokens', { name: 'sync', scopes, days });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json<CreatedApiToken>();
};
const call = async (
  secret: string,
  url: string,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' = 'GET',
  body?: object,
) => {
  const answer = await site.app.inject({
    ...{ method, url, headers: { authorization: `Bearer ${secret}`, 'x-forwarded-for': '192.0.2.1' } },
    ...(body ? { payload: body } : {}),
  });
  const isProblem = String(answer.headers['content-type']).includes('problem');
  return { status: answer.statusCode, code: isProblem ? answer.json<{ code: string }>().code : '', answer };
};

describe('what a token may do', () => {
  test('every route of a scope is in the table and needs an account', () => {
    expect(Object.keys(ROUTES_OF_SCOPE).sort()).toEqual([...TOKEN_SCOPES].sort());
    const routes = Object.values(ROUTES_OF_SCOPE).flat();
    expect(routes.filter((key) => ACCESS[key] === undefined || ACCESS[key] === 'public')).toEqual([]);
    expect(routes.filter((key) => /\/api\/(users|session|tokens|setup)/.test(key))).toEqual([]);
  });

  test('a token of the administrator with every scope reaches neither accounts, tokens nor set-up', async () => {
    const { secret } = await create(site.admin, TOKEN_SCOPES);
    const allowed = new Set(Object.values(ROUTES_OF_SCOPE).flat());
    const wrong: string[] = [];
    for (const [key, access] of Object.entries(ACCESS)) {
      if (access === 'public' || key === 'GET /api/live') continue;
      const [method, path] = key.split(' ') as ['GET', string];
      const url = path.replaceAll(/:\w+/g, 'none').replace('*', 'none.mp4');
      const { status, code } = await call(secret, url, method);
      if ((code === 'FORBIDDEN') === allowed.has(key) || status === 401) wrong.push(`${key}: ${status} ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  test.each(TOKEN_SCOPES)('scope %s opens its own routes and no others', async (scope) => {
    const { secret } = await create(site.admin, [scope]);
    const allowed = new Set(ROUTES_OF_SCOPE[scope]);
    const wrong: string[] = [];
    for (const key of Object.values(ROUTES_OF_SCOPE).flat()) {
      if (key === 'GET /api/live') continue;
      const [method, path] = key.split(' ') as ['GET', string];
      const { code } = await call(secret, path.replaceAll(/:\w+/g, 'none').replace('*', 'none.mp4'), method);
      if ((code === 'FORBIDDEN') === allowed.has(key)) wrong.push(`${key}: ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  test('it sees what its account sees, and no more', async () => {
    const { secret } = await create(officer, ['cases:read', 'audit:read']);
    const { answer } = await call(secret, '/api/cases');
    expect(answer.json<{ cases: { id: string }[] }>().cases.map(({ id }) => id)).toEqual(['north-1']);
    expect((await call(secret, '/api/cases/south-1')).code).toBe('CASE_NOT_FOUND');
    // The scope says yes, the role says no.
    expect((await call(secret, '/api/audit')).code).toBe('FORBIDDEN');
  });

  test('it decides without a CSRF token, and the decision is its account’s', async () => {
    const { secret } = await create(officer, ['cases:decide']);
    expect((await call(secret, '/api/cases/north-1/claim', 'POST')).status).toBe(200);
    const decided = await call(secret, '/api/cases/north-1/verdict', 'POST', { verdict: 'confirmed' });
    expect(decided.answer.json<{ verdict: { by: string } }>().verdict.by).toBe('lan');
  });

  test('a program says what it looks at passages for, and the audit keeps it', async () => {
    const { secret } = await create(officer, ['passages:read']);
    expect((await call(secret, '/api/passages/search', 'POST', {})).code).toBe('REQUEST_INVALID');
    const purpose = 'hit and run on Tran Phu';
    expect((await call(secret, '/api/passages/search', 'POST', { purpose })).status).toBe(200);
    const passage = '/api/passages/0123456789abcdef0123456789';
    expect((await call(secret, passage)).code).toBe('REQUEST_INVALID');
    const asked = await site.app.inject({
      url: passage,
      headers: { authorization: `Bearer ${secret}`, 'x-watchpost-purpose': purpose },
    });
    expect(asked.statusCode).toBe(404);
    expect((await officer.get(passage)).statusCode).toBe(404);
    const { rows } = (await site.admin.get('/api/audit?action=passages.searched')).json<{
      rows: { detail: string }[];
    }>();
    expect(rows.map(({ detail }) => (JSON.parse(detail) as { purpose: string }).purpose)).toEqual([purpose]);
    // What a role may not do, no scope allows.
    const ranger = await site.person('kiem', 'ranger');
    const barred = await create(ranger, ['passages:read']);
    expect((await call(barred.secret, '/api/passages/search', 'POST', { purpose })).code).toBe('FORBIDDEN');
  });

  test('a cookie beside a token adds nothing to it', async () => {
    const { secret } = await create(officer, ['statistics:read']);
    const answer = await site.app.inject({
      url: '/api/cases',
      headers: { authorization: `Bearer ${secret}`, cookie: officer.cookie },
    });
    expect(answer.statusCode).toBe(403);
  });
});

describe('the life of a token', () => {
  const list = async (person: Person): Promise<ApiToken[]> =>
    (await person.get('/api/tokens')).json<{ tokens: ApiToken[] }>().tokens;

  test('is shown once and kept as a hash', async () => {
    const { secret, token } = await create(officer, ['cases:read']);
    expect(secret).toMatch(/^wpt_[\w-]{43}$/);
    expect((await officer.get('/api/tokens')).body).not.toContain(secret);
    const files = ['watchpost.db', 'watchpost.db-wal'].map((name) =>
      readFile(join(site.dataDir, name)).catch(() => Buffer.alloc(0)),
    );
    const bytes = Buffer.concat(await Promise.all(files));
    expect([bytes.includes(token.id), bytes.includes(secret)]).toEqual([true, false]);
  });

  test('ends when it expires', async () => {
    const { secret } = await create(officer, ['cases:read'], 1);
    expect((await call(secret, '/api/cases')).status).toBe(200);
    site.clock.at += 24 * 3_600_000;
    expect((await call(secret, '/api/cases')).code).toBe('AUTH_REQUIRED');
    site.clock.at -= 24 * 3_600_000;
  });

  test('its last use is shown, and stands in the audit once an hour', async () => {
    const { secret, token } = await create(officer, ['cases:read']);
    for (const minutes of [0, 5, 30, 70]) {
      site.clock.at += minutes * 60_000;
      expect((await call(secret, '/api/cases')).status).toBe(200);
    }
    expect((await list(officer)).find(({ id }) => id === token.id)?.lastUsedAt).toBe(site.clock.at);
    const { rows } = (await site.admin.get(`/api/audit?target=${token.id}`)).json<{ rows: { action: string }[] }>();
    expect(rows.map(({ action }) => action)).toEqual(['token.used', 'token.used', 'token.created']);
  });

  test('is revoked by its owner or an administrator, and by nobody else', async () => {
    const other = await site.person('binh', 'officer');
    const [mine, theirs] = [await create(officer, ['cases:read']), await create(officer, ['cases:read'])];
    expect((await list(other)).map(({ username }) => username)).toEqual([]);
    expect((await other.call('DELETE', `/api/tokens/${mine.token.id}`)).statusCode).toBe(404);
    expect((await officer.call('DELETE', `/api/tokens/${mine.token.id}`)).statusCode).toBe(200);
    expect((await site.admin.call('DELETE', `/api/tokens/${theirs.token.id}`)).statusCode).toBe(200);
    for (const { secret } of [mine, theirs]) expect((await call(secret, '/api/cases')).code).toBe('AUTH_REQUIRED');
    expect((await list(site.admin)).find(({ id }) => id === mine.token.id)?.revokedAt).not.toBeNull();
  });

  test('ends with its account: disabled, or given a new password by the administrator', async () => {
    const dung = await site.person('dung', 'officer');
    const first = await create(dung, ['cases:read']);
    await site.admin.call('PATCH', '/api/users/dung', { disabled: true });
    expect((await call(first.secret, '/api/cases')).code).toBe('AUTH_REQUIRED');
    await site.admin.call('PATCH', '/api/users/dung', { disabled: false });
    expect((await call(first.secret, '/api/cases')).status).toBe(200);
    await site.admin.call('PATCH', '/api/users/dung', { resetPassword: true });
    expect((await call(first.secret, '/api/cases')).code).toBe('AUTH_REQUIRED');
  });

  test.each(['', 'wpt_', 'wpt_guess', 'x', ' ', 'wpt_\u00e9'])('"%s" is no token', async (secret) => {
    expect((await call(secret, '/api/cases')).code).toBe('AUTH_REQUIRED');
  });
});
