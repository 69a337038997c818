import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { percentile } from '../../benchmarks/statistics.ts';
import { hasChromium } from '../e2e/player-browser.ts';
import { report, rounded } from './result.ts';
import { untilRecorded, watchSystem } from './watched-system.ts';

/*
 * A wall of 16 cameras on one screen: when each tile has its first picture (still or video), when each plays, and what
 * the browser's processes cost, beside the same browser on a page without video.
 *     npm run build && WATCHPOST_OUT=benchmarks/results/wall.json npx vitest run --project measure test/measure/wall.measure.ts
 */
const COMMAND = 'npx vitest run --project measure test/measure/wall.measure.ts';
const TILES = 16;
const WATCH_MS = 20_000;
const RUNS = 5;

type Opening = { readonly firstPictureMs: readonly number[]; readonly liveMs: readonly number[] };

/** Opens the wall anew; times from the start of the navigation, of every tile. */
const openWall = async (page: Page): Promise<Opening> => {
  await page.goto(new URL('/health', page.url()).href);
  await page.waitForSelector('tbody tr');
  await page.goto(new URL('/', page.url()).href);
  await page.waitForFunction((tiles) => document.querySelectorAll('.tile').length === tiles, TILES);
  return page.evaluate(async (tiles) => {
    const stills = new Map<string, number>();
    const live = new Map<string, number>();
    const note = (): void => {
      for (const entry of performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        if (entry.name.includes('/snapshot.jpg') && entry.responseStatus === 200 && !stills.has(entry.name))
          stills.set(entry.name, entry.responseEnd);
      for (const layer of document.querySelectorAll<HTMLCanvasElement>('canvas[data-picture-captured-at]'))
        if (layer.dataset['pictureCapturedAt'] !== '' && !live.has(layer.dataset['camera']!))
          live.set(layer.dataset['camera']!, performance.now());
    };
    const until = performance.now() + 30_000;
    while (live.size < tiles && performance.now() < until) {
      note();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    const firstOf = ([camera, playsAt]: readonly [string, number]): number =>
      Math.min(playsAt, ...[...stills].filter(([url]) => url.includes(`/${camera}/`)).map(([, at]) => at));
    return { firstPictureMs: [...live].map(firstOf), liveMs: [...live.values()] };
  }, TILES);
};

test.skipIf(!hasChromium)('the wall with 16 tiles', { timeout: 600_000 }, async () => {
  const cameras = Array.from({ length: TILES }, (_, index) => `camera-${index + 1}`);
  const { page, browserUse, close } = await watchSystem(cameras, '640x360');
  try {
    await untilRecorded(page, TILES);
    const coresOver = async (ms: number): Promise<number> => {
      const sum = (): number => browserUse().reduce((total, { cpuSeconds }) => total + cpuSeconds, 0);
      const [before, startedAt] = [sum(), performance.now()];
      await page.waitForTimeout(ms);
      return (sum() - before) / ((performance.now() - startedAt) / 1_000);
    };
    const openings: Opening[] = [];
    for (let run = 0; run < RUNS; run++) openings.push(await openWall(page));
    const playing = await coresOver(WATCH_MS);
    const frames = await page.evaluate(() =>
      [...document.querySelectorAll('video')].map((video) => {
        const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
        return { totalVideoFrames, droppedVideoFrames };
      }),
    );
    await page.goto(new URL('/health', page.url()).href);
    await page.waitForSelector('tbody tr');
    const idle = await coresOver(WATCH_MS / 2);
    const worst = (of: keyof Opening): number[] => openings.map((opening) => Math.max(...opening[of]));
    const result = {
      tiles: TILES,
      pictures: '640×360, 25 a second, H.264',
      runs: RUNS,
      lastTile: {
        firstPictureMs: {
          median: rounded(percentile(worst('firstPictureMs'), 0.5)),
          worst: rounded(Math.max(...worst('firstPictureMs'))),
        },
        liveMs: { median: rounded(percentile(worst('liveMs'), 0.5)), worst: rounded(Math.max(...worst('liveMs'))) },
      },
      medianTile: {
        firstPictureMs: rounded(
          percentile(
            openings.flatMap(({ firstPictureMs }) => firstPictureMs),
            0.5,
          ),
        ),
        liveMs: rounded(
          percentile(
            openings.flatMap(({ liveMs }) => liveMs),
            0.5,
          ),
        ),
      },
      browserCores: { wall: rounded(playing, 2), withoutVideo: rounded(idle, 2) },
      framesPresentedShare: rounded(
        1 -
          frames.reduce((sum, { droppedVideoFrames }) => sum + droppedVideoFrames, 0) /
            frames.reduce((sum, { totalVideoFrames }) => sum + totalVideoFrames, 0),
        3,
      ),
    };
    report('wall', COMMAND, result);
    expect(openings.every(({ liveMs }) => liveMs.length === TILES)).toBe(true);
  } finally {
    await close();
  }
});
