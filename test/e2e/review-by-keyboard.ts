import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { EXEMPT_CHOICES, REJECT_CHOICES } from '../../player/pages/review/keyboard.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { acceptForTest } from './api-accept.ts';
import { sealCase, type Site } from './api-harness.ts';

/** What an officer does with one case: the keys, and what must stand in the database afterwards. */
type Act = { readonly keys: readonly string[]; readonly verdict: string; readonly reason: string | null };

/** Most are right; of the others every reason comes up. */
export const actOf = (index: number): Act => {
  const part = index % 8;
  if (part === 3) {
    const number = (index >> 3) % REJECT_CHOICES.length;
    return { keys: ['r', String(number + 1)], verdict: 'rejected', reason: REJECT_CHOICES[number]! };
  }
  if (part === 5) {
    const number = (index >> 3) % EXEMPT_CHOICES.length;
    return { keys: ['e', String(number + 1)], verdict: 'exempt', reason: EXEMPT_CHOICES[number]! };
  }
  if (part === 7) return { keys: ['u'], verdict: 'unsure', reason: null };
  return { keys: ['a'], verdict: 'confirmed', reason: null };
};

/** Cases whose clips play, a minute apart, the oldest first. @returns their ids in that order */
export const sealClips = async (site: Site, folder: string, count: number): Promise<readonly string[]> => {
  const file = join(folder, 'case.mp4');
  await makeCounterClip({ file, frames: 200, rate: '25', gop: 25, size: '1280x720' });
  const clip = await readFile(file);
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const id = `case-${String(index).padStart(4, '0')}`;
    const triggerAt = site.clock.at - (count - index) * 60_000;
    await acceptForTest(site, await sealCase(site.store, id, { triggerAt, clip }));
    ids.push(id);
  }
  return ids;
};

/**
 * Decides the cases that are open, one after the other, by keys alone.
 * @param thinkMs how long each is looked at; the next clip is loaded meanwhile
 * @returns per case but the last: ms from the key that decided to the first picture of the next clip on the screen
 */
export const decideAll = async (page: Page, count: number, thinkMs: number): Promise<readonly number[]> => {
  await page.evaluate(() => {
    const waits: number[] = [];
    Object.assign(window, { waits });
    let pressedAt: number | null = null;
    let shown: HTMLVideoElement | null = document.querySelector('.clip:not([hidden]) video');
    // Before the page's own listener; the event's time stamp is that of the key itself.
    addEventListener('keydown', (event) => (pressedAt = event.timeStamp), { capture: true });
    const look = (): void => {
      const video = document.querySelector<HTMLVideoElement>('.clip:not([hidden]) video');
      if (video && video !== shown) {
        shown = video;
        const since = pressedAt;
        video.requestVideoFrameCallback((_now, { presentationTime }) => {
          if (since !== null) waits.push(presentationTime - since);
        });
      }
      requestAnimationFrame(look);
    };
    look();
  });
  const waits = (): Promise<number[]> => page.evaluate(() => (window as unknown as { waits: number[] }).waits);
  for (let index = 0; index < count; index++) {
    await page.waitForSelector('.verdict[data-verdict=confirmed]:enabled');
    await page.waitForTimeout(thinkMs);
    const before = await page.locator('.queue [aria-current]').getAttribute('data-case');
    for (const key of actOf(index).keys) await page.keyboard.press(key);
    await page.waitForFunction(
      (id) => document.querySelector('.queue [aria-current]')?.getAttribute('data-case') !== id,
      before,
    );
    if (index < count - 1)
      await page.waitForFunction(
        (wanted) => (window as unknown as { waits: number[] }).waits.length >= wanted,
        index + 1,
      );
  }
  return waits();
};
