import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { type FakeLoginProvider, startLoginProvider } from '../fakes/login-provider.ts';
import { freePort } from '../minio.ts';
import { CONFIG, openSite, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)(`log-in at a provider in the browser${why}`, () => {
  let provider: FakeLoginProvider;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let base: string;
  let playerDir: string;

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    provider = await startLoginProvider({ clientId: 'watchpost', siteUrl: base, groupsIn: 'token' });
    provider.people.set('1', { claims: { preferred_username: 'lan', groups: ['wp-officers'] } });
    provider.people.set('2', { claims: { preferred_username: 'minh', groups: [] } });
    const accounts = `accounts: { oidc: { name: City accounts, issuer: "${provider.issuer}", clientId: watchpost,
  siteUrl: "${base}", roles: [{ value: wp-officers, role: officer }] } }\n`;
    site = await openSite({ playerDir, config: parseConfig(CONFIG + accounts) });
    await site.app.listen({ host: '127.0.0.1', port });
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    await context.addInitScript(() =>
      localStorage.setItem('watchpost.preferences', sessionStorage.getItem('look') ?? '{"language":"en"}'),
    );
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
    await provider.stop();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('the log-in page with the button is accessible and fits an office screen and a phone', async () => {
    await page.goto(base);
    const looks = await lookAt(page, '/', 'a[href^="/api/session/oidc"]', 'login-provider');
    expect(looks).toEqual(clean(looks));
  }, 90_000);

  test('whoever has no role there reads why, in the own language, and once', async () => {
    provider.atBrowser = '2';
    await page.goto(`${base}/`);
    await page.getByRole('link', { name: 'Log in with City accounts' }).click();
    await page.getByRole('alert').getByText('has no role here').waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.reload();
    await page.getByRole('link', { name: 'Log in with City accounts' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('an officer gets by keyboard to the page that was asked for, finds no password there, and logs out', async () => {
    // The provider remembers who was there last.
    await page.context().clearCookies();
    provider.atBrowser = '1';
    await page.goto(`${base}/password`);
    await page.getByRole('link', { name: 'Log in with City accounts' }).press('Enter');
    await page.getByText('Password and second step are changed there').waitFor();
    expect(new URL(page.url()).pathname).toBe('/password');
    expect(await page.locator('input[type=password]').count()).toBe(0);
    await page.getByRole('button', { name: /lan/ }).click();
    await page.getByText('Log out').click();
    // The provider asks once more whether its own session shall end, too.
    await page.waitForURL((url) => url.origin === provider.issuer);
    await page.getByRole('button', { name: /Yes, sign me out/i }).click();
    await page.waitForURL(`${base}/**`);
    await page.getByRole('link', { name: 'Log in with City accounts' }).waitFor();
  });
});
