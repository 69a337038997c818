import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Findings = { readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[] };

/** What axe finds serious or critical on the page as it stands (WCAG 2.2 A and AA). */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<Findings>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
};

export const SCREENS = [
  { name: 'office', width: 1366, height: 768 },
  { name: 'phone', width: 390, height: 844 },
] as const;
export const LOOKS = [
  { language: 'vi', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const;

export type Look = {
  readonly name: string;
  readonly findings: readonly string[];
  readonly overflow: number;
  /** Names in the navigation that are cut off. */
  readonly cut: readonly (string | null)[];
};

/**
 * Looks at a page on an office screen and a phone, in both languages and themes. Pictures are kept in the folder of
 * `WATCHPOST_PICTURES`, if that is set. `overflow` is how far the page is wider than the screen, px.
 * @param wait what is there once the page has its data, in any language
 */
export const lookAt = async (page: Page, path: string, wait: string, name: string): Promise<Look[]> => {
  const folder = process.env['WATCHPOST_PICTURES'];
  const looks: Look[] = [];
  const before = await page.evaluate(() => localStorage.getItem('watchpost.preferences'));
  for (const { language, theme } of LOOKS) {
    await page.evaluate(
      (change) => {
        const old: object = JSON.parse(localStorage.getItem('watchpost.preferences') ?? '{}') as object;
        sessionStorage.setItem('look', JSON.stringify({ ...old, ...change }));
      },
      { language, theme },
    );
    for (const { name: screen, ...size } of SCREENS) {
      await page.setViewportSize(size);
      await page.goto(new URL(path, page.url()).href);
      await page.waitForSelector(wait);
      if (folder)
        await sharp(await page.screenshot())
          .png({ palette: true })
          .toFile(join(folder, `${name}-${screen}-${language}-${theme}.png`));
      const overflow = await page.evaluate(() => {
        // Pages scroll in `main`; without it (at log-in) the document does.
        const parts = [document.documentElement, ...document.querySelectorAll('main')];
        return Math.max(...parts.map((part) => part.scrollWidth - part.clientWidth));
      });
      // Names of pages are read as they stand: none may be cut off.
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.rail nav span, .rail nav button span')]
          .filter((one) => one.offsetParent !== null)
          .filter((one) => {
            const [own, bar] = [one.getBoundingClientRect(), one.closest('.rail')!.getBoundingClientRect()];
            return own.left < bar.left || own.right > bar.right || own.height > 40 || one.scrollWidth > one.offsetWidth;
          })
          .map((one) => one.textContent),
      );
      looks.push({ name: `${screen} ${language} ${theme}`, findings: await seriousFindings(page), overflow, cut });
    }
  }
  await page.evaluate((old) => {
    sessionStorage.removeItem('look');
    if (old !== null) localStorage.setItem('watchpost.preferences', old);
  }, before);
  await page.setViewportSize({ width: 1366, height: 768 });
  return looks;
};

/** What a page must be in each of its looks. */
export const clean = (looks: readonly Look[]): Look[] =>
  looks.map(({ name }) => ({ name, findings: [], overflow: 0, cut: [] }));
