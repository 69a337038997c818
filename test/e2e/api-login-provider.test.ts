import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { ProviderLogOut, Session } from '../../api/contract/session.ts';
import type { User } from '../../api/contract/users.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { type FakeLoginProvider, startLoginProvider } from '../fakes/login-provider.ts';
import { freePort } from '../minio.ts';
import { CONFIG, logIn, openSite, PASSWORD, Person, type Site } from './api-harness.ts';

const SITE = 'https://watchpost.test';
const SECRET = 'a secret of this test, long enough';
const oidcConfig = (issuer: string, extra = ''): string => `${CONFIG}
accounts:
  secondFactorRoles: [officer]
  oidc:
    name: City accounts
    issuer: ${issuer}
    clientId: watchpost
    clientSecret: ${SECRET}
    siteUrl: ${SITE}
    roles:
      - { value: wp-admins, role: admin }
      - { value: wp-officers, role: officer }
      - { value: wp-viewers, role: viewer }
    cameraGroups:
      - { value: north-unit, group: north }
    ${extra}
`;

/** A browser with its cookies; the site is asked in this process, the provider over HTTP. */
class Browser {
  readonly #site: Site;
  readonly #cookies = new Map<string, Map<string, string>>();
  constructor(site: Site) {
    this.#site = site;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(SITE)?.get(name);
  }

