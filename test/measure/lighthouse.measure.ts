import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openSite, TestClock } from '../e2e/api-harness.ts';
import { buildPlayer, CHROMIUM, hasChromium } from '../e2e/player-browser.ts';
import { sealClips } from '../e2e/review-by-keyboard.ts';
import { report } from './result.ts';

/*
 * Lighthouse on the review page with a case on its stage, as an office machine (its preset `desktop`) and as a phone on a
 * slow network (its default). Lighthouse is no dependency: give its command line.
 *     npm install --prefix FOLDER lighthouse@12
 *     WATCHPOST_LIGHTHOUSE=FOLDER/node_modules/.bin/lighthouse WATCHPOST_OUT=benchmarks/results/lighthouse.json \
 *       npx vitest run --project measure test/measure/lighthouse.measure.ts
 */
const COMMAND = 'npx vitest run --project measure test/measure/lighthouse.measure.ts';
const LIGHTHOUSE = process.env['WATCHPOST_LIGHTHOUSE'] ?? '';
const CASES = 5;
const LEAST = 0.9;

type LighthouseReport = {
  readonly lighthouseVersion: string;
  readonly categories: { readonly performance: { readonly score: number } };
  readonly audits: Readonly<Record<string, { readonly numericValue?: number }>>;
};

const why = !hasChromium
  ? ' (skipped: chromium is not installed)'
  : LIGHTHOUSE === ''
    ? ' (skipped: WATCHPOST_LIGHTHOUSE is not set)'
    : '';

test.skipIf(why !== '')(`Lighthouse on the review page${why}`, { timeout: 900_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-lighthouse-'));
  const playerDir = join(folder, 'player');
  await buildPlayer(playerDir);
  const clock = new TestClock();
  clock.at = Date.now();
  const site = await openSite({ playerDir, clock });
  try {
    const officer = await site.person('officer-an', 'officer');
    await sealClips(site, folder, CASES);
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    const headers = join(folder, 'headers.json');
    await writeFile(headers, JSON.stringify({ Cookie: officer.cookie }));
    const judge = async (name: string, args: readonly string[]) => {
      const out = join(folder, `${name}.json`);
      await promisify(execFile)(
        LIGHTHOUSE,
        [
          ...[`${base}/review`, '--quiet', '--output=json', `--output-path=${out}`, '--only-categories=performance'],
          ...[`--extra-headers=${headers}`, '--chrome-flags=--headless=new --no-sandbox --disable-gpu', ...args],
        ],
        { env: { ...process.env, CHROME_PATH: CHROMIUM }, maxBuffer: 1 << 26 },
      );
      const { lighthouseVersion, categories, audits } = JSON.parse(await readFile(out, 'utf8')) as LighthouseReport;
      const ms = (audit: string): number => Math.round(audits[audit]?.numericValue ?? NaN);
      return {
        ...{ name, lighthouse: lighthouseVersion, performance: categories.performance.score },
        ...{ firstContentfulPaintMs: ms('first-contentful-paint'), totalBlockingMs: ms('total-blocking-time') },
        largestContentfulPaintMs: ms('largest-contentful-paint'),
        layoutShift: audits['cumulative-layout-shift']?.numericValue ?? null,
      };
    };
    const results = [await judge('desktop', ['--preset=desktop']), await judge('phone', [])];
    report('lighthouse', COMMAND, { page: '/review', results });
    expect(results[0]!.performance).toBeGreaterThanOrEqual(LEAST);
  } finally {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
});
