import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { translate } from '../../player/i18n/translate.ts';
import type { MessageKey } from '../../player/i18n/vi.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, sealCase, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

/** Pages that have no test file in which their looks are checked. */
const PAGES = [
  { name: 'review', path: '/review', wait: '.verdict' },
  { name: 'cases', path: '/cases', wait: 'tbody tr' },
  { name: 'case', path: '/cases/one', wait: '[data-status]' },
  { name: 'camera', path: '/cameras/gate', wait: 'main h1' },
  { name: 'fire', path: '/fire', wait: 'main h1' },
  { name: 'health', path: '/health', wait: 'tbody tr' },
  { name: 'audit', path: '/audit', wait: 'tbody tr' },
] as const;

/** Every page, with what it says where there is nothing to show. */
const STATES: readonly { path: string; empty: MessageKey | null; refreshes?: true; waitsForData?: false }[] = [
  { path: '/', empty: 'firstRun.title', refreshes: true },
  { path: '/cameras/gate', empty: 'state.notFound', refreshes: true },
  { path: '/review', empty: 'review.empty', refreshes: true },
  // Does not change under who ticks its rows: it says that there is news.
  { path: '/cases', empty: 'cases.empty' },
  { path: '/cases/one', empty: 'state.notFound' },
  { path: '/fire', empty: 'fire.none', refreshes: true },
  // A form that works before its list of cameras is there.
  { path: '/plates', empty: 'plates.start', waitsForData: false },
  { path: '/statistics', empty: 'statistics.flowEmpty' },
  { path: '/quality', empty: 'quality.empty' },
  { path: '/health', empty: 'wall.empty', refreshes: true },
  // The log-in that looks is in it, and so is whoever looks.
  { path: '/audit', empty: null },
  { path: '/users', empty: null },
  { path: '/setup', empty: 'wall.empty' },
  { path: '/setup/gate', empty: 'state.notFound' },
  { path: '/password', empty: 'tokens.lead' },
];
const MISHAPS = [
  {
    what: 'fails',
    answer: { status: 500, code: 'INTERNAL', detail: 'Something' },
    says: ['error.INTERNAL', 'state.retry'],
  },
  {
    what: 'refuses',
    answer: { status: 403, code: 'FORBIDDEN', detail: 'No' },
    says: ['state.forbidden', 'error.FORBIDDEN'],
  },
  { what: 'cannot be reached', answer: null, says: ['state.unreachable', 'state.retry'] },
  { what: 'does not answer', answer: 'never', says: ['state.loading'] },
] as const;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Another page without a new load, as by a link. */
const goTo = (page: Page, path: string): Promise<void> =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);

/** The API as it can be; the session and the scripts are there. */
const mishap = async (page: Page, answer: (typeof MISHAPS)[number]['answer']): Promise<void> => {
  await page.route(/\/(api\/(?!session|live)|readyz)/, async (route) => {
    if (answer === 'never') return;
    if (answer === null) await route.abort('connectionrefused');
    else await route.fulfill({ status: answer.status, contentType: 'application/problem+json', json: answer });
  });
};

describe.skipIf(!hasChromium)(`looks of the pages${why}`, () => {
  let site: Site;
  let empty: Site;
  let browser: Browser;
  let playerDir: string;
  let opened: OpenedPage;
  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir });
    const configPath = join(playerDir, 'config.yml');
    await writeFile(configPath, 'version: 1\n');
    empty = await openSite({ playerDir, configPath, config: parseConfig('version: 1\n') });
    for (const [index, id] of ['one', 'two'].entries())
      await acceptForTest(
        site,
        await sealCase(site.store, id, { triggerAt: site.clock.at - 600_000 + index * 60_000 }),
      );
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    await site.person('looker', 'admin');
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'looker', path: '/' });
    // A loaded machine takes its time to draw.
    opened.page.setDefaultTimeout(60_000);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
    await empty.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test.each(PAGES)(
    '$name is accessible and fits an office screen and a phone, in both languages and themes',
    { timeout: 90_000 },
    async ({ name, path, wait }) => {
      const looks = await lookAt(opened.page, path, wait, name);
      expect(looks).toEqual(clean(looks));
    },
  );

  test.each(MISHAPS)(
    'every page says in words what it is when the server $what',
    { timeout: 90_000 },
    async ({ answer, says, what }) => {
      const { page } = opened;
      await page.evaluate(() => sessionStorage.setItem('look', '{"language":"vi"}'));
      await page.goto(new URL('/nowhere', page.url()).href);
      await mishap(page, answer);
      const silent: string[] = [];
      for (const { path, waitsForData } of STATES) {
        if (answer === 'never' && waitsForData === false) continue;
        await goTo(page, '/nowhere');
        await page.getByText(translate('vi', 'state.notFound')).waitFor();
        await goTo(page, path);
        const words = says.map((key) => translate('vi', key));
        const said = page.locator('main').filter({ hasText: new RegExp(words.map(escaped).join('|')) });
        await said.waitFor({ timeout: 10_000 }).catch(() => silent.push(path));
        // A way on, not only a fact.
        if (what === 'fails' || what === 'cannot be reached')
          await page
            .locator('main button', { hasText: translate('vi', 'state.retry') })
            .first()
            .waitFor({ timeout: 10_000 })
            .catch(() => silent.push(`${path}: no button`));
      }
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      expect(silent).toEqual([]);
    },
  );

  test('every page says so where there is nothing to show yet', { timeout: 60_000 }, async () => {
    const base = await empty.app.listen({ host: '127.0.0.1', port: 0 });
    const { page, errors } = await openPage(browser, base, { username: 'admin', path: '/nowhere' });
    page.setDefaultTimeout(15_000);
    const silent: string[] = [];
    for (const { path, empty: key } of STATES) {
      if (key === null) continue;
      await goTo(page, path);
      await page
        .locator('main')
        .filter({ hasText: translate('en', key) })
        .waitFor()
        .catch(() => silent.push(path));
    }
    expect(silent).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('a page that could not be refreshed keeps what it had and says of when it is', { timeout: 60_000 }, async () => {
    const { page } = opened;
    await page.clock.install();
    const silent: string[] = [];
    for (const { path, refreshes } of STATES) {
      if (!refreshes) continue;
      await goTo(page, path);
      await page.locator('main h1').waitFor();
      await page.waitForFunction(() => !document.querySelector('main .loading'));
      await mishap(page, MISHAPS[0].answer);
      await page.clock.fastForward(65_000);
      await page
        .locator('main .stale')
        .first()
        .waitFor({ timeout: 10_000 })
        .catch(() => silent.push(path));
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
    expect(silent).toEqual([]);
  });

  test('no page had an error of its scripts, and none asked anybody but our own server', () => {
    expect(opened.errors).toEqual([]);
    expect(opened.requests.filter((url) => !/^(https?:\/\/127\.0\.0\.1|blob:|data:)/.test(url))).toEqual([]);
  });
});
