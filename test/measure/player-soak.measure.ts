import { expect, test } from 'vitest';
import { slope } from '../../benchmarks/statistics.ts';
import { hasChromium } from '../e2e/player-browser.ts';
import { report, rounded } from './result.ts';
import { untilRecorded, watchSystem } from './watched-system.ts';

/*
 * Half an hour of live view in a real browser: whether the picture falls behind, stands still, or costs ever more memory.
 *     npm run build && WATCHPOST_OUT=benchmarks/results/player-soak.json npx vitest run --project measure test/measure/player-soak.measure.ts
 * `WATCHPOST_MINUTES` (30) is how long. Fails when the picture drifts by more than 1 s, stands for more than 1 s, or the
 * page's memory grows.
 */
const COMMAND = 'npx vitest run --project measure test/measure/player-soak.measure.ts';
const MINUTES = Number(process.env['WATCHPOST_MINUTES'] ?? '30');
const SAMPLE_MS = 2_000;
/** Until the buffer has found its place. */
const WARM_UP_MS = 20_000;
const MIB = 2 ** 20;
/** What a heap may seem to grow by a minute, from how garbage is collected. */
const FLAT_MIB_PER_MINUTE = 0.5;

type Seen = { readonly delayMs: number; readonly longestGapMs: number; readonly pictures: number };

test.skipIf(!hasChromium)(`${MINUTES} minutes of live view`, { timeout: (MINUTES + 5) * 60_000 }, async () => {
  const { page, browserUse, close } = await watchSystem(['gate'], '1280x720');
  try {
    await untilRecorded(page, 1);
    await page.goto(new URL('/cameras/gate', page.url()).href);
    await page.waitForSelector('canvas[data-picture-captured-at^="1"]', { state: 'attached' });
    // Gaps between presented pictures, told by the video element itself.
    await page.evaluate(() => {
      const kept = { last: performance.now(), longest: 0, pictures: 0 };
      Object.assign(window, { kept });
      let watched: HTMLVideoElement | null = null;
      const onFrame = (now: number): void => {
        kept.longest = Math.max(kept.longest, now - kept.last);
        kept.last = now;
        kept.pictures++;
        watched?.requestVideoFrameCallback(onFrame);
      };
      setInterval(() => {
        const video = document.querySelector('video');
        if (video === watched) return;
        watched = video;
        video?.requestVideoFrameCallback(onFrame);
      }, 100);
    });
    await page.waitForTimeout(WARM_UP_MS);
    const devtools = await page.context().newCDPSession(page);
    const look = (): Promise<Seen> =>
      page.evaluate(() => {
        const { kept } = window as unknown as { kept: { last: number; longest: number; pictures: number } };
        const layer = document.querySelector<HTMLCanvasElement>('canvas[data-picture-captured-at]')!;
        const longestGapMs = Math.max(kept.longest, performance.now() - kept.last);
        const pictures = kept.pictures;
        Object.assign(kept, { longest: 0, pictures: 0 });
        return { delayMs: Date.now() - Number(layer.dataset['pictureCapturedAt']), longestGapMs, pictures };
      });
    await look();
    const samples: (Seen & { readonly minute: number; readonly heapMiB: number; readonly rssMiB: number })[] = [];
    const startedAt = performance.now();
    while (performance.now() - startedAt < MINUTES * 60_000) {
      await page.waitForTimeout(SAMPLE_MS);
      await devtools.send('HeapProfiler.collectGarbage');
      const heap = await devtools.send('Runtime.getHeapUsage');
      samples.push({
        minute: (performance.now() - startedAt) / 60_000,
        ...(await look()),
        heapMiB: heap.usedSize / MIB,
        rssMiB: browserUse().reduce((sum, { rssBytes }) => sum + rssBytes, 0) / MIB,
      });
    }
    const delays = samples.map(({ delayMs }) => delayMs);
    const perMinute = (of: 'heapMiB' | 'rssMiB' | 'delayMs'): number =>
      slope(samples.map((sample) => ({ x: sample.minute, y: sample[of] })));
    const third = Math.ceil(samples.length / 3);
    const mean = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
    const result = {
      minutes: MINUTES,
      pictures: '1280×720, 25 a second, H.264',
      presented: samples.reduce((sum, { pictures }) => sum + pictures, 0),
      delayMs: { least: rounded(Math.min(...delays)), most: rounded(Math.max(...delays)), mean: rounded(mean(delays)) },
      // Mean of the last third against the first: what goes back and forth is no drift.
      driftMs: rounded(mean(delays.slice(-third)) - mean(delays.slice(0, third))),
      longestGapMs: rounded(Math.max(...samples.map(({ longestGapMs }) => longestGapMs))),
      stalls: samples.filter(({ longestGapMs }) => longestGapMs > 1_000).length,
      heapMiB: { first: rounded(samples[0]!.heapMiB, 1), last: rounded(samples.at(-1)!.heapMiB, 1) },
      heapMiBPerMinute: rounded(perMinute('heapMiB'), 3),
      browserRssMiB: { first: rounded(samples[0]!.rssMiB), last: rounded(samples.at(-1)!.rssMiB) },
      browserRssMiBPerMinute: rounded(perMinute('rssMiB'), 2),
    };
    report('player-soak', COMMAND, result);
    expect(Math.abs(result.driftMs)).toBeLessThanOrEqual(1_000);
    expect(result.stalls).toBe(0);
    expect(result.heapMiBPerMinute).toBeLessThan(FLAT_MIB_PER_MINUTE);
  } finally {
    await close();
  }
});
