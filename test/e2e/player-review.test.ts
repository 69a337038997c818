import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, sealCase, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';

const CASES = ['case-one', 'case-two', 'case-three', 'case-four'];

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)(`review by keyboard${why}`, () => {
  let site: Site;
  let officer: Person;
  let browser: Browser;
  let opened: OpenedPage;
  let base: string;
  let playerDir: string;

  const stateOf = async (id: string): Promise<string> =>
    (await officer.get(`/api/cases/${id}`)).json<{ state: string }>().state;
  const selected = (): Promise<string | null> => opened.page.locator('.queue [aria-current]').getAttribute('data-case');
  /** Keys decide only once the case is held; the page says until when. */
  const held = (): Promise<unknown> => opened.page.waitForSelector('.verdict[data-verdict=confirmed]:enabled');
  const toast = (text: string): Promise<unknown> => opened.page.waitForSelector(`.toast:has-text("${text}")`);

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir });
    officer = await site.person('officer-an', 'officer');
    for (const [index, id] of CASES.entries()) {
      await acceptForTest(
        site,
        await sealCase(site.store, id, {
          triggerAt: site.clock.at - 600_000 + index * 60_000,
          ...(id === 'case-three' ? { camera: 'bridge' } : {}),
        }),
      );
    }
    base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'officer-an', path: '/review' });
    await opened.page.waitForSelector('.queue [aria-current]');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('opening a case claims it', async () => {
    await held();
    expect(await stateOf('case-one')).toBe('claimed');
  });

  test('A confirms and the next case is there', async () => {
    await opened.page.keyboard.press('a');
    await toast('Saved: Confirmed');
    expect(await stateOf('case-one')).toBe('confirmed');
    expect(await opened.page.locator('.queue li').count()).toBe(3);
  });

  test('Z takes the verdict back', async () => {
    await opened.page.keyboard.press('z');
    await toast('Taken back');
    await opened.page.waitForFunction(() => document.querySelectorAll('.queue li').length === 4);
    expect(await stateOf('case-one')).toBe('claimed');
  });

  test('R asks for a reason and 3 gives it', async () => {
    await held();
    await opened.page.keyboard.press('r');
    await opened.page.waitForSelector('.reasons:has-text("Clip and pictures are then erased after 30 days")');
    await opened.page.keyboard.press('3');
    await toast('Rejected – Not clearly visible');
    const { verdict } = (await officer.get('/api/cases/case-one')).json<{ verdict: { reason: string } }>();
    expect(verdict.reason).toBe('not_visible');
  });

  test('Escape leaves the reasons and decides nothing', async () => {
    await held();
    await opened.page.keyboard.press('e');
    await opened.page.waitForSelector('.reasons');
    await opened.page.keyboard.press('Escape');
    await held();
    expect(await stateOf('case-two')).toBe('claimed');
  });

  test('N goes on and the case that was left is free again', async () => {
    expect(await selected()).toBe('case-two');
    await opened.page.keyboard.press('n');
    await expect.poll(selected, { timeout: 10_000 }).toBe('case-three');
    await held();
    await expect.poll(() => stateOf('case-two'), { timeout: 10_000 }).toBe('pending');
  });

  test('a case that somebody else holds cannot be decided, and the page says so', async () => {
    const other = await site.person('officer-binh', 'officer');
    await other.call('POST', '/api/cases/case-four/claim');
    await opened.page.keyboard.press('n');
    await opened.page.waitForSelector('.stage [role=alert]');
    expect(await opened.page.locator('.verdict[data-verdict=confirmed]').isDisabled()).toBe(true);
    await opened.page.keyboard.press('a');
    expect(await stateOf('case-four')).toBe('claimed');
  });

  test('? shows all keys and Escape closes them', async () => {
    await opened.page.keyboard.press('?');
    await opened.page.waitForSelector('dialog[open] .keys');
    await opened.page.keyboard.press('Escape');
    await opened.page.waitForSelector('dialog', { state: 'detached' });
  });

  test('the queue can be narrowed to a place, and says that it is', async () => {
    const { page } = opened;
    await page.getByText('Filter and order').click();
    await page.getByLabel('Camera, place').selectOption('bridge');
    await page.getByText('Filtered: 1 of 3').waitFor();
    expect(await selected()).toBe('case-three');
    await page.getByLabel('Camera, place').selectOption('');
    await expect.poll(() => page.locator('.queue li').count()).toBe(3);
    await page.locator('#case-title').click();
  });

  test('a key is changed, a taken one refused; the choice goes with the account and can be taken back', async () => {
    const { page } = opened;
    const keyOf = (verdict: string) => page.locator(`.verdict[data-verdict=${verdict}] kbd`);
    const change = page.getByRole('button', { name: 'Change the key: Unsure' });
    await page.keyboard.press('?');
    await change.click();
    await page.keyboard.press('a');
    await page.getByText('A is the key of “Confirm').waitFor();
    await page.keyboard.press('x');
    await expect.poll(() => keyOf('unsure').textContent()).toBe('X');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    await page.keyboard.press('k');
    await held();
    await page.keyboard.press('x');
    await toast('Saved: Unsure');

    // As from another machine: nothing of it is kept in the browser.
    const again = await openPage(browser, base, { username: 'officer-an', path: '/review' });
    await again.page.waitForSelector('.queue [aria-current]');
    await again.page.keyboard.press('?');
    await again.page.locator('dialog kbd[data-changed]').filter({ hasText: 'X' }).waitFor();
    await again.page.getByRole('button', { name: 'Back to the defaults' }).click();
    await again.page.locator('dialog kbd[data-changed]').waitFor({ state: 'detached' });
    await again.page.context().close();
    const twice = await officer.call('PUT', '/api/session/keys', { keys: { next: 'a' } });
    expect([twice.statusCode, twice.json<{ code: string }>().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  test('the case that the address names is opened, also when the queue is too long to list it', async () => {
    const { page } = opened;
    await acceptForTest(site, await sealCase(site.store, 'newest'));
    await page.route('**/api/cases?state=open*', async (route) => {
      const response = await route.fetch();
      const list = (await response.json()) as { cases: { id: string }[] };
      await route.fulfill({ response, json: { ...list, cases: list.cases.filter(({ id }) => id !== 'newest') } });
    });
    await page.goto(`${base}/review?case=newest`);
    await held();
    expect(await selected()).toBe('newest');
    expect(await stateOf('newest')).toBe('claimed');
    await page.unrouteAll({ behavior: 'wait' });
  });

  test('every page opens without an error of its scripts', async () => {
    for (const path of ['/', '/cases', '/cases/case-one', '/health', '/cameras/gate', '/password', '/nowhere']) {
      await opened.page.goto(base + path);
      await opened.page.waitForSelector('h1, .notice');
    }
    expect(opened.errors).toEqual([]);
  });

  test('no page asks anybody but our own server', () => {
    const elsewhere = opened.requests.filter((url) => !url.startsWith(base) && !url.startsWith('blob:'));
    expect(elsewhere).toEqual([]);
  });

  test('a viewer sees the wall but no cases', async () => {
    await site.person('viewer-chi', 'viewer');
    const { page } = await openPage(browser, base, { username: 'viewer-chi', path: '/' });
    const entries = await page.locator('.rail nav a').allTextContents();
    expect(entries).toEqual(['Live', 'Statistics', 'Health']);
    await page.context().close();
  });
});
