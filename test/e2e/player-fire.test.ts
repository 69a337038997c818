import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseSummary } from '../../api/contract/cases.ts';
import { type Place, toPlace } from '../../pipeline/fire/earth.ts';
import { AlertRepository } from '../../api/repositories/alerts.ts';
import { PlumeCourseRepository } from '../../api/repositories/plume-course.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { drawHills } from '../drawn-hills.ts';
import { smokeDecision } from '../smoke-decision.ts';
import { acceptForTest } from './api-accept.ts';
import { CONFIG, openSite, sealCase, type Site, TestClock } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const SOUTH: Place = { latitude: 10.25, longitude: 104 };
const WEST = toPlace({ east: -8_000, north: 1_500 }, SOUTH);
const FIRE = toPlace({ east: -3_000, north: 9_000 }, SOUTH);

const ALERTS = `alerts:
  channels:
    - { id: desk, kind: webhook, url: "http://127.0.0.1:9/", secret: sixteen-characters }
    - { id: chief, kind: webhook, url: "http://127.0.0.1:9/", secret: sixteen-characters }
  routes: [{ kinds: [smoke, flame], channels: [desk], then: [[chief]] }]
`;

/** As if the alert had been told to the desk, and not reached the chief. */
const tellAlert = async (dataDir: string, at: number): Promise<void> => {
  const db = await openDatabase(join(dataDir, 'watchpost.db'));
  const alerts = new AlertRepository(db);
  await alerts.add({
    ...{
      id: 'seen-south',
      kind: 'smoke',
      camera_id: 'gate',
      at,
      announced_at: at,
      incident_id: 'seen-south',
      level: 0,
    },
    ...{ escalate_at: at + 3_600_000, acknowledged_at: null, acknowledged_by: null, body: '{}' },
  });
  const [desk, chief] = (['desk', 'chief'] as const).map((channelId) => ({
    alertId: 'seen-south',
    level: 0,
    channelId,
  }));
  await alerts.queue(desk!, at);
  await alerts.delivered({ ...desk!, at: at + 1_000 }, {});
  await alerts.queue(chief!, at);
  await alerts.failed({ ...chief!, at: at + 1_000 }, 'unreachable', '127.0.0.1:9: refused');
  const seen = { eventId: 'seen-south', sightings: 9, framesLooked: 12, evidence: 4, growthPercent: 180 };
  await new PlumeCourseRepository(db).add([
    { ...seen, state: 'confirmed', at: at - 540_000, lastSeenAt: at - 540_000 },
    { ...seen, state: 'ongoing', at: at + 30_000, lastSeenAt: at },
  ]);
  await db.destroy();
};

const ROADS = JSON.stringify({
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { name: 'DT.975' },
      geometry: { type: 'Point', coordinates: [FIRE.longitude, FIRE.latitude + 0.01] },
    },
  ],
});

/** Its series of crops, as the evidence process makes it, half a minute apart. */
const pictures = async () => {
  const size = { width: 480, height: 360 };
  const pose = { id: 'n', azimuthDeg: 10, tiltDeg: -2, fieldOfViewDeg: 20, k1: 0, errorDeg: 0.1 };
  const body = await sharp(drawHills({ pose }, size), { raw: { ...size, channels: 3 } })
    .jpeg()
    .toBuffer();
  const crops = [0, 1, 2, 3].map((index) => ({
    ...{ path: `plume/${String(index + 1)}.jpg`, role: 'plume-crop' as const, body, ptsMs: 30_000 * index },
  }));
  return [{ path: 'still-at.jpg', role: 'still-at' as const, body }, ...crops];
};

