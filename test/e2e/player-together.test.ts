import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseDetail } from '../../api/contract/cases.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { acceptForTest } from './api-accept.ts';
import { CONFIG, openSite, type Person, sealCase, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, openPage } from './player-browser.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';
const twice = CONFIG.replace('undoMs: 30000 }', 'undoMs: 30000, secondReviewShare: 1 }');

describe.skipIf(!hasChromium)(`work on several cases in the browser${why}`, () => {
  let site: Site;
  let officer: Person;
  let second: Person;
  let browser: Browser;
  let playerDir: string;
  let base: string;
  const pages: Page[] = [];
  const open = async (username: string, path: string): Promise<{ page: Page; errors: readonly string[] }> => {
    const { page, errors } = await openPage(browser, base, { username, path });
    page.setDefaultTimeout(120_000);
    pages.push(page);
    return { page, errors };
  };
  const add = async (id: string, camera: 'gate' | 'bridge', kind: 'wrong_way' | 'red_light' = 'wrong_way') =>
    acceptForTest(site, await sealCase(site.store, id, { camera, kind, triggerAt: site.clock.at - 3_600_000 }));
  const get = async (id: string): Promise<CaseDetail> => (await officer.get(`/api/cases/${id}`)).json<CaseDetail>();

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir, config: parseConfig(twice) });
    officer = await site.person('officer-an', 'officer');
    second = await site.person('officer-binh', 'officer');
    base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('ticked cases are rejected with one reason, and what somebody else holds is told', async () => {
    for (const id of ['bulk-1', 'bulk-2', 'bulk-3']) await add(id, 'gate', 'red_light');
    const { page, errors } = await open('officer-an', '/cases');
    await page.getByLabel('Tick all open cases').check();
    await second.call('POST', '/api/cases/bulk-3/claim');
    await page.getByText('3 ticked').waitFor();
    await page.getByLabel('Reason').selectOption('not_visible');
    await page.getByRole('button', { name: 'Decide all of them' }).click();
    await page.getByText('2 of 3 cases decided.').waitFor();
    const { rows } = (await site.admin.get('/api/audit?action=case.verdict')).json<{ rows: { target: string }[] }>();
    expect(rows.map(({ target }) => target).sort()).toEqual(['bulk-1', 'bulk-2']);
    expect(errors).toEqual([]);
  });

  test('the supervisor reads how often two people agreed', async () => {
    for (const id of ['bulk-1', 'bulk-2']) {
      await second.call('POST', `/api/cases/${id}/claim`);
      const verdict = id === 'bulk-1' ? { verdict: 'rejected', reason: 'not_visible' } : { verdict: 'confirmed' };
      await second.call('POST', `/api/cases/${id}/verdict`, verdict);
    }
    await site.person('boss', 'supervisor');
    const { page, errors } = await open('boss', '/quality');
    await page.getByText('1 of 2 cases that two people decided got the same verdict.').waitFor();
    expect(errors).toEqual([]);
  });

  test('an act that two cameras saw is merged into the case that goes on, and taken back', async () => {
    for (const [id, camera] of [
      ['one', 'gate'],
      ['two', 'bridge'],
    ] as const) {
      await add(id, camera);
      for (const person of [officer, second]) {
        await person.call('POST', `/api/cases/${id}/claim`);
        await person.call('POST', `/api/cases/${id}/verdict`, { verdict: 'confirmed' });
      }
    }
    const { page, errors } = await open('officer-an', '/cases/two');
    await page.getByRole('button', { name: /Merge this case into that of/ }).click();
    await page.locator('[data-same-act=merged]').waitFor();
    expect(await get('two')).toMatchObject({ mergedInto: 'one', status: 'cancelled' });
    await page.getByRole('button', { name: 'Take the merge back' }).click();
    await page.locator('[data-same-act=alone]').waitFor();
    expect(await get('two')).toMatchObject({ mergedInto: null, status: 'verified' });
    expect(errors).toEqual([]);
  });

  test('a missed act needs a picture to report, and those reported are listed', async () => {
    const { page, errors } = await open('officer-an', '/cameras/gate');
    await page.getByText('Nobody has reported a missed act here.').waitFor();
    await page.getByRole('button', { name: 'Report what is shown' }).click();
    await page.getByText('Open the recording at the moment of the act first.').waitFor();
    expect(errors).toEqual([]);
  });
});
