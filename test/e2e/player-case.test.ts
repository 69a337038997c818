import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { CaseDetail } from '../../api/contract/cases.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, sealCase, type Site } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

const TEXT = '30A-123.45';
const PLATE: NonNullable<EvidenceManifest['plates']>[number] = {
  ...{ trackId: 7, text: TEXT, kind: 'civil', confidence: 0.8, raw: '30A12845', edits: null },
  characters: Array.from('30A12345', (symbol) => ({ symbol, confidence: symbol === '3' ? 0.7 : 0.99 })),
  candidates: [TEXT, '30A-128.45'].map((text, index) => ({ text, kind: 'civil', probability: 0.8 - index * 0.6 })),
  ...{ framesUsed: 5, framesAgreeing: 3, heightPx: 22, grade: 'needs-human-reading', doubts: ['character-uncertain'] },
  crop: null,
};

describe.skipIf(!hasChromium)(`the page of a case${why}`, () => {
  let site: Site;
  let officer: Person;
  let browser: Browser;
  let opened: OpenedPage;
  let playerDir: string;
  const detail = async (): Promise<CaseDetail> => (await officer.get('/api/cases/decided')).json<CaseDetail>();

  beforeAll(async () => {
    playerDir = await mkdtemp(join(tmpdir(), 'watchpost-player-'));
    await buildPlayer(playerDir);
    site = await openSite({ playerDir });
    officer = await site.person('officer-an', 'officer');
    await acceptForTest(
      site,
      await sealCase(site.store, 'decided', { triggerAt: site.clock.at - 3_600_000, plates: [PLATE] }),
    );
    await officer.call('POST', '/api/cases/decided/claim');
    await officer.call('POST', '/api/cases/decided/verdict', { verdict: 'confirmed' });
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'officer-an', path: '/cases/decided' });
    // A loaded machine takes its time to draw.
    opened.page.setDefaultTimeout(120_000);
    await opened.page.waitForSelector('[data-status=verified]');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(playerDir, { recursive: true, force: true });
  });

  test('shows the plate with its doubtful characters marked and what else it may be', async () => {
    const plate = opened.page.locator('.plate');
    expect(await plate.locator('.plate-text').innerText()).toBe(TEXT);
    expect(await plate.locator('[data-unsure]').allInnerTexts()).toEqual(['3', '3']);
    const words = await plate.innerText();
    expect(words).toContain('A character is uncertain');
    expect(words).toContain('30A-128.45');
  });

  test('an officer corrects the plate; grammar is told while typing, and the machine’s reading stays', async () => {
    const { page } = opened;
    const field = page.getByLabel('The plate as you read it on the picture');
    await page.getByRole('button', { name: 'Correct the plate' }).click();
    await field.fill('30a-12');
    await page.getByText('The number has 4 or 5 digits.').waitFor();
    await field.fill('30a12845');
    await page.getByText('It can be read in several ways').waitFor();
    await page.getByRole('button', { name: '30A-128.45', exact: true }).click();
    await page.getByText('30A-128.45 · car').waitFor();
    await page.getByRole('button', { name: 'Save the plate' }).click();
    await page.getByText('read by officer-an').waitFor();
    expect(await page.locator('.plate .plate-text').allInnerTexts()).toEqual(['30A-128.45', TEXT]);
    const { plates, history } = await detail();
    expect(plates?.[0]).toMatchObject({ text: TEXT, corrected: { text: '30A-128.45', by: 'officer-an' } });
    expect(history.map(({ action }) => action)).toContain('case.plate');
  });

  test('names the law of the day of the act and what of it nobody has verified', async () => {
    expect(await opened.page.locator('.law').innerText()).toContain('Nghị định 168/2024/NĐ-CP (unverified)');
  });

  test('an officer takes the case on and gives it back, and the history says so in words', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'I see to it' }).click();
    await page.waitForSelector('[data-assigned=officer-an]');
    await page.getByRole('button', { name: 'Give it back' }).click();
    await page.waitForSelector('[data-assigned=""]');
    await page.locator('.history li:has-text("Responsible person")').nth(1).waitFor();
    expect(await page.locator('.history li:has-text("Nobody in particular")').count()).toBe(1);
    expect(await page.locator('.history li:has-text("Verdict") .sub').innerText()).toBe('Confirmed');
  });

  test('moves the case on step by step, and cancelling asks for a reason', async () => {
    const { page } = opened;
    expect(await page.locator('[data-step]').count()).toBe(2);
    expect(await page.locator('[data-step=cancelled]').isDisabled()).toBe(true);
    await page.click('[data-step=owner_identified]');
    await page.waitForSelector('[data-status=owner_identified]');
    await page.fill('[data-status] input', 'not our camera');
    await page.click('[data-step=cancelled]');
    await page.waitForSelector('[data-status=cancelled]');
    expect(await page.locator('[data-step]').count()).toBe(0);
    expect(await detail()).toMatchObject({ status: 'cancelled', dueAt: null });
  });

  test('puts the case under legal hold with a reason; lifting it is not the officer’s', async () => {
    const { page } = opened;
    const card = page.locator('[data-hold=off]');
    expect(await card.innerText()).toContain('are erased on');
    expect(await card.locator('button').isDisabled()).toBe(true);
    await card.locator('input').fill('Tòa án Ba Đình, 12/2026');
    await card.locator('button').click();
    await page.waitForSelector('[data-hold=on]:has-text("Tòa án Ba Đình, 12/2026")');
    expect(await page.locator('[data-hold=on] button').count()).toBe(0);
    expect((await detail()).custody).toMatchObject({ hold: { by: 'officer-an' }, eraseAt: null });
  });

  test('is found by a piece of its plate as the officer reads it, and the way back keeps what was asked', async () => {
    const { page } = opened;
    await page.goto(new URL('/cases', page.url()).href);
    const find = page.getByRole('searchbox', { name: 'Plate or case number' });
    await find.fill('123.45');
    await find.press('Enter');
    await page.getByText('No case within these filters has this plate or number.').waitFor();
    await find.fill('128?5');
    await find.press('Enter');
    await page.locator('.case-table tbody tr').getByText('30A-128.45').click();
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await page.locator('.case-table tbody tr').getByText('30A-128.45').waitFor();
    expect([await find.inputValue(), new URL(page.url()).search]).toEqual(['128?5', '?find=128%3F5']);
    const { rows } = (await site.admin.get('/api/audit?action=cases.searched')).json<AuditList>();
    expect(rows.map(({ actor, detail: asked }) => [actor, asked])).toContainEqual([
      'officer-an',
      '{"plate":"*128?5*","found":1}',
    ]);
    await page.goto(new URL('/cases/decided', page.url()).href);
  });

  test('keeps notes, and hands the case out as a ZIP and as a record', async () => {
    const { page } = opened;
    await page.fill('.case-page textarea', 'chủ xe đã gọi lại');
    await page.click('.case-page form button');
    await page.waitForSelector('.history:has-text("chủ xe đã gọi lại")');
    expect((await detail()).notes.map(({ text }) => text)).toEqual(['chủ xe đã gọi lại']);
    for (const path of ['export.zip', 'record.pdf'])
      expect(await page.locator(`a[href="/api/cases/decided/${path}"]`).count()).toBe(1);
    expect(opened.errors).toEqual([]);
  });
});