/** A map of our own drawing: green land, a river, a road. */
const serveTiles = async (): Promise<{
  readonly url: string;
  readonly asked: string[];
  readonly close: () => void;
}> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#dfe8d4"/>
      <path d="M0 150C80 120 120 220 256 180" stroke="#a9c9dd" stroke-width="9" fill="none"/>
      <path d="M90 0C110 90 60 160 120 256" stroke="#fff" stroke-width="5" fill="none"/></svg>`;
    void sharp(Buffer.from(drawn))
      .png()
      .toBuffer()
      .then((png) => response.end(png));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, asked, close: () => server.close() };
};

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)('fire desk in a browser', () => {
  let site: Site;
  let browser: Browser;
  let playerDir: string;
  let opened: OpenedPage;
  let tiles: Awaited<ReturnType<typeof serveTiles>>;
  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    const clock = new TestClock();
    clock.at = Date.now();
    const roads = join(playerDir, 'roads.geojson');
    await writeFile(roads, ROADS);
    tiles = await serveTiles();
    const map = `{ tiles: "${tiles.url}/{z}/{x}/{y}.png", attribution: © drawn }`;
    const config = parseConfig(
      `${CONFIG.replace('name: Test city', `name: Test city, map: ${map}`)}${ALERTS}fire: { vn2000: { centralMeridianDeg: 104.5 }, layers: [{ kind: road, file: "${roads}" }] }\n`,
    );
    site = await openSite({ clock, config, playerDir });
    const triggerAt = clock.at - 600_000;
    for (const [id, camera, station] of [
      ['seen-south', 'gate', SOUTH],
      ['seen-west', 'bridge', WEST],
    ] as const)
      await acceptForTest(
        site,
        await sealCase(site.store, id, {
          ...{ kind: 'smoke', camera, triggerAt, decision: smokeDecision(station, FIRE) },
          ...(camera === 'gate' ? { pictures: await pictures() } : {}),
        }),
      );
    await tellAlert(site.dataDir, clock.at - 60_000);
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    await site.person('ranger', 'ranger');
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'ranger', path: '/fire' });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
    tiles.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test(`two towers, one place with its ellipse, and the title says that it waits${why}`, async () => {
    const { page } = opened;
    await page.waitForSelector('.fire-ellipse');
    expect(await page.locator('.fire-tower').count()).toBe(2);
    expect(await page.locator('.fire-bearing').count()).toBe(2);
    // The map under it comes through our own server.
    const laid = await page
      .locator('.map-background image')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(laid.length).toBeGreaterThan(3);
    for (const href of laid) expect(href).toMatch(/^\/api\/map\/\d+\/\d+\/\d+$/);
    await expect
      .poll(() => laid.every((href) => tiles.asked.includes(`${href!.slice('/api/map'.length)}.png`)))
      .toBe(true);
    expect(await page.locator('.map-source').innerHTML()).toBe('© drawn');
    expect(await page.locator('.fire-incident').count()).toBe(1);
    expect(await page.locator('.fire-incident header').innerText()).toMatch(/^10\.33\d\d, 103\.97\d\d ± \d+ m/);
    expect(await page.locator('.fire-nearest').last().innerText()).toMatch(
      /^VN-2000 \(central meridian 104°30′\): X\s114\d{4} · Y\s44\d{4}\s+Road: DT\.975 · 1\.1 km, bearing \d+°$/,
    );
    expect(await page.locator('.fire-wind p').last().innerText()).toBe('No wind was reported in the last 3 hours.');
    expect(await page.locator('.fire-nearest').first().innerText()).toMatch(
      /^9(\.\d)? km from Main gate, bearing \d+°/,
    );
    expect(await page.locator('.fire-standing').allInnerTexts()).toEqual([
      expect.stringMatching(/^Still going on, last seen at [\d:]+( [AP]M)?; area 180 % against the first sighting$/),
    ]);
    const series = page.locator('.fire-crops img');
    expect(await series.count()).toBe(4);
    await series.last().scrollIntoViewIfNeeded();
    await expect
      .poll(() => series.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)))
      .toEqual([480, 480, 480, 480]);
    expect(await page.locator('.fire-wind').first().innerText()).toMatch(/^Nobody has said today’s fire danger/);
    expect(await page.title()).toMatch(/^\(1\) Fire desk/);
  });

  test(`the desk says that the browser keeps its alarm silent, until it is let${why}`, async () => {
    const silent = await openBrowser(true);
    try {
      const { page } = await openPage(silent, new URL(opened.page.url()).origin, { username: 'ranger', path: '/fire' });
      // Logging in was a press; a page that is opened anew has none. Whatever asks the page counts as one, too.
      const note = page.getByText('The browser keeps this page silent');
      // A busy browser may still count the press for the page that comes next, but not for the one after.
      const openAnew = async (): Promise<boolean> => {
        await Promise.all([page.waitForResponse(/api\/incidents/), page.goto(page.url())]);
        await note.waitFor({ timeout: 10_000 }).catch(() => undefined);
        return note.isVisible();
      };
      expect((await openAnew()) || (await openAnew())).toBe(true);
      await page.getByRole('button', { name: 'Switch the alarm on' }).click();
      await note.waitFor({ state: 'detached' });
    } finally {
      await silent.close();
    }
  });

  test(`who has been told, who not, and how long until the next group is${why}`, async () => {
    const { page } = opened;
    await page.waitForSelector('.fire-progress');
    const told = await page.locator('.fire-progress li').allInnerTexts();
    expect(told.join(' | ')).toMatch(/chief: not reached yet \(1 attempts\) \| desk: has it since /);
    expect(await page.locator('.fire-progress p').innerText()).toMatch(/Group 2 of 2 is told in \d+:\d\d\./);
  });

  test(`the health page says which channel fails, since when, and what to do${why}`, async () => {
    const looks = await lookAt(opened.page, '/health', 'table', 'health-channels');
    expect(looks).toEqual(clean(looks));
    const table = opened.page.getByRole('table').last();
    expect(await table.innerText()).toMatch(/chief[\s\S]*Failing since[\s\S]*Check address, network and firewall/);
    await opened.page.goto(new URL('/fire', opened.page.url()).href);
    await opened.page.waitForSelector('.fire-progress');
  }, 90_000);

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
    expect(await page.locator('.fire-progress p').innerText()).toMatch(/^ranger took notice at /);
    expect(requests.filter((url) => !url.startsWith('http://127.0.0.1'))).toEqual([]);
    expect(errors).toEqual([]);
  });
});
