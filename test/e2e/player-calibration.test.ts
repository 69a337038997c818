import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Setup } from '../../api/contract/setup.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { openSite, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';
const CONFIG = `version: 1
site: { name: Test city, language: en }
detectors:
  road: { model: any }
cameras:
  - id: gate
    source: { url: "rtsp://127.0.0.1:1/1" }
    analysis: { detector: road }
    rules: []
`;
/** Four points of a road that runs away from the camera, on the picture. */
const CORNERS = [
  [0.2, 0.9],
  [0.8, 0.9],
  [0.6, 0.4],
  [0.4, 0.4],
] as const;

describe.skipIf(!hasChromium)(`calibration in the browser${why}`, () => {
  let site: Site;
  let browser: Browser;
  let opened: OpenedPage;
  let dataDir: string;
  let file: string;
  const field = (name: string) => opened.page.getByLabel(name, { exact: true });
  const grid = () => opened.page.locator('.ground-grid line');

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'watchpost-calibration-'));
    const playerDir = join(dataDir, 'player');
    await buildPlayer(playerDir);
    file = join(dataDir, 'config.yml');
    await writeFile(file, CONFIG);
    site = await openSite({ playerDir, dataDir, config: parseConfig(CONFIG), configPath: file });
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/setup/gate' });
    opened.page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('a speed rule is given four points on the picture, and is refused until they are measured', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Rules' }).click();
    await page.getByLabel('Add a rule').selectOption('speed');
    await field('Speed limit (km/h)').fill('50');
    await page.getByRole('button', { name: 'Set four points on the picture' }).click();
    const canvas = (await page.locator('.picture-editor svg').boundingBox())!;
    for (const [x, y] of CORNERS) await page.mouse.click(canvas.x + x * canvas.width, canvas.y + y * canvas.height);
    await page.getByText('No plane yet').waitFor();
    await page.getByText('fixes no plane').first().waitFor();
    expect(await page.getByRole('button', { name: 'Save as a version' }).isDisabled()).toBe(true);
    expect(await grid().count()).toBe(0);
  });

  test('distances that cannot be are named; right ones lay a grid over the road', async () => {
    const { page } = opened;
    await field('1–2').fill('7');
    await field('2–3').fill('20');
    await field('3–4').fill('7');
    await field('4–1').fill('20');
    await field('1–3').fill('40');
    await page.getByText('The distances 1–2, 2–3, 1–3 make no triangle').waitFor();
    await field('1–3').fill('21.19');
    await page.getByText('Four points always fit').waitFor();
    expect(await grid().count()).toBeGreaterThan(6);
    await field('2–4 (check)').fill('22');
    await page.getByText('By the other distances 2–4 is 21.19 m: 0.81 m off what was measured.').waitFor();
  });

  test('a fifth point that was measured shows how well the points fit', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Calibration of speed-1' }).dblclick({ position: { x: 120, y: 120 } });
    await page.getByText('5 points are off by 0 m').waitFor();
    const y = field('y of point 5, metres');
    await y.fill(String(Number(await y.inputValue()) + 2));
    await page.getByText(/5 points are off by 0\.[1-9]\d? m/).waitFor();
    await page.getByRole('button', { name: 'Point 5 of speed-1' }).press('Delete');
    await page.getByText('Four points always fit').waitFor();
  });

  test('what is saved is what the rule reads', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Save as a version' }).click();
    await page.getByText('Nothing is changed.').waitFor();
    const rule = parseConfig(await readFile(file, 'utf8')).cameras[0]!.rules[0]!;
    expect(rule).toMatchObject({ id: 'speed-1', kind: 'speed', limitKmh: 50 });
    const { calibration } = rule as unknown as { calibration: { at: number[]; ground: number[] }[] };
    expect(calibration.map(({ ground }) => ground)).toEqual([
      [0, 0],
      [7, 0],
      [expect.closeTo(7, 1), expect.closeTo(20, 1)],
      [expect.closeTo(0, 1), expect.closeTo(20, 1)],
    ]);
    for (const [index, { at }] of calibration.entries())
      for (const axis of [0, 1]) expect(at[axis]).toBeCloseTo(CORNERS[index]![axis as 0 | 1], 2);
  });

  test('a calibration on one line is refused by the configuration check too', async () => {
    const { sha256, cameras } = (await site.admin.get('/api/setup')).json<Setup>();
    const [camera] = cameras as unknown as { rules: { calibration: { at: number[] }[] }[] }[];
    const rules = camera!.rules.map((rule) => ({
      ...rule,
      calibration: rule.calibration.map((point, index) => ({ ...point, at: [0.1 * index, 0.5] })),
    }));
    const answer = await site.admin.call('POST', '/api/setup/check', { sha256, camera: { ...camera, rules } });
    expect(answer.json<{ problems: { path: string; message: string }[] }>().problems).toEqual([
      { path: 'rules.0.calibration', message: expect.stringContaining('fixes no plane') as string },
    ]);
  });

  test('the page with a calibration is accessible and fits both screens', async () => {
    const looks = await lookAt(opened.page, '/setup/gate', '.picture-editor .shape', 'calibration');
    expect(looks).toEqual(clean(looks));
    expect(opened.errors).toEqual([]);
  });
});
