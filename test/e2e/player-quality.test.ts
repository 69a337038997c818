import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QualityList } from '../../api/contract/quality.ts';
import type { RuleKind } from '../../pipeline/event.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, sealCase, type Site, TestClock } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)(`quality in the browser${why}`, () => {
  let site: Site;
  let officer: Person;
  let browser: Browser;
  let opened: OpenedPage;
  let playerDir: string;

  const decide = async (id: string, verdict: string, reason: string | null, extra: { kind?: RuleKind } = {}) => {
    await acceptForTest(site, await sealCase(site.store, id, extra));
    await officer.call('POST', `/api/cases/${id}/claim`);
    await officer.call('POST', `/api/cases/${id}/verdict`, { verdict, ...(reason ? { reason } : {}) });
  };

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    const clock = new TestClock();
    clock.at = Date.now();
    site = await openSite({ playerDir, clock });
    officer = await site.person('officer-an', 'officer');
    for (let index = 0; index < 6; index++) await decide(`right-${index}`, 'confirmed', null);
    await decide('excused', 'exempt', 'escort');
    await decide('wrong', 'rejected', 'not_visible');
    await decide('trial', 'rejected', 'test');
    await decide('open', 'unsure', null);
    await decide('crowd', 'rejected', 'no_violation', { kind: 'crowding' });
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/quality' });
    await opened.page.waitForSelector('.quality-table tbody tr');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('what is excused counts as right, what was a test counts for nothing', async () => {
    const { rows } = (await site.admin.get('/api/quality')).json<QualityList>();
    expect(rows.find(({ kind }) => kind === 'wrong_way')).toEqual({
      ...{ cameraId: 'gate', cameraName: 'Main gate', ruleId: 'wrong', kind: 'wrong_way' },
      ...{ confirmed: 6, exempt: 1, rejected: 1, unsure: 1 },
      reasons: { not_visible: 1, test: 1 },
    });
  });

  test('a verdict that was taken back no longer counts', async () => {
    await decide('undone', 'rejected', 'duplicate');
    await officer.call('DELETE', '/api/cases/undone/verdict');
    const { rows } = (await site.admin.get('/api/quality')).json<QualityList>();
    expect(rows.find(({ kind }) => kind === 'wrong_way')?.reasons).toEqual({ not_visible: 1, test: 1 });
  });

  test('precision comes with its interval, the doubtful rule first, and few verdicts are called few', async () => {
    const rows = opened.page.locator('.quality-table tbody tr');
    expect(await rows.first().innerText()).toContain('Crowding');
    const text = await rows.nth(1).innerText();
    // 7 of 8: Wilson 0.529–0.978.
    expect(text).toContain('88 %');
    expect(text).toContain('53–98 %');
    expect(text).toContain('fewer than 20 verdicts');
  });

  test('an officer does not see it', async () => {
    expect((await officer.get('/api/quality')).statusCode).toBe(403);
  });

  test('the page is accessible and fits an office screen and a phone, in both languages', async () => {
    const looks = await lookAt(opened.page, '/quality', '.quality-table tbody tr', 'quality');
    expect(looks).toEqual(clean(looks));
    expect(opened.errors).toEqual([]);
  });
});
