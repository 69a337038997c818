import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe.skipIf(!hasChromium)(`looks of the pages${why}`, () => {
  let site: Site;
  let browser: Browser;
  let playerDir: string;
  let opened: OpenedPage;
  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir });
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

  test('no page had an error of its scripts, and none asked anybody but our own server', () => {
    expect(opened.errors).toEqual([]);
    expect(opened.requests.filter((url) => !/^(https?:\/\/127\.0\.0\.1|blob:|data:)/.test(url))).toEqual([]);
  });
});
