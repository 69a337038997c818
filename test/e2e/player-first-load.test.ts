import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptForTest } from './api-accept.ts';
import { openSite, sealCase, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';
const MOST_BYTES = 300_000;

describe.skipIf(!hasChromium)(`what the first load costs${why}`, () => {
  let folder: string;
  let site: Site;
  let browser: Browser;
  let opened: OpenedPage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-first-'));
    await buildPlayer(join(folder, 'player'));
    site = await openSite({ playerDir: join(folder, 'player') });
    await acceptForTest(site, await sealCase(site.store, 'one'));
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/' });
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Bytes on the wire of the page's own files, in a browser that has none of them. */
  const firstLoad = async (path: string, wait: string): Promise<number> => {
    const { page } = opened;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.clearBrowserCache');
    await page.goto(new URL(path, page.url()).href);
    await page.waitForSelector(wait);
    return assetBytes(page);
  };

  test.each([
    ['the wall', '/', '.tile'],
    ['the review page', '/review', '.verdict'],
  ])('%s is there with less than 300 kB', async (_name, path, wait) => {
    const bytes = await firstLoad(path, wait);
    process.stdout.write(`${path}: ${Math.round(bytes / 1000)} kB\n`);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  test('scripts and styles come compressed to whoever takes that, and plain to who does not', async () => {
    const script = opened.requests.find((url) => /\/assets\/index-.*\.js$/.test(url))!;
    const { pathname } = new URL(script);
    const compressed = await site.app.inject({ url: pathname, headers: { 'accept-encoding': 'gzip, br' } });
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(compressed.headers['content-type']).toContain('javascript');
    expect(compressed.headers['cache-control']).toContain('immutable');
    const plain = await site.app.inject({ url: pathname, headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.rawPayload.length).toBeGreaterThan(2 * compressed.rawPayload.length);
  });
});

const assetBytes = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ] as PerformanceResourceTiming[];
    return entries
      .filter(({ name, entryType }) => entryType === 'navigation' || name.includes('/assets/'))
      .reduce((sum, { transferSize }) => sum + transferSize, 0);
  });
