import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseSummary } from '../../api/contract/cases.ts';
import type { Decision } from '../../pipeline/event.ts';
import { type Place, toPlace } from '../../pipeline/fire/earth.ts';
import { azimuthTo } from '../../pipeline/fire/terrain.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, sealCase, type Site, TestClock } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const SOUTH: Place = { latitude: 10.25, longitude: 104 };
const WEST = toPlace({ east: -8_000, north: 1_500 }, SOUTH);
const FIRE = toPlace({ east: -3_000, north: 9_000 }, SOUTH);

const decision = (station: Place): Decision => ({
  ruleId: 'smoke',
  ruleKind: 'smoke',
  ruleVersion: '1',
  geometryHash: '0'.repeat(64),
  measurements: [
    { name: 'azimuth', value: Math.round(100 * azimuthTo(station, FIRE)) / 100, unit: '°' },
    { name: 'azimuthError', value: 0.6, unit: '°' },
    { name: 'elevation', value: -1, unit: '°' },
    { name: 'sightings', value: 3, unit: 'frames', threshold: 3, comparison: '>=' },
    { name: 'framesLooked', value: 4, unit: 'frames' },
    { name: 'seen', value: 90, unit: 's' },
    { name: 'evidence', value: 2.1, unit: '', threshold: 1.9, comparison: '>=' },
  ],
  facts: { class: 'smoke', latitude: String(station.latitude), longitude: String(station.longitude), heightM: '380' },
});

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)('fire desk in a browser', () => {
  let site: Site;
  let browser: Browser;
  let playerDir: string;
  let opened: OpenedPage;
  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    const clock = new TestClock();
    clock.at = Date.now();
    site = await openSite({ clock, playerDir });
    const triggerAt = clock.at - 600_000;
    for (const [id, camera, station] of [
      ['seen-south', 'gate', SOUTH],
      ['seen-west', 'bridge', WEST],
    ] as const)
      await acceptForTest(
        site,
        await sealCase(site.store, id, { kind: 'smoke', camera, triggerAt, decision: decision(station) }),
      );
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    await site.person('ranger', 'ranger');
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'ranger', path: '/fire' });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test(`two towers, one place with its ellipse, and the title says that it waits${why}`, async () => {
    const { page } = opened;
    await page.waitForSelector('.fire-ellipse');
    expect(await page.locator('.fire-tower').count()).toBe(2);
    expect(await page.locator('.fire-bearing').count()).toBe(2);
    expect(await page.locator('.fire-incident').count()).toBe(1);
    expect(await page.locator('.fire-incident header').innerText()).toMatch(/^10\.33\d\d, 103\.97\d\d ± \d+ m/);
    expect(await page.title()).toMatch(/^\(1\) Fire desk/);
  });

  test(`the desk with an incident is accessible and fits an office screen and a phone, in both languages${why}`, async () => {
    const looks = await lookAt(opened.page, '/fire', '.fire-ellipse', 'fire-incident');
    expect(looks).toEqual(clean(looks));
  }, 90_000);

  test(`a controlled burn is said once and decides both cases, with nothing asked of another site${why}`, async () => {
    const { page, requests, errors } = opened;
    await page.getByRole('button', { name: 'Controlled burn' }).click();
    const states = async (): Promise<string[]> => {
      const cases = await Promise.all(['seen-south', 'seen-west'].map((id) => site.admin.get(`/api/cases/${id}`)));
      return cases.map((answer) => answer.json<CaseSummary>().state);
    };
    await expect.poll(states, { timeout: 15_000 }).toEqual(['exempt', 'exempt']);
    await expect.poll(() => page.locator('.fire-incident footer').count(), { timeout: 15_000 }).toBe(0);
    expect(requests.filter((url) => !url.startsWith('http://127.0.0.1'))).toEqual([]);
    expect(errors).toEqual([]);
  });
});
