import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConfirmedSecondFactor, NewSecondFactor, Session } from '../../api/contract/session.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { appCode, fromBase32 } from './app-code.ts';
import { CONFIG, openSite, PASSWORD, type Person, type Site } from './api-harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ config: parseConfig(`${CONFIG}accounts: { secondFactorRoles: [supervisor] }\n`) });
});
afterAll(() => site.close());

const codeNow = (secret: string): string => appCode(secret, site.clock.at);

let address = 0;
const attempt = async (username: string, extra: { code?: string; password?: string } = {}) => {
  const answer = await site.app.inject({
    method: 'POST',
    url: '/api/session',
    remoteAddress: `203.0.113.${++address % 250}`,
    payload: { username, password: PASSWORD, ...extra },
  });
  return { status: answer.statusCode, code: answer.json<{ code?: string }>().code ?? 'in', answer };
};
const enrol = async (person: Person): Promise<{ secret: string; recoveryCodes: string[] }> => {
  const begun = await person.call('POST', '/api/session/second-factor', { password: PASSWORD });
  const { secret } = begun.json<NewSecondFactor>();
  const confirmed = await person.call('POST', '/api/session/second-factor/confirm', { code: codeNow(secret) });
  expect([confirmed.statusCode, confirmed.body.length > 0]).toEqual([200, true]);
  return { secret, recoveryCodes: confirmed.json<ConfirmedSecondFactor>().recoveryCodes };
};
const wrongFor = (secret: string): string => (codeNow(secret) === '000000' ? '000001' : '000000');

describe('a second step at log-in', () => {
  test('is asked for once it is confirmed, and not before', async () => {
    const lan = await site.person('lan', 'officer');
    const begun = await lan.call('POST', '/api/session/second-factor', { password: PASSWORD });
    const { secret, uri } = begun.json<NewSecondFactor>();
    expect(uri).toBe(`otpauth://totp/Test%20city:lan?secret=${secret}&issuer=Test%20city`);
    expect((await attempt('lan')).code).toBe('in');
    const wrong = await lan.call('POST', '/api/session/second-factor/confirm', { code: wrongFor(secret) });
    expect([wrong.statusCode, wrong.json<{ code: string }>().code]).toEqual([401, 'AUTH_CODE_WRONG']);
    await lan.call('POST', '/api/session/second-factor/confirm', { code: codeNow(secret) });
    expect((await lan.get('/api/session')).json<Session>().secondFactor).toBe('on');
    expect(await attempt('lan')).toMatchObject({ status: 401, code: 'AUTH_CODE_REQUIRED' });
    expect((await attempt('lan', { password: 'wrong' })).code).toBe('AUTH_FAILED');
    site.clock.at += 30_000;
    expect((await attempt('lan', { code: codeNow(secret) })).code).toBe('in');
  });

  test('takes no code twice, not even when it is sent twice at once', async () => {
    const { secret } = await enrol(await site.person('binh', 'officer'));
    expect((await attempt('binh', { code: codeNow(secret) })).code).toBe('AUTH_CODE_WRONG');
    site.clock.at += 30_000;
    const code = codeNow(secret);
    const both = await Promise.all([attempt('binh', { code }), attempt('binh', { code })]);
    expect(both.map((one) => one.code).sort()).toEqual(['AUTH_CODE_WRONG', 'in']);
    expect((await attempt('binh', { code })).code).toBe('AUTH_CODE_WRONG');
  });

  test('locks the account after five wrong codes', async () => {
    const { secret } = await enrol(await site.person('cuong', 'officer'));
    site.clock.at += 60_000;
    for (let count = 0; count < 5; count++)
      expect((await attempt('cuong', { code: wrongFor(secret) })).code).toBe('AUTH_CODE_WRONG');
    expect(await attempt('cuong', { code: codeNow(secret) })).toMatchObject({ status: 429, code: 'AUTH_LOCKED' });
    site.clock.at += 5 * 60_000 + 1;
    expect((await attempt('cuong', { code: codeNow(secret) })).code).toBe('in');
  });

  test('can be passed with a recovery code, each of them once', async () => {
    const { recoveryCodes } = await enrol(await site.person('dung', 'officer'));
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = '', second = ''] = recoveryCodes;
    expect((await attempt('dung', { code: first.toUpperCase().replace('-', ' ') })).code).toBe('in');
    expect((await attempt('dung', { code: first })).code).toBe('AUTH_CODE_WRONG');
    expect((await attempt('dung', { code: second })).code).toBe('in');
    const { rows } = (await site.admin.get('/api/audit?action=session.login_by_recovery_code&actor=dung')).json<{
      rows: unknown[];
    }>();
    expect(rows).toHaveLength(2);
  });

  test('ends the other sessions when it is switched on, and is switched off with the password alone known', async () => {
    const here = await site.person('em', 'officer');
    const there = String((await attempt('em')).answer.headers['set-cookie']).split(';')[0]!;
    const { secret } = await enrol(here);
    expect((await site.app.inject({ url: '/api/session', headers: { cookie: there } })).statusCode).toBe(401);
    const refused = await here.call('POST', '/api/session/second-factor/off', { password: 'wrong' });
    expect(refused.json<{ code: string }>().code).toBe('AUTH_FAILED');
    const again = await here.call('POST', '/api/session/second-factor', { password: PASSWORD });
    expect(again.statusCode).toBe(400);
    const off = await here.call('POST', '/api/session/second-factor/off', { password: PASSWORD });
    expect(off.json<Session>().secondFactor).toBe('off');
    expect((await attempt('em')).code).toBe('in');
    expect(secret).toHaveLength(32);
  });

  test('is reset by the administrator, which ends the sessions', async () => {
    const giang = await site.person('giang', 'officer');
    await enrol(giang);
    const reset = await site.admin.call('PATCH', '/api/users/giang', { resetSecondFactor: true });
    expect(reset.json<{ user: { secondFactor: boolean } }>().user.secondFactor).toBe(false);
    expect((await giang.get('/api/session')).statusCode).toBe(401);
    expect((await attempt('giang')).code).toBe('in');
  });

  test('comes first where the role needs it', async () => {
    const boss = await site.person('hanh', 'supervisor');
    expect((await boss.get('/api/session')).json<Session>().secondFactor).toBe('required');
    expect((await boss.get('/api/cases')).json<{ code: string }>().code).toBe('SECOND_FACTOR_REQUIRED');
    await enrol(boss);
    expect((await boss.get('/api/cases')).statusCode).toBe(200);
    await boss.call('POST', '/api/session/second-factor/off', { password: PASSWORD });
    expect((await boss.get('/api/cases')).json<{ code: string }>().code).toBe('SECOND_FACTOR_REQUIRED');
  });

  test('leaves neither secret nor recovery codes readable in the database', async () => {
    const { secret, recoveryCodes } = await enrol(await site.person('khoa', 'officer'));
    const files = await Promise.all(
      ['watchpost.db', 'watchpost.db-wal'].map((name) =>
        readFile(join(site.dataDir, name)).catch(() => Buffer.alloc(0)),
      ),
    );
    const bytes = Buffer.concat(files);
    expect(bytes.includes('session.second_factor_on')).toBe(true);
    for (const one of [secret, fromBase32(secret), fromBase32(secret).toString('base64'), ...recoveryCodes])
      expect(bytes.includes(one)).toBe(false);
  });
});
