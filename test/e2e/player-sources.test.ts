import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { needsRtspServer, type RtspCamera, startRtspCamera } from '../fakes/rtsp-camera.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { type RunningRecorder, startRecorder, until } from '../fixtures/recorder-run.ts';
import { openSite, type Site, TestClock } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, openPage } from './player-browser.ts';

const why = hasChromium ? needsRtspServer : ' (skipped: chromium is not installed)';
const SOURCES = [
  { id: 'gate', codec: 'h265', encoder: 'libx265', rate: '25/2' },
  { id: 'bridge', codec: 'h264', encoder: 'libx264', rate: '25' },
] as const;

describe.skipIf(why !== '')(`cameras of other codecs and rates on the wall${why}`, () => {
  let folder: string;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];
  const cameras = new Map<string, RtspCamera>();
  const recorders: RunningRecorder[] = [];

  const start = async ({ id, codec }: (typeof SOURCES)[number]): Promise<void> => {
    const port = cameras.get(id)?.port ?? 0;
    cameras.set(id, await startRtspCamera({ file: join(folder, `${id}.mp4`), codec, port }));
  };
  /** Instant of the picture on each tile, epoch ms. */
  const shown = (): Promise<number[]> =>
    Promise.all(
      SOURCES.map(async ({ id }) => {
        const layer = page.locator(`canvas[data-camera="${id}"]`);
        return (await layer.count()) === 0 ? 0 : Number(await layer.getAttribute('data-picture-captured-at'));
      }),
    );
  const untilShown = (after: number): Promise<void> =>
    expect.poll(async () => Math.min(...(await shown())), { timeout: 60_000, interval: 200 }).toBeGreaterThan(after);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-sources-'));
    const playerDir = join(folder, 'player');
    await Promise.all([
      buildPlayer(playerDir),
      ...SOURCES.map(({ id, encoder, rate }) =>
        makeCounterClip({
          file: join(folder, `${id}.mp4`),
          frames: 250,
          rate,
          codec: encoder,
          gop: 12,
          size: '320x180',
        }),
      ),
    ]);
    await Promise.all(SOURCES.map(start));
    for (const { id } of SOURCES)
      recorders.push(startRecorder({ dataDir: folder, id, url: cameras.get(id)!.url, analysed: false }));
    await until('something is recorded', 60_000, () => recorders.every(({ recorder }) => recorder.state.segments >= 2));
    const clock = new TestClock();
    clock.at = Date.now();
    const config = parseConfig(
      JSON.stringify({ version: 1, cameras: SOURCES.map(({ id }) => ({ id, source: { url: cameras.get(id)!.url } })) }),
    );
    site = await openSite({ playerDir, dataDir: folder, config, clock });
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    ({ page, errors } = await openPage(browser, base, { username: 'admin', path: '/' }));
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await Promise.all(recorders.map(({ stop }) => stop()));
    await Promise.all([...cameras.values()].map(({ stop }) => stop()));
    await rm(folder, { recursive: true, force: true });
  });

  test('H.265 at 12.5 and H.264 at 25 frames a second play, and go on after the cameras were away, without a reload', async () => {
    await untilShown(0);
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await Promise.all([...cameras.values()].map(({ stop }) => stop()));
    await until('the loss is seen', 30_000, () => recorders.every(({ recorder }) => recorder.state.state === 'blind'));
    await Promise.all(SOURCES.map(start));
    await untilShown(Date.now());
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
    expect(errors).toEqual([]);
  });
});
