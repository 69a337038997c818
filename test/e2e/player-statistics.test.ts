import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseCountList, CoverageList } from '../../api/contract/statistics.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { CountRepository } from '../../api/repositories/counts.ts';
import { TallyRepository } from '../../api/repositories/tallies.ts';
import { toDateText } from '../../player/date-text.ts';
import { nextDay, toDay, toInstant } from '../../player/site-time.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, sealCase, type Site, TestClock } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const ZONE = 'Asia/Ho_Chi_Minh';
const HOUR = 3_600_000;
/** Three days ago, so that the whole day is over at any hour of the test. */
const day = toDay(Date.now() - 72 * HOUR, ZONE);
const midnight = toInstant(day, ZONE) ?? 0;

/** Crossings of a day with a morning and an evening rush. */
const addCrossings = async (site: Site): Promise<void> => {
  const db = await openDatabase(join(site.dataDir, 'watchpost.db'));
  try {
    const crossings = Array.from({ length: 24 }, (_, hour) => hour).flatMap((hour) =>
      (['motorcycle', 'car', 'bus'] as const).flatMap((className, index) => {
        const rush = Math.exp(-((hour - 7.5) ** 2) / 4) + Math.exp(-((hour - 17.5) ** 2) / 5);
        const count = Math.round((2 + 40 * rush) / (1 + 2 * index));
        return Array.from({ length: count }, (_, number) => ({
          ...{ eventId: `${className}-${hour}-${number}`, cameraId: 'gate', ruleId: 'count', direction: 'in' },
          className,
          at: midnight + hour * HOUR + number * 1_000,
        }));
      }),
    );
    for (let from = 0; from < crossings.length; from += 500)
      await new CountRepository(db).add(crossings.slice(from, from + 500), site.clock.at);
    const minutes = Array.from({ length: 96 }, (_, quarter) => ({
      ...{ id: `quarter-${quarter}`, cameraId: 'gate', at: midnight + quarter * 900_000 },
      speeds: [30, 34, 38, 41, 52].map((kmh, index) => ({ className: index < 3 ? 'motorcycle' : 'car', kmh })),
      crowds: [{ ruleId: 'square', most: Math.round(20 * Math.exp(-((quarter - 70) ** 2) / 90)), mean: 1 }],
    }));
    await new TallyRepository(db).add(minutes, site.clock.at);
  } finally {
    await db.destroy();
  }
};

const addRecording = async (site: Site): Promise<void> => {
  const folder = join(site.dataDir, 'recordings/gate');
  const start = new Date(midnight - HOUR).toISOString().replace(/[-:.]/g, '');
  await mkdir(join(folder, start), { recursive: true });
  const gap = { cameraId: 'gate', fromAt: midnight + 6 * HOUR, toAt: midnight + 12 * HOUR };
  await writeFile(join(folder, 'gaps.ndjson'), `${JSON.stringify({ ...gap, cause: 'SOURCE_STALLED: no packets' })}\n`);
};

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe('statistics of cases and recordings', () => {
  let site: Site;
  const span = `after=${midnight}&before=${midnight + 24 * HOUR}`;
  beforeAll(async () => {
    const clock = new TestClock();
    clock.at = Date.now();
    site = await openSite({ clock });
    await addRecording(site);
    for (const [id, extra] of [
      ['one', { triggerAt: midnight + 7 * HOUR }],
      ['two', { triggerAt: midnight + 7 * HOUR + 60_000 }],
      ['three', { triggerAt: midnight + 8 * HOUR, camera: 'bridge' }],
      ['smoke', { triggerAt: midnight + 9 * HOUR, kind: 'smoke' }],
      ['before', { triggerAt: midnight - 1 }],
    ] as const)
      await acceptForTest(site, await sealCase(site.store, id, extra));
  });
  afterAll(() => site.close());

  test('cases are counted by camera, kind and quarter hour, with what became of them', async () => {
    await site.admin.call('POST', '/api/cases/one/claim');
    await site.admin.call('POST', '/api/cases/one/verdict', { verdict: 'confirmed' });
    const { counts } = (await site.admin.get(`/api/statistics/cases?${span}`)).json<CaseCountList>();
    expect(counts).toHaveLength(3);
    expect(counts[0]).toEqual({
      ...{ cameraId: 'gate', cameraName: 'Main gate', place: 'Trần Phú, Ba Đình', kind: 'wrong_way' },
      quarterAt: midnight + 7 * HOUR,
      ...{ cases: 2, open: 1, confirmed: 1, rejected: 0 },
    });
  });

  test('a unit counts its own cameras, a ranger fires alone, a viewer none', async () => {
    const officer = await site.person('south', 'officer', ['south']);
    const ranger = await site.person('ranger', 'ranger');
    const viewer = await site.person('viewer', 'viewer');
    const kindsOf = async (person: typeof officer): Promise<string[]> =>
      (await person.get(`/api/statistics/cases?${span}`))
        .json<CaseCountList>()
        .counts.map(({ cameraId, kind }) => `${cameraId} ${kind}`);
    expect(await kindsOf(officer)).toEqual(['bridge wrong_way']);
    expect(await kindsOf(ranger)).toEqual(['gate smoke']);
    expect((await viewer.get(`/api/statistics/cases?${span}`)).statusCode).toBe(403);
  });

  test('coverage is the recorded share of the known time, with causes', async () => {
    const { cameras } = (await site.admin.get(`/api/statistics/coverage?${span}`)).json<CoverageList>();
    expect(cameras[0]).toMatchObject({ cameraId: 'gate', share: 0.75 });
    expect(cameras[0]?.gaps[0]?.cause).toContain('SOURCE_STALLED');
    expect(cameras[1]).toMatchObject({ cameraId: 'bridge', knownFrom: null, share: null });
  });
});

