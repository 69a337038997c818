import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { CaseChange } from '../../api/contract/live.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { CASES_CHANNEL, liveChannel, type LiveFrame } from '../../pipeline/live.ts';
import { ONVIF_PASSWORD, type OnvifCamera, startOnvifCamera } from '../fakes/onvif-camera.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { openSite, type Site, startRedis } from './api-harness.ts';
import { layRecording } from './laid-recording.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';
/** Four to a page: the last one is on the second. */
const CAMERAS = ['gate', 'bridge', 'market', 'school', 'park'] as const;
const configWith = (ptz: string): string => `version: 1
cameras:
${CAMERAS.map((id) => {
  const url = `rtsp://admin:${encodeURIComponent(ONVIF_PASSWORD)}@127.0.0.1:1/${id}`;
  return `  - { id: ${id}, source: { url: "${url}" }${id === 'gate' ? `, ptz: { onvif: "${ptz}" }` : ''} }`;
}).join('\n')}
`;
const ANCHOR_AT = 1_763_700_000_000;

describe.skipIf(!hasChromium)(`the wall with pictures${why}`, () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let publisher: Redis;
  let site: Site;
  let mast: OnvifCamera;
  let browser: Browser;
  let opened: OpenedPage;
  let page: Page;

  const tile = (camera: string) => page.locator('.tile', { hasText: camera });
  const askedFor = (camera: string): number =>
    opened.requests.filter((url) => url.includes(`/hls/${camera}/`) || url.includes(`/cameras/${camera}/snapshot`))
      .length;
  const say = async (change: Pick<CaseChange, 'cameraId'>): Promise<void> => {
    await publisher.publish(
      CASES_CHANNEL,
      JSON.stringify({ caseId: 'c', state: 'pending', kind: 'wrong_way', ...change }),
    );
  };
  /** Opens the wall again with other preferences and waits for its event stream. */
  const open = async (preferences: object): Promise<void> => {
    await page.evaluate((look) => sessionStorage.setItem('look', JSON.stringify(look)), {
      language: 'en',
      ...preferences,
    });
    await page.goto(new URL('/', page.url()).href);
    await page.waitForSelector('.tile');
    await page.waitForSelector('.connection[data-tone=good]', { state: 'attached' });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-wall-'));
    const playerDir = join(folder, 'player');
    const [, server] = await Promise.all([buildPlayer(playerDir), startRedis(folder)]);
    mast = await startOnvifCamera();
    redis = server;
    publisher = new Redis(redis.url);
    const clip = join(folder, 'clip.mp4');
    await makeCounterClip({ file: clip, frames: 500, rate: '25', gop: 50, size: '320x180' });
    for (const cameraId of CAMERAS)
      await layRecording({ dataDir: folder, cameraId, sessionId: 's1', clip, anchorAt: ANCHOR_AT });
    site = await openSite({
      playerDir,
      redisUrl: redis.url,
      dataDir: folder,
      config: parseConfig(configWith(mast.url)),
    });
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/' });
    page = opened.page;
    page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    publisher.disconnect();
    await redis.stop();
    mast.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('every tile has a still at once and plays soon; cameras of other pages are not asked for', async () => {
    for (const camera of CAMERAS.slice(0, 4)) {
      await tile(camera).locator('canvas[data-picture-captured-at^="17637"]').waitFor({ state: 'attached' });
      const still = await tile(camera).locator('video').getAttribute('poster');
      expect(opened.requests.some((url) => url.endsWith(still!))).toBe(true);
    }
    expect(askedFor('park')).toBe(0);
  });

  test('a tile that is scrolled out of view stops, one that comes into view begins', async () => {
    await page.setViewportSize({ width: 390, height: 520 });
    await open({});
    await tile('gate').locator('video').waitFor({ state: 'attached' });
    await expect.poll(() => tile('school').locator('video').count()).toBe(0);
    await tile('school').scrollIntoViewIfNeeded();
    await tile('school').locator('video').waitFor({ state: 'attached' });
    await expect.poll(() => tile('gate').locator('video').count(), { timeout: 20_000 }).toBe(0);
    await page.setViewportSize({ width: 1366, height: 768 });
  });

  test('a rule that holds is orange, a new case is red', async () => {
    await open({});
    const attention = (): Promise<string | null> => tile('bridge').getAttribute('data-attention');
    expect(await attention()).toBeNull();
    const frame: LiveFrame = {
      ...{ cameraId: 'bridge', sessionId: 's1', ptsMs: 0, capturedAt: ANCHOR_AT },
      tracks: [
        {
          ...{ id: 1, className: 'car', score: 0.9, box: [0.1, 0.1, 0.3, 0.3], velocity: [0, 0] },
          alerts: ['wrong_way'],
        },
      ],
    };
    const publish = async (step: number): Promise<void> => {
      const moved = { ...frame, capturedAt: ANCHOR_AT + step * 200 };
      await publisher.publish(liveChannel('bridge'), JSON.stringify(moved));
    };
    let step = 0;
    await expect
      .poll(
        async () => {
          await publish(++step);
          return attention();
        },
        { timeout: 20_000 },
      )
      .toBe('detection');
    await say({ cameraId: 'bridge' });
    await expect.poll(attention, { timeout: 20_000 }).toBe('alert');
    expect(await tile('bridge').innerText()).toContain('New case');
  });

  test('a new case of a camera on another page is said, and one press leads there', async () => {
    await open({});
    await say({ cameraId: 'park' });
    await page.getByRole('button', { name: 'New case on another page: park' }).click();
    await tile('park').waitFor();
    await expect.poll(() => tile('park').getAttribute('data-attention')).toBe('alert');
    expect(await page.getByText('New case on another page').count()).toBe(0);
  });

  test('in full screen the pages change by themselves, and a new case brings its own into view', async () => {
    await open({ rotateSeconds: 2 });
    const shown = (): Promise<string | null> => page.locator('.pager span').textContent();
    await page.getByRole('button', { name: 'Full screen, pages change by themselves' }).click();
    await page.waitForSelector('[data-kiosk]');
    await expect.poll(shown, { timeout: 20_000 }).toBe('Page 2/2');
    await expect.poll(shown, { timeout: 20_000 }).toBe('Page 1/2');
    await page.getByLabel('Change of pages').selectOption('0');
    await expect.poll(shown).toBe('Page 1/2');
    await say({ cameraId: 'park' });
    await expect.poll(shown, { timeout: 20_000 }).toBe('Page 2/2');
    await page.evaluate(() => document.exitFullscreen());
    await page.waitForSelector('[data-kiosk]', { state: 'detached' });
    expect(opened.errors).toEqual([]);
  });
  test('a camera that turns does so for as long as a button is held, goes to stored positions, and it is written down', async () => {
    const turned = (): string | undefined => mast.turned.at(-1);
    await page.goto(new URL('/cameras/gate', page.url()).href);
    await page.getByRole('button', { name: 'Left', exact: true }).hover();
    await page.mouse.down();
    await expect.poll(turned, { timeout: 20_000 }).toBe('move -0.4 0 0 PT4S');
    // Held for longer than the camera goes on by itself, it is told again.
    await expect.poll(() => mast.turned.length, { timeout: 20_000 }).toBeGreaterThan(1);
    await page.mouse.up();
    await expect.poll(turned, { timeout: 20_000 }).toBe('stop');
    await page.getByRole('button', { name: 'Nearer' }).press('Enter');
    await expect.poll(() => mast.turned.slice(-2), { timeout: 20_000 }).toEqual(['move 0 0 0.4 PT4S', 'stop']);
    await page.getByLabel('Stored position').selectOption({ label: 'gate 2' });
    await page.getByRole('button', { name: 'Go there' }).click();
    await expect.poll(turned, { timeout: 20_000 }).toBe('preset gate 2');
    const { rows } = (await site.admin.get('/api/audit?action=camera.turned')).json<AuditList>();
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(rows[0]).toMatchObject({ actor: 'admin', target: 'gate', detail: '{"act":"preset","token":"gate 2"}' });

    mast.close();
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('alert').getByText('Camera "gate" cannot be turned: cannot be reached').waitFor();
    await page.goto(new URL('/cameras/bridge', page.url()).href);
    await page.waitForSelector('.camera-side .card');
    expect(await page.getByText('Turn the camera').count()).toBe(0);
    expect(opened.errors).toEqual([]);
  });
});
