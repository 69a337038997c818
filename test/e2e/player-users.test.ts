import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserList } from '../../api/contract/users.ts';
import { logIn, openSite, PASSWORD, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { appCode } from './app-code.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)(`accounts in the browser${why}`, () => {
  let site: Site;
  let browser: Browser;
  let opened: OpenedPage;
  let base: string;
  let playerDir: string;
  let password: string;

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir });
    await site.person('officer-an', 'officer', ['north']);
    base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/users' });
    await opened.page.waitForSelector('tbody tr');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  const users = async () => (await site.admin.get('/api/users')).json<UserList>().users;

  test('a new account is made by keyboard, and its password is shown once', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'New account' }).press('Enter');
    await page.getByLabel('User name').fill('officer-binh');
    await page.getByLabel('Full name').fill('Trần Bình');
    await page.getByLabel('Role').selectOption('officer');
    await page.getByLabel('All cameras').uncheck();
    await page.getByLabel('north', { exact: true }).check();
    await page.keyboard.press('Enter');
    password = await page.locator('.one-time code').innerText();
    await page.keyboard.press('Escape');
    expect(await page.locator('.one-time').count()).toBe(1);
    await page.getByRole('button', { name: 'I have noted it' }).click();
    await page.locator('tr', { hasText: 'officer-binh' }).getByText('Must choose a password').waitFor();
    expect(await page.content()).not.toContain(password);
    expect((await users()).find(({ username }) => username === 'officer-binh')).toMatchObject({
      displayName: 'Trần Bình',
      role: 'officer',
      groups: ['north'],
    });
    expect((await logIn(site.app, 'officer-binh', password)).csrfToken).not.toBe('');
  });

  test('a name that is taken is refused with the reason, and what was typed stays', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'New account' }).click();
    await page.getByLabel('User name').fill('officer-binh');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.locator('dialog [role=alert]', { hasText: 'exists already' }).waitFor();
    expect(await page.getByLabel('User name').inputValue()).toBe('officer-binh');
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  });

  test('a new password ends the old one, and disabling ends the access; both are in the audit', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Change account officer-binh' }).click();
    await page.getByRole('button', { name: 'Give a new password' }).click();
    const second = await page.locator('.one-time code').innerText();
    await page.getByRole('button', { name: 'I have noted it' }).click();
    await expect(logIn(site.app, 'officer-binh', password)).rejects.toThrow('AUTH_FAILED');
    await page.getByRole('button', { name: 'Change account officer-binh' }).click();
    await page.getByLabel('Disable the account').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('tr', { hasText: 'officer-binh' }).getByText('Disabled').waitFor();
    await expect(logIn(site.app, 'officer-binh', second)).rejects.toThrow('AUTH_FAILED');
    const { rows } = (await site.admin.get('/api/audit?action=user.changed')).json<{
      rows: { target: string; detail: string }[];
    }>();
    expect(
      rows
        .filter(({ target }) => target === 'officer-binh')
        .map(({ detail }) => Object.keys(JSON.parse(detail) as object)),
    ).toEqual([expect.arrayContaining(['disabled']), ['resetPassword']]);
  });

  test('nobody disables the own account by mistake', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Change account admin' }).click();
    expect(await page.getByLabel('Disable the account').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  test('an officer is told that the page is not for them', async () => {
    const { page } = await openPage(browser, base, { username: 'officer-an', path: '/users' });
    await page.getByText('No permission').waitFor();
    expect(await page.locator('.rail nav a', { hasText: 'Users' }).count()).toBe(0);
    await page.context().close();
  });

  test('an officer sets up the second step, and logs in with the app and with a recovery code', async () => {
    const { page, errors } = await openPage(browser, base, { username: 'officer-an', path: '/password' });
    await page.getByLabel('Your password, to be sure that it is you').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    const secret = (await page.locator('code.secret').innerText()).replaceAll(' ', '');
    await page.getByLabel('Code of the app').fill(appCode(secret, site.clock.at));
    await page.keyboard.press('Enter');
    await page.locator('.recovery-codes code').first().waitFor();
    const codes = await page.locator('.recovery-codes code').allInnerTexts();
    expect(codes).toHaveLength(10);
    await page.getByRole('button', { name: 'I have noted it' }).click();
    await page.getByText('The second step is on: log-in asks for a code of your app.').waitFor();

    const logInWith = async (code: string): Promise<void> => {
      await page.locator('.account-button').click();
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.fill('input[autocomplete=username]', 'officer-an');
      await page.fill('input[autocomplete=current-password]', PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByLabel('Code of the app').fill(code);
      await page.keyboard.press('Enter');
    };
    await logInWith(appCode(secret, site.clock.at));
    await page.locator('[role=alert]', { hasText: 'used already' }).waitFor();
    site.clock.at += 30_000;
    await page.getByLabel('Code of the app').fill(appCode(secret, site.clock.at));
    await page.keyboard.press('Enter');
    await page.waitForSelector('.shell');
    await logInWith(codes[0] ?? '');
    await page.waitForSelector('.shell');
    expect(errors).toEqual([]);
    await page.context().close();

    await opened.page.reload();
    await opened.page.getByRole('button', { name: 'Change account officer-an' }).click();
    await opened.page.getByRole('button', { name: 'Reset the second step' }).click();
    await opened.page.locator('dialog').waitFor({ state: 'detached' });
    expect((await users()).find(({ username }) => username === 'officer-an')?.secondFactor).toBe(false);
  });

  test('a token for a program is made, shown once, and revoked', async () => {
    const { page, errors } = await openPage(browser, base, { username: 'officer-an', path: '/password' });
    await page.getByLabel('What it is for').fill('nightly copy');
    await page.getByLabel('read cases and evidence').check();
    await page.getByRole('button', { name: 'Make a token' }).click();
    const secret = await page.locator('.one-time code').innerText();
    const ask = async (): Promise<number> =>
      (await fetch(`${base}/api/cases`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await ask()).toBe(200);
    await page.getByRole('button', { name: 'I have noted it' }).click();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke token nightly copy' }).click();
    await page.getByText('revoked').waitFor();
    expect(await ask()).toBe(401);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('the page is accessible and fits an office screen and a phone, in both languages', async () => {
    const looks = await lookAt(opened.page, '/users', 'tbody tr', 'users');
    const account = await lookAt(opened.page, '/password', '.second-factor', 'account');
    expect(account).toEqual(clean(account));
    expect(looks).toEqual(clean(looks));
    expect(opened.errors).toEqual([]);
  });
});
