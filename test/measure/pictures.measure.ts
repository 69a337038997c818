import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { hasChromium } from '../e2e/player-browser.ts';
import { LOOKS, SCREENS } from '../e2e/player-checks.ts';
import { ROOT } from '../shared.ts';
import { openSystem, untilRecorded, type WatchedSystem } from './watched-system.ts';

/*
 * Pictures of the pages that show video: the whole system, with its own detectors, on the street and the hillside that are drawn.
 *     WATCHPOST_PICTURES=docs/images npx vitest run --project measure test/measure/pictures.measure.ts
 * The other pages are pictured by their own tests with the same variable (`npm run docs:pictures` does both).
 */
const FOLDER = process.env['WATCHPOST_PICTURES'] ?? '';
const why = !hasChromium
  ? ' (skipped: chromium is not installed)'
  : FOLDER === ''
    ? ' (skipped: WATCHPOST_PICTURES is not set)'
    : '';

const SAMPLES = join(ROOT, '.cache', 'samples');
const STREET = join(SAMPLES, 'street');
const HILL = join(SAMPLES, 'hill');
/** The clip of 24 s has gone round once, and its cases are sealed. */
const CASES = 6;
/** Live pictures play, their boxes with them. */
const PLAY_MS = 6_000;
const MOVING = 'canvas[data-tracks]:not([data-tracks="0"])';
type Camera = { readonly id: string; readonly rules: readonly { readonly kind: string }[] };

const cameras = (): object[] => {
  const demo = parse(readFileSync(join(ROOT, 'scripts/demo/cameras.yml'), 'utf8')) as { cameras: Camera[] };
  const camera = (id: string): Camera => demo.cameras.find((one) => one.id === id)!;
  const street = camera('street');
  const played = (url: string) => ({ url, loop: true, realtime: true });
  return [
    { ...street, source: played(join(STREET, 'street-day.mp4')) },
    {
      // A machine of two cores keeps up so.
      ...{ ...street, id: 'street-dusk', name: 'Phố mẫu – chiều tối', source: played(join(STREET, 'street-dusk.mp4')) },
      analysis: { detector: 'road', fps: 5, minScore: 0.25 },
      rules: street.rules.filter(({ kind }) => kind === 'line_count'),
    },
    { ...camera('tower'), source: played(join(HILL, 'hill.mp4')) },
    { id: 'bus-station', name: 'Bến xe', place: 'Cổng vào', source: { url: 'rtsp://127.0.0.1:9/live' } },
  ];
};

describe.skipIf(why !== '')(`pictures of pages with video${why}`, () => {
  let system: WatchedSystem;
  beforeAll(async () => {
    const draw = (what: string, args: readonly string[]): void =>
      void execFileSync('node', [`dist/models/${what}/main.js`, ...args], { cwd: ROOT });
    for (const light of ['day', 'dusk']) draw('street', ['--out', STREET, '--light', light]);
    draw('hill', ['--out', HILL]);
    system = await openSystem({
      ...{ version: 1, site: { name: 'Trung tâm giám sát', timeZone: 'Asia/Ho_Chi_Minh' }, server: { port: 0 } },
      recording: { segmentMs: 1000 },
      evidence: { preRollMs: 3000, postRollMs: 4000 },
      detectors: {
        crowded: { model: 'road', minScore: 0.25 },
        road: { model: 'road-small', minScore: 0.1 },
        smoke: { model: 'smoke', minScore: 0.1, threads: 1 },
      },
      cameras: cameras(),
    });
    await untilRecorded(system.page, 3);
    await system.page.waitForFunction(
      async (wanted) => {
        const answer = await fetch('/api/cases?limit=50');
        return ((await answer.json()) as { cases: unknown[] }).cases.length >= wanted;
      },
      CASES,
      { polling: 1_000 },
    );
  }, 600_000);
  afterAll(() => system.close());

  test.each([
    { name: 'wall', path: '/', wait: `.tile:nth-child(1) ${MOVING}` },
    { name: 'camera', path: '/cameras/street', wait: MOVING },
    { name: 'recording', path: '/cameras/street?at=AGO', wait: MOVING },
    { name: 'review', path: '/review?case=CASE', wait: '.verdict' },
    { name: 'case', path: '/cases/CASE', wait: '[data-status]' },
    { name: 'cases', path: '/cases', wait: 'tbody tr' },
    { name: 'fire', path: '/fire', wait: '.fire-incident' },
    { name: 'health', path: '/health', wait: 'tbody tr' },
    { name: 'audit', path: '/audit', wait: 'tbody tr' },
  ])('$name', { timeout: 300_000 }, async ({ name, path, wait }) => {
    const { page } = system;
    const origin = new URL(page.url()).origin;
    const shown = await page.evaluate(async () => {
      const answer = await fetch('/api/cases?limit=50&kind=wrong_way');
      return ((await answer.json()) as { cases: { id: string }[] }).cases.at(-1)?.id ?? '';
    });
    for (const { language, theme } of LOOKS)
      for (const { name: screen, ...size } of SCREENS) {
        const look = { language, theme, tiles: 4, showZones: name === 'camera' };
        await page.evaluate((wanted) => sessionStorage.setItem('look', JSON.stringify(wanted)), look);
        await page.setViewportSize(size);
        await page.goto(origin + path.replace('CASE', shown).replace('AGO', String(Date.now() - 20_000)));
        await page.waitForSelector(wait, { state: 'attached' });
        await page.waitForTimeout(PLAY_MS);
        await sharp(await page.screenshot())
          .png({ palette: true, effort: 10 })
          .toFile(join(FOLDER, `${name}-${screen}-${language}-${theme}.png`));
      }
    expect(page.url()).toContain(origin);
  });
});
