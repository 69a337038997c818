import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DriftList, ThresholdList } from '../../api/contract/quality.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, sealCase, type Site, TestClock, watchEvent } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';
const CASES = 60;
const WEEK_MS = 7 * 86_400_000;

describe.skipIf(!hasChromium)(`thresholds and drift from verdicts${why}`, () => {
  let site: Site;
  let officer: Person;
  let browser: Browser;
  let opened: OpenedPage;
  let playerDir: string;

  /** Every third case is wrong, and wrong ones were just above the threshold of 120°. */
  const decide = async (index: number): Promise<void> => {
    const isRight = index % 3 !== 0;
    const value = isRight ? 150 + (index % 25) : 121 + (index % 10);
    const { decision } = watchEvent('any');
    const measurements = decision.measurements.map((one) => ({ ...one, value }));
    const id = `case-${index}`;
    await acceptForTest(site, await sealCase(site.store, id, { decision: { ...decision, measurements } }));
    await officer.call('POST', `/api/cases/${id}/claim`);
    const verdict = isRight ? { verdict: 'confirmed' } : { verdict: 'rejected', reason: 'no_violation' };
    await officer.call('POST', `/api/cases/${id}/verdict`, verdict);
  };

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    const clock = new TestClock();
    site = await openSite({ playerDir, clock });
    officer = await site.person('officer-an', 'officer');
    for (let index = 0; index < CASES; index++) await decide(index);
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/quality' });
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('a number that tells right from wrong gets a proposal, one that does not is refused with the reason', async () => {
    const { rows } = (await site.admin.get('/api/quality/thresholds')).json<ThresholdList>();
    const heading = rows.find(({ measure }) => measure === 'headingDifference')!;
    expect(heading).toMatchObject({ side: 'above', current: 120, decided: CASES, right: 40, refusal: null });
    expect(heading.proposal!.threshold).toBeGreaterThan(130);
    expect(heading.proposal!.threshold).toBeLessThanOrEqual(153);
    expect(heading.proposal!.keptWrong).toBe(0);
    const score = rows.find(({ measure }) => measure === 'score')!;
    expect(score).toMatchObject({ current: null, proposal: null, refusal: 'no-gain' });
  });

  test('with few verdicts nothing is proposed', async () => {
    const after = site.clock.at + 1;
    expect((await site.admin.get(`/api/quality/thresholds?after=${after}`)).json<ThresholdList>().rows).toEqual([]);
    const db = await openDatabase(join(site.dataDir, 'watchpost.db'));
    // All but thirty were decided long ago.
    await db
      .updateTable('labels')
      .set({ at: site.clock.at - 40 * 86_400_000 })
      .where('case_id', '>=', 'case-37')
      .execute();
    const from = site.clock.at - WEEK_MS;
    const { rows } = (await site.admin.get(`/api/quality/thresholds?after=${from}`)).json<ThresholdList>();
    expect(rows.map(({ refusal }) => refusal)).toEqual(['few-verdicts', 'few-verdicts']);
    await db.updateTable('labels').set({ at: site.clock.at }).execute();
    await db.destroy();
  });

  test('drift says which rule has more rejects than before', async () => {
    const db = await openDatabase(join(site.dataDir, 'watchpost.db'));
    // What was right was decided two weeks ago, but for a few: this week nearly all are rejected.
    await db
      .updateTable('labels')
      .set({ at: site.clock.at - 2 * WEEK_MS })
      .where('label', '=', 'confirmed')
      .where('case_id', '<', 'case-50')
      .execute();
    await db.destroy();
    const { rows } = (await site.admin.get('/api/quality/drift')).json<DriftList>();
    expect(rows).toHaveLength(1);
    expect(rows[0]!.changes).toEqual(['more-rejected']);
    expect(rows[0]!.weeks).toHaveLength(12);
    expect(rows[0]!.weeks.at(-1)!.rejected).toBe(20);
    expect(rows[0]!.weeks.reduce((sum, week) => sum + week.decided, 0)).toBe(CASES);
  });

  test('the page shows the proposal with what it rests on, and the change', async () => {
    const { page } = opened;
    await page.reload();
    const row = page.locator('.threshold-table [data-measure=headingDifference]');
    await row.waitFor();
    expect(await row.innerText()).toMatch(/≥ 1[345]\d°/);
    expect(await row.innerText()).toContain('rests on 60 verdicts');
    expect(await page.locator('[data-measure=score]').innerText()).toContain('does not tell right from wrong');
    await page.getByText('more are rejected').waitFor();
    const looks = await lookAt(page, '/quality', '.threshold-table', 'quality-thresholds');
    expect(looks).toEqual(clean(looks));
    expect(opened.errors).toEqual([]);
  });

  test('an officer sees neither', async () => {
    expect((await officer.get('/api/quality/thresholds')).statusCode).toBe(403);
    expect((await officer.get('/api/quality/drift')).statusCode).toBe(403);
  });
});
