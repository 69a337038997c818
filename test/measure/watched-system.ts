import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type ProcessUse, processTree } from '../../benchmarks/process-tree.ts';
import { PASSWORD } from '../e2e/api-harness.ts';
import { openBrowser } from '../e2e/player-browser.ts';
import { startSystem } from '../e2e/running-system.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';

const FPS = 25;
const CLIP_S = 120;
const WAIT_MS = 120_000;

export type WatchedSystem = {
  readonly page: Page;
  readonly dataDir: string;
  /** All processes of the browser: page, compositor (here also the decoder), network. */
  readonly browserUse: () => readonly ProcessUse[];
  readonly close: () => Promise<void>;
};

/**
 * `watchpost up` with cameras that record and are not analysed, and a page in a real browser that is logged in.
 * @param size of the cameras' pictures, e.g. `640x360`; 25 a second, H.264, a key frame every second
 */
export const watchSystem = async (cameras: readonly string[], size: string): Promise<WatchedSystem> => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-measure-'));
  const clip = join(folder, 'clip.mp4');
  await makeCounterClip({ file: clip, frames: FPS * CLIP_S, rate: String(FPS), gop: FPS, size });
  const system = await openSystem({
    version: 1,
    server: { port: 0 },
    cameras: cameras.map((id) => ({ id, source: { url: clip, loop: true, realtime: true } })),
  });
  return {
    ...system,
    close: async () => {
      await system.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** `watchpost up` with a configuration, and a page in a real browser that is logged in as its administrator. */
export const openSystem = async (config: object): Promise<WatchedSystem> => {
  const system = startSystem(config);
  const said = async (pattern: RegExp): Promise<string> => {
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const found = pattern.exec(system.output())?.[1];
      if (found) return found;
      if (performance.now() > until) throw new Error(`not said within ${WAIT_MS} ms: ${String(pattern)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const address = await said(/(http:\/\/[\d.]+:\d+)/);
  const password = await said(/\b([a-z0-9]{5}(?:-[a-z0-9]{5}){3})\b/);
  const browser = await openBrowser();
  const page = await openedPage(browser, address, password);
  return {
    ...{ page, dataDir: system.dataDir },
    browserUse: () => processTree(process.pid).filter(({ name }) => /chrom/.test(name)),
    close: async () => {
      await browser.close();
      await system.stop();
      rmSync(system.dataDir, { recursive: true, force: true });
    },
  };
};

/** Logs in with the printed password and changes it, as everybody does at first. */
const openedPage = async (browser: Browser, address: string, password: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  await context.addInitScript(() => {
    // A test that wants another look leaves it for the next page.
    const look = JSON.parse(sessionStorage.getItem('look') ?? '{}') as object;
    localStorage.setItem('watchpost.preferences', JSON.stringify({ language: 'en', tiles: 16, ...look }));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(address);
  await page.fill('input[autocomplete=username]', 'admin');
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('input[type=password]').length === 3);
  const fields = page.locator('input[type=password]');
  for (const [index, text] of [password, PASSWORD, PASSWORD].entries()) await fields.nth(index).fill(text);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('input[type=password]').length === 0);
  return page;
};

/** Until every camera has something to play. */
export const untilRecorded = (page: Page, cameras: number): Promise<unknown> =>
  page.waitForFunction(
    async (wanted) => {
      const answer = await fetch('/api/cameras');
      const found = (await answer.json()) as { playlist: string | null }[];
      return found.filter(({ playlist }) => playlist !== null).length >= wanted;
    },
    cameras,
    { polling: 1_000 },
  );