describe.skipIf(!hasChromium)(`statistics in the browser${why}`, () => {
  let site: Site;
  let browser: Browser;
  let opened: OpenedPage;
  let playerDir: string;
  const path = `/statistics?from=${day}&until=${day}`;

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    const clock = new TestClock();
    clock.at = Date.now();
    site = await openSite({ playerDir, clock });
    await addCrossings(site);
    await addRecording(site);
    for (const [index, kind] of (['wrong_way', 'wrong_way', 'red_light', 'no_helmet', 'red_light'] as const).entries())
      await acceptForTest(
        site,
        await sealCase(site.store, `case-${index}`, { kind, triggerAt: midnight + (6 + 2 * index) * HOUR }),
      );
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path });
    await opened.page.waitForSelector('.chart canvas');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('the numbers behind the chart are those that were counted', async () => {
    const { page } = opened;
    await page.getByText('Show the numbers').click();
    const seven = page.locator('.statistic details tbody tr').nth(7).locator('td');
    const { counts } = (
      await site.admin.get(`/api/statistics/counts?after=${midnight + 7 * HOUR}&before=${midnight + 8 * HOUR}`)
    ).json<{ counts: { className: string; count: number }[] }>();
    const sum = (name: string): string =>
      String(counts.filter(({ className }) => className === name).reduce((all, { count }) => all + count, 0));
    expect(await seven.allTextContents()).toEqual([sum('motorcycle'), sum('car'), sum('bus')]);
  });

  test('the table is saved as CSV', async () => {
    const { page } = opened;
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV: Violations by kind, place and hour' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`watchpost-cases_${day}.csv`);
    const text = await readFile(await download.path(), 'utf8');
    expect(text.split('\r\n')).toHaveLength(7);
    expect(text).toContain(
      `${new Date(midnight + 6 * HOUR).toISOString()},gate,Main gate,"Trần Phú, Ba Đình",wrong_way,1,1,0,0`,
    );
  });

  test('speeds stand with their median and what 85 of 100 stay below, crowds with their peak', async () => {
    const { page } = opened;
    const cells = (first: string) => page.locator('tr', { hasText: first }).locator('td');
    expect(await cells('Motorcycle').filter({ hasText: /\d/ }).allTextContents()).toEqual(['288', '34', '38', '35–40']);
    expect(await cells('Main gate · square').first().textContent()).toBe('20');
  });

  test('a kind leads to its cases of these days', async () => {
    const { page } = opened;
    await page.getByRole('link', { name: 'Red light' }).click();
    await page.waitForSelector('.case-table tbody tr');
    expect(await page.locator('.case-table tbody tr').count()).toBe(2);
    await page.goBack();
    await page.waitForSelector('.chart canvas');
  });

  test('a day without anything says so, and where flow comes from', async () => {
    const { page } = opened;
    await page.goto(new URL(`/statistics?from=${nextDay(day)}&until=${nextDay(day)}`, page.url()).href);
    await page.getByText('Nothing was counted').waitFor();
    await page.getByText('No cases in this time').waitFor();
  });

  test('a day is typed day first; one that is none says what to write and changes nothing', async () => {
    const { page } = opened;
    await page.goto(new URL(path, page.url()).href);
    const from = page.getByRole('textbox', { name: 'From' });
    expect(await from.inputValue()).toBe(toDateText(day));
    await from.fill('31/02/2026');
    await from.press('Tab');
    await page.getByText('There is no such date. Write day/month/year').waitFor();
    expect(await from.getAttribute('aria-invalid')).toBe('true');
    expect(new URL(page.url()).searchParams.get('from')).toBe(day);
    const earlier = toDay(midnight - HOUR, ZONE);
    await from.fill(toDateText(earlier));
    await from.press('Enter');
    await page.waitForURL(`**from=${earlier}**`);
    expect(await from.getAttribute('aria-invalid')).toBe('false');
  });

  test('the page is accessible and fits an office screen and a phone, in both languages', async () => {
    const looks = await lookAt(opened.page, path, '.chart canvas', 'statistics');
    expect(looks).toEqual(clean(looks));
    expect(opened.errors).toEqual([]);
  });
});
