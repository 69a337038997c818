import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { madeOnce } from '../made-once.ts';
import { PASSWORD } from './api-harness.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const CHROMIUM = '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);

/** Builds the player into a folder, so that the test runs what is in the checkout, as it is delivered. */
export const buildPlayer = async (outDir: string): Promise<void> => {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  await madeOnce(outDir, 'player', (folder) =>
    promisify(execFile)(
      process.execPath,
      [vite, 'build', '--config', join(ROOT, 'player/vite.config.ts'), '--outDir', folder, '--emptyOutDir'],
      // In a test's environment the build would hold React's slow development version.
      { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
    ),
  );
};

/** @param keepsSilent as browsers are by themselves: no sound before somebody pressed something */
export const openBrowser = (keepsSilent = false): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--autoplay-policy=${keepsSilent ? 'document-user-activation-required' : 'no-user-gesture-required'}`,
    ],
  });

export type OpenedPage = {
  readonly page: Page;
  /** Every address that the page asked for. */
  readonly requests: readonly string[];
  /** Errors of the page's own scripts. */
  readonly errors: readonly string[];
};

/** An office screen, logged in, in English so that tests read like the page. */
export const openPage = async (
  browser: Browser,
  base: string,
  options: { readonly username: string; readonly path: string },
): Promise<OpenedPage> => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  // `look` is how a test sees a page in another language or theme (player-checks.ts).
  await context.addInitScript(() =>
    localStorage.setItem('watchpost.preferences', sessionStorage.getItem('look') ?? '{"language":"en"}'),
  );
  const page = await context.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // What the server refuses on purpose is also told here; the page shows it, and tests look for that.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  await page.goto(base + options.path);
  await page.fill('input[autocomplete=username]', options.username);
  await page.fill('input[autocomplete=current-password]', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.shell');
  return { page, requests, errors };
};