  /** Follows redirects to the last address, or to the first that begins with `until`. */
  async open(url: string, until?: string): Promise<{ url: string; status: number; body: string }> {
    for (let hop = 0; hop < 12; hop++) {
      const { origin, pathname, search } = new URL(url);
      const jar = this.#cookies.get(origin) ?? new Map<string, string>();
      this.#cookies.set(origin, jar);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer =
        origin === SITE
          ? fromInjected(await this.#site.app.inject({ method: 'GET', url: pathname + search, headers: { cookie } }))
          : await fromFetch(url, cookie);
      for (const line of answer.setCookies) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      if (answer.location === null) return { url, status: answer.status, body: answer.body };
      url = new URL(answer.location, url).href;
      if (until !== undefined && url.startsWith(until)) return { url, status: answer.status, body: '' };
    }
    throw new Error(`more than 12 redirects, last to ${url}`);
  }

  /** The person behind the session cookie. */
  async person(): Promise<Person> {
    const cookie = `watchpost_session=${this.cookie('watchpost_session') ?? ''}`;
    const answer = await this.#site.app.inject({ method: 'GET', url: '/api/session', headers: { cookie } });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return new Person(this.#site.app, cookie, answer.json<Session>().csrfToken);
  }
}

type Answer = { status: number; location: string | null; setCookies: readonly string[]; body: string };
const fromInjected = ({ statusCode, headers, body }: LightMyRequestResponse): Answer => ({
  status: statusCode,
  location: headers.location ?? null,
  setCookies: [headers['set-cookie'] ?? []].flat(),
  body,
});
const fromFetch = async (url: string, cookie: string): Promise<Answer> => {
  const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
  return {
    status: answer.status,
    location: answer.headers.get('location'),
    setCookies: answer.headers.getSetCookie(),
    body: await answer.text(),
  };
};

let provider: FakeLoginProvider;
let site: Site;
beforeAll(async () => {
  provider = await startLoginProvider({
    ...{ clientId: 'watchpost', clientSecret: SECRET, siteUrl: SITE, groupsIn: 'token' },
  });
  site = await openSite({ config: parseConfig(oidcConfig(provider.issuer)) });
});
afterAll(async () => {
  await site.close();
  await provider.stop();
});

const arrive = async (sub: string | null, path = ''): Promise<{ browser: Browser; url: string }> => {
  provider.atBrowser = sub;
  const browser = new Browser(site);
  const { url } = await browser.open(`${SITE}/api/session/oidc${path}`);
  return { browser, url };
};
/** Logged in anew: this file moves the clock by days. */
const admin = (): Promise<Person> => logIn(site.app, 'admin', PASSWORD);
const audited = async (action: string): Promise<AuditList['rows']> =>
  (await (await admin()).get(`/api/audit?action=${action}`)).json<AuditList>().rows;
const userOf = async (username: string): Promise<User | undefined> =>
  (await (await admin()).get('/api/users')).json<{ users: User[] }>().users.find((user) => user.username === username);

describe('log-in at an OpenID Connect provider', () => {
  test('the log-in page is told of the provider, without any of its secrets', async () => {
    const answer = await site.app.inject('/api/session/ways');
    expect(answer.json()).toEqual({ provider: 'City accounts' });
  });

  test('a person of the provider gets an account with the role and camera groups of the claims, and an audit row', async () => {
    provider.people.set('7', {
      claims: { preferred_username: 'Lan.Nguyễn', name: 'Nguyễn Thị Lan', groups: ['wp-officers', 'north-unit'] },
    });
    const { browser, url } = await arrive('7', '?next=/cases/one?tab=2');
    expect(url).toBe(`${SITE}/cases/one?tab=2`);
    const lan = await browser.person();
    const session = (await lan.get('/api/session')).json<Session>();
    // The role must have a second step here; at the provider it is the provider's matter.
    expect(session).toMatchObject({ username: 'lan.nguyen', role: 'officer', byProvider: true, secondFactor: 'off' });
    const cameras = (await lan.get('/api/cameras')).json<{ id: string }[]>();
    expect(cameras.map(({ id }) => id)).toEqual(['gate']);
    expect(await userOf('lan.nguyen')).toMatchObject({
      displayName: 'Nguyễn Thị Lan',
      groups: ['north'],
      byProvider: true,
    });
    expect(await audited('session.login_by_provider')).toMatchObject([{ actor: 'lan.nguyen' }]);
    const again = await arrive('7');
    expect((await (await again.browser.person()).get('/api/session')).json<Session>().username).toBe('lan.nguyen');
    expect((await audited('user.created')).filter(({ target }) => target === 'lan.nguyen')).toHaveLength(1);
  });

  test('a session cookie is strict and hidden from scripts, and what the log-in needed is gone', async () => {
    const { browser } = await arrive('7');
    expect(browser.cookie('watchpost_login')).toBeUndefined();
    provider.atBrowser = '7';
    const started = await site.app.inject('/api/session/oidc');
    const [pending] = [started.headers['set-cookie']].flat();
    expect(pending).toMatch(/^watchpost_login=[^;]+;.*HttpOnly.*SameSite=Lax/);
    const asked = new URL(String(started.headers.location));
    expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
    expect(asked.searchParams.get('response_type')).toBe('code');
    expect(asked.searchParams.get('nonce')).toMatch(/.{40}/);
  });

  test('nobody without a role gets in, and the page is told why', async () => {
    provider.people.set('8', { claims: { preferred_username: 'minh', groups: ['somebody-else'] } });
    expect((await arrive('8')).url).toBe(`${SITE}/?login=AUTH_NO_ROLE`);
    expect(await userOf('minh')).toBeUndefined();
    expect((await audited('session.provider_refused'))[0]).toMatchObject({ actor: 'system' });
  });

  test('nobody takes a local account over by having its name at the provider', async () => {
    provider.people.set('9', { claims: { preferred_username: 'Admin', groups: ['wp-admins'] } });
    expect((await arrive('9')).url).toBe(`${SITE}/?login=AUTH_NAME_TAKEN`);
  });

  test('two people of the provider with one name are two, also when one was renamed to it', async () => {
    provider.people.set('10', { claims: { preferred_username: 'lan.nguyen', groups: ['wp-viewers'] } });
    expect((await arrive('10')).url).toBe(`${SITE}/?login=AUTH_NAME_TAKEN`);
    provider.people.get('7')!.claims['preferred_username'] = 'lan.tran';
    const { browser } = await arrive('7');
    expect((await (await browser.person()).get('/api/session')).json<Session>().username).toBe('lan.nguyen');
  });

  test('an answer without the cookie of its log-in, with another state, or sent twice opens nothing', async () => {
    provider.atBrowser = '7';
    const browser = new Browser(site);
    const { url } = await browser.open(`${SITE}/api/session/oidc`, `${SITE}/api/session/oidc/callback`);
    expect((await new Browser(site).open(url)).url).toBe(`${SITE}/?login=AUTH_PROVIDER_REFUSED`);
    const forged = new URL(url);
    forged.searchParams.set('state', 'x'.repeat(43));
    expect((await browser.open(forged.href)).url).toBe(`${SITE}/?login=AUTH_PROVIDER_REFUSED`);
    expect((await browser.open(url)).url).toBe(`${SITE}/?login=AUTH_PROVIDER_REFUSED`);
    expect(browser.cookie('watchpost_session')).toBeUndefined();
  });

  test('an answer ten minutes later opens nothing', async () => {
    provider.atBrowser = '7';
    const browser = new Browser(site);
    const { url } = await browser.open(`${SITE}/api/session/oidc`, `${SITE}/api/session/oidc/callback`);
    site.clock.at += 10 * 60_000 + 1;
    expect((await browser.open(url)).url).toBe(`${SITE}/?login=AUTH_PROVIDER_REFUSED`);
  });

  test('going back at the provider comes back to the log-in page', async () => {
    expect((await arrive(null)).url).toBe(`${SITE}/?login=AUTH_PROVIDER_REFUSED`);
  });

  test.each(['//elsewhere.test/', '/\\elsewhere.test', 'https://elsewhere.test/', '/a\nb'])(
    'log-in never ends at another site (%j)',
    async (next) => {
      expect((await arrive('7', `?next=${encodeURIComponent(next)}`)).url).toBe(`${SITE}/`);
    },
  );

  test('an account that the provider closed is out within the time between two checks', async () => {
    provider.people.set('11', { claims: { preferred_username: 'dung', groups: ['wp-viewers'] } });
    const dung = await (await arrive('11')).browser.person();
    const elsewhere = await (await arrive('11')).browser.person();
    provider.people.get('11')!.disabled = true;
    site.clock.at += 9 * 60_000;
    expect((await dung.get('/api/session')).statusCode).toBe(200);
    site.clock.at += 2 * 60_000;
    expect((await dung.get('/api/session')).statusCode).toBe(401);
    expect((await elsewhere.get('/api/session')).statusCode).toBe(401);
    expect(await audited('session.ended_by_provider')).toMatchObject([{ target: 'dung' }]);
    expect((await arrive('11')).url).not.toBe(`${SITE}/`);
  });

  test('rights that changed at the provider hold from the next check on, also when many requests come at once', async () => {
    provider.people.set('12', { claims: { preferred_username: 'em', groups: ['wp-admins'] } });
    const em = await (await arrive('12')).browser.person();
    expect((await em.get('/api/users')).statusCode).toBe(200);
    for (let round = 0; round < 3; round++) {
      provider.people.get('12')!.claims['groups'] = [round % 2 === 0 ? 'wp-viewers' : 'wp-admins'];
      site.clock.at += 11 * 60_000;
      await Promise.all(Array.from({ length: 8 }, () => em.get('/api/session')));
      expect((await em.get('/api/users')).statusCode).toBe(round % 2 === 0 ? 403 : 200);
    }
  });

  test('while the provider is away sessions go on until their end, and local accounts get in', async () => {
    const lan = await (await arrive('7')).browser.person();
    await provider.pause();
    site.clock.at += 20 * 60_000;
    expect((await lan.get('/api/session')).statusCode).toBe(200);
    expect((await (await admin()).get('/api/session')).json<Session>().byProvider).toBe(false);
    await provider.resume();
    for (let hour = 0; hour < 12; hour++) {
      site.clock.at += 3_600_000;
      await lan.get('/api/session');
    }
    expect((await lan.get('/api/session')).statusCode).toBe(401);
  });

  test('log-out ends the session here and names the page that ends it there', async () => {
    const { browser } = await arrive('7');
    const lan = await browser.person();
    const answer = await lan.call('DELETE', '/api/session');
    expect(answer.statusCode).toBe(200);
    const { providerLogOutUrl } = answer.json<ProviderLogOut>();
    const url = new URL(providerLogOutUrl);
    expect(url.origin).toBe(provider.issuer);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${SITE}/`);
    expect((await browser.open(providerLogOutUrl)).status).toBe(200);
    expect((await lan.get('/api/session')).statusCode).toBe(401);
    expect((await (await admin()).call('DELETE', '/api/session')).statusCode).toBe(204);
  });

  test('an account of the provider has no password, no token and no second door', async () => {
    const lan = await (await arrive('7')).browser.person();
    const attempt = await site.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { username: 'lan.nguyen', password: 'provider' },
    });
    expect(attempt.json()).toMatchObject({ code: 'AUTH_FAILED' });
    const token = await lan.call('POST', '/api/tokens', { name: 'x', scopes: ['cases:read'], days: 1 });
    expect(token.statusCode).toBe(403);
    expect((await lan.call('POST', '/api/session/password', { current: 'x', next: 'y' })).statusCode).toBe(400);
    for (const change of [{ role: 'admin' }, { groups: null }, { resetPassword: true }])
      expect((await (await admin()).call('PATCH', '/api/users/lan.nguyen', change)).statusCode).toBe(400);
    expect(await userOf('lan.nguyen')).toMatchObject({ role: 'officer', groups: ['north'] });
  });

  test('an account that is disabled here stays out whatever the provider says', async () => {
    const lan = await (await arrive('7')).browser.person();
    await (await admin()).call('PATCH', '/api/users/lan.nguyen', { disabled: true });
    expect((await lan.get('/api/session')).statusCode).toBe(401);
    expect((await arrive('7')).url).toBe(`${SITE}/?login=AUTH_NO_ROLE`);
    await (await admin()).call('PATCH', '/api/users/lan.nguyen', { disabled: false });
  });

  test('the last local administrator cannot be taken away, though the provider has others', async () => {
    provider.people.set('13', { claims: { preferred_username: 'chief', groups: ['wp-admins'] } });
    const chief = await (await arrive('13')).browser.person();
    const answer = await chief.call('PATCH', '/api/users/admin', { disabled: true });
    expect(answer.json<{ detail: string }>().detail).toContain('local administrator');
  });

  test('after all of this the audit chain is whole', async () => {
    expect((await (await admin()).get('/api/audit/verify')).json()).toMatchObject({ intact: true });
  });
});

test('a public client, groups from the user-info endpoint and no refresh tokens are enough', async () => {
  const people = await startLoginProvider({
    ...{ clientId: 'watchpost', siteUrl: SITE, groupsIn: 'userinfo', refreshTokens: false },
  });
  const config = oidcConfig(people.issuer, 'sessionHours: 1').replace(/ +clientSecret.*\n/, '');
  const other = await openSite({ config: parseConfig(config) });
  try {
    people.people.set('1', { claims: { preferred_username: 'an', groups: ['wp-viewers'] } });
    people.atBrowser = '1';
    const browser = new Browser(other);
    expect((await browser.open(`${SITE}/api/session/oidc`)).url).toBe(`${SITE}/`);
    const an = await browser.person();
    other.clock.at += 59 * 60_000;
    expect((await an.get('/api/session')).json<Session>().role).toBe('viewer');
    other.clock.at += 2 * 60_000;
    expect((await an.get('/api/session')).statusCode).toBe(401);
  } finally {
    await other.close();
    await people.stop();
  }
});

test('a site starts without its provider, and says so to whoever wants to log in there', async () => {
  const config = oidcConfig(`http://127.0.0.1:${await freePort()}`);
  const alone = await openSite({ config: parseConfig(config) });
  try {
    const answer = await alone.app.inject('/api/session/oidc');
    expect(answer.headers.location).toBe(`${SITE}/?login=AUTH_PROVIDER_UNAVAILABLE`);
  } finally {
    await alone.close();
  }
});

test('without a provider in the configuration there is none to log in at', async () => {
  const plain = await openSite();
  try {
    expect((await plain.app.inject('/api/session/ways')).json()).toEqual({ provider: null });
    expect((await plain.app.inject('/api/session/oidc')).statusCode).toBe(404);
  } finally {
    await plain.close();
  }
});
