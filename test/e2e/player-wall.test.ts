import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { openSite, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';
const CAMERAS = ['gate', 'bridge', 'market', 'school', 'park'];
const CONFIG = `version: 1
cameras:
${CAMERAS.map((id) => `  - { id: ${id}, source: { url: "rtsp://127.0.0.1:1/${id}" } }`).join('\n')}
`;

describe.skipIf(!hasChromium)(`the wall in the browser${why}`, () => {
  let site: Site;
  let empty: Site;
  let browser: Browser;
  let playerDir: string;
  let base: string;

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir, config: parseConfig(CONFIG) });
    empty = await openSite({ playerDir, config: parseConfig('version: 1\n') });
    base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await empty.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('tiles are arranged by keyboard and with the mouse, and an arrangement is saved by name', async () => {
    const { page, errors } = await openPage(browser, base, { username: 'admin', path: '/' });
    const shown = (): Promise<string[]> => page.locator('.tile-name strong').allTextContents();
    await page.waitForSelector('.tile');
    await page.getByRole('button', { name: 'Move gate' }).press('ArrowRight');
    await expect.poll(shown).toEqual(['bridge', 'gate', 'market', 'school']);
    await page.getByRole('button', { name: 'Move school' }).dragTo(page.locator('.tile').first());
    await expect.poll(shown).toEqual(['school', 'bridge', 'gate', 'market']);
    await page.getByRole('button', { name: 'Save the layout' }).click();
    await page.getByLabel('Name of the layout').fill('Morning');
    await page.keyboard.press('Enter');
    await page.getByLabel('Saved layouts').selectOption('');
    await expect.poll(shown).toEqual(CAMERAS.slice(0, 4));
    await page.getByLabel('Saved layouts').selectOption('Morning');
    await expect.poll(shown).toEqual(['school', 'bridge', 'gate', 'market']);
    expect(errors).toEqual([]);
    const looks = await lookAt(page, '/', '.tile', 'wall');
    expect(looks).toEqual(clean(looks));
    await page.context().close();
  });

  test('an administrator of a system without cameras is led to the first one', async () => {
    const address = await empty.app.listen({ host: '127.0.0.1', port: 0 });
    const { page } = await openPage(browser, address, { username: 'admin', path: '/' });
    await page.getByText('Getting started').waitFor();
    const looks = await lookAt(page, '/', '.first-run', 'first-run');
    expect(looks).toEqual(clean(looks));
    await page.locator('.first-run a').first().click();
    await page.waitForURL('**/setup/new');
    await page.context().close();
  });
});
