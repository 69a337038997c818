import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseExpired } from '../../api/custody.ts';
import type { CaseDetail } from '../../api/contract/cases.ts';
import type { AuditList } from '../../api/contract/audit.ts';
import type { EvidenceLink } from '../../api/contract/exports.ts';
import type { Custody, RetentionForecast } from '../../api/contract/custody.ts';
import { CustodyRepository } from '../../api/repositories/custody.ts';
import { eraseAt, type RetentionTier } from '../../pipeline/retention.ts';
import { acceptForTest } from './api-accept.ts';
import { openCustody } from './custody-parts.ts';
import { DATABASES } from './databases.ts';
import { logIn, openSite, PASSWORD, type Person, sealCase, type Site } from './api-harness.ts';

const DAY_MS = 86_400_000;

describe.each(DATABASES)('how long evidence lives, on $name', ({ open, skip }) => {
  let site: Site;
  let custody: Awaited<ReturnType<typeof openCustody>>;
  let lan: Person;
  let hoa: Person;
  let server: Awaited<ReturnType<typeof open>>;

  /** As the API does once an hour. */
  const expire = (): Promise<readonly string[]> => eraseExpired(custody.context);
  const add = async (id: string, verdict: object, kind: 'crowding' | 'wrong_way' | 'smoke' = 'wrong_way') => {
    await acceptForTest(site, await sealCase(site.store, id, { kind }));
    await lan.call('POST', `/api/cases/${id}/claim`);
    expect((await lan.call('POST', `/api/cases/${id}/verdict`, verdict)).statusCode).toBe(200);
  };
  /** Sessions do not last so long: everybody logs in again. */
  const pass = async (days: number): Promise<void> => {
    site.clock.at += days * DAY_MS;
    [lan, hoa] = [await logIn(site.app, 'lan', PASSWORD), await logIn(site.app, 'hoa', PASSWORD)];
  };
  const files = async (id: string): Promise<string[]> =>
    (await site.store.list(`cases/${id}`)).map(({ key }) => key.slice(`cases/${id}/`.length));
  const detail = async (id: string): Promise<CaseDetail> => (await lan.get(`/api/cases/${id}`)).json<CaseDetail>();

  beforeAll(async () => {
    if (skip) return;
    server = await open();
    site = await openSite({ databaseUrl: server.target });
    custody = await openCustody(site);
    lan = await site.person('lan', 'officer');
    hoa = await site.person('hoa', 'supervisor');
    await add('dismissed', { verdict: 'rejected', reason: 'no_violation' });
    await add('held', { verdict: 'rejected', reason: 'no_violation' });
    await add('fined', { verdict: 'confirmed' });
    await add('unsure', { verdict: 'unsure' });
    await add('crowd', { verdict: 'confirmed' }, 'crowding');
  });
  afterAll(async () => {
    if (skip) return;
    await custody.close();
    await site.close();
    await server.close();
  });

  test.skipIf(skip)('a case says when its evidence goes, and a hold takes that away', async () => {
    const before = (await detail('held')).custody;
    expect(before).toEqual({
      ...{ hold: null, tier: 'dismissed', erasedAt: null, dismissedDays: null },
      eraseAt: site.clock.now() + 30 * DAY_MS,
    });
    expect((await detail('fined')).custody).toMatchObject({ tier: null, eraseAt: null, dismissedDays: null });
    await acceptForTest(site, await sealCase(site.store, 'open'));
    expect((await detail('open')).custody).toMatchObject({
      eraseAt: null,
      dismissedDays: { rejected: 30, exempt: 30 },
    });
    const held = await lan.call('POST', '/api/cases/held/hold', { reason: ' Court of Ba Đình, 12/2026 ' });
    expect(held.json<Custody>()).toMatchObject({
      hold: { by: 'lan', reason: 'Court of Ba Đình, 12/2026' },
      eraseAt: null,
    });
    const again = await hoa.call('POST', '/api/cases/held/hold', { reason: 'again' });
    expect([again.statusCode, again.json<{ detail: string }>().detail]).toEqual([
      409,
      'Case "held" is under legal hold already, by lan',
    ]);
    expect((await lan.call('POST', '/api/cases/held/hold/end', { reason: 'x' })).statusCode).toBe(403);
    expect((await lan.call('POST', '/api/cases/held/hold', { reason: '  ' })).statusCode).toBe(400);
  });

  test.skipIf(skip)('a link opens one file to whoever has it, for its minutes, and is in the audit', async () => {
    const asked = await lan.call('POST', '/api/cases/fined/links', {
      path: 'clip.mp4',
      minutes: 2,
      purpose: 'court 7',
    });
    const link = asked.json<EvidenceLink>();
    expect([asked.statusCode, link.expiresAt]).toEqual([201, site.clock.now() + 120_000]);
    const open = () => site.app.inject({ url: link.url, headers: { range: 'bytes=2-4' } });
    const part = await open();
    expect([part.statusCode, part.body, part.headers['content-type']]).toEqual([206, '234', 'video/mp4']);
    await open();
    const { rows } = (await site.admin.get('/api/audit?target=fined')).json<AuditList>();
    expect(rows.filter(({ action, actor }) => action === 'evidence.read' && actor === 'link')).toHaveLength(1);
    expect(rows.find(({ action }) => action === 'evidence.linked')?.detail).toContain('court 7');
    expect((await site.app.inject(`${link.url.slice(0, -1)}-`)).statusCode).toBe(404);
    expect((await lan.call('POST', '/api/cases/fined/links', { path: '../x' })).statusCode).toBe(404);
    site.clock.at += 120_000;
    expect((await open()).statusCode).toBe(404);
  });

  test.skipIf(skip)('before their time nothing goes, and the forecast says what will', async () => {
    await pass(29);
    expect(await expire()).toEqual([]);
    const forecast = (await hoa.get('/api/retention')).json<RetentionForecast>();
    expect(forecast).toMatchObject({ held: 1, erased: 0 });
    expect(forecast.tiers[1]).toMatchObject({ kinds: null, states: ['rejected', 'exempt'], keepDays: 30 });
    expect(Object.fromEntries(forecast.tiers.map(({ name, cases, due30Days }) => [name, [cases, due30Days]]))).toEqual({
      ...{ fire: [0, 0], dismissed: [1, 1], confirmed: [1, 0] },
    });
    expect((await lan.get('/api/retention')).statusCode).toBe(403);
  });

  test.skipIf(skip)('what is closed is locked once, and again when its tier lasts longer', async () => {
    const tier = site.config.evidence.retention.find(({ name }) => name === 'dismissed')!;
    const due = async (asked: RetentionTier) => {
      const repository = new CustodyRepository(custody.db, site.clock, [asked]);
      return (await repository.toLock(asked, 9)).map(({ id, closed_at }) => [id, eraseAt(closed_at, asked)] as const);
    };
    const [[id, until] = ['', 0], ...others] = await due(tier);
    expect([id, until, others]).toEqual(['dismissed', (await detail('dismissed')).custody.eraseAt, []]);
    await custody.context.custody.locked(id, until);
    expect(await due(tier)).toEqual([]);
    expect(await due({ ...tier, keepDays: 30.3 })).toEqual([['dismissed', until + 0.3 * DAY_MS]]);
  });

  test.skipIf(skip)(
    'then clip and pictures go, seal and decision stay, and the case says so wherever it is asked for',
    async () => {
      await pass(2);
      expect(await expire()).toEqual(['dismissed']);
      expect(await expire()).toEqual([]);
      expect(await files('dismissed')).toEqual(['manifest.json', 'signature.json']);
      expect(await files('held')).toContain('clip.mp4');
      const { custody: after, verdict, history } = await detail('dismissed');
      expect(after).toMatchObject({ tier: 'dismissed', eraseAt: null, erasedAt: site.clock.now() });
      expect(verdict).toMatchObject({ by: 'lan' });
      expect(history.at(-1)).toMatchObject({ action: 'case.erased', actor: 'system' });
      for (const [method, path] of [
        ['GET', 'files/clip.mp4'],
        ['GET', 'export.zip'],
        ['GET', 'redacted.zip'],
        ['POST', 'verify'],
      ] as const) {
        const answer = await lan.call(method, `/api/cases/dismissed/${path}`);
        expect([path, answer.statusCode, answer.json<{ code: string }>().code]).toEqual([path, 410, 'EVIDENCE_ERASED']);
      }
      expect((await lan.get('/api/cases/dismissed/files/manifest.json')).statusCode).toBe(200);
      expect((await lan.get('/api/cases/dismissed/record.pdf')).statusCode).toBe(200);
      const late = await lan.call('POST', '/api/cases/dismissed/hold', { reason: 'too late' });
      expect(late.json<{ detail: string }>().detail).toContain('there is nothing left to hold');
    },
  );

  test.skipIf(skip)(
    'a hold beats time for as long as it stands; open cases, doubts and fines in procedure stay without one',
    async () => {
      await pass(1_000);
      expect(await expire()).toEqual(['crowd']);
      for (const id of ['held', 'fined', 'unsure']) expect(await files(id)).toContain('clip.mp4');
      expect((await hoa.call('POST', '/api/cases/held/hold/end', { reason: 'judged' })).json()).toMatchObject({
        hold: null,
      });
      expect(await expire()).toEqual(['held']);
      expect((await hoa.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
    },
  );

  test.skipIf(skip)(
    'cases of one act live together: a hold on one, also in that very moment, keeps all of them',
    async () => {
      await add('side', { verdict: 'confirmed' });
      expect((await lan.call('POST', '/api/cases/side/merge', { into: 'fined' })).statusCode).toBe(200);
      for (const status of ['owner_identified', 'notified', 'settled'])
        expect((await lan.call('POST', '/api/cases/fined/status', { status })).statusCode).toBe(200);
      for (const [path, person] of [
        ['hold', lan],
        ['hold/end', hoa],
      ] as const)
        await person.call('POST', `/api/cases/side/${path}`, { reason: 'appeal' });
      await pass(456);

      const holding = await custody.db.startTransaction().execute();
      await holding.updateTable('case_custody').set({ held: 1 }).where('case_id', '=', 'side').execute();
      const erasing = custody.context.custody.beginErasing('fined', 'confirmed');
      // SQLite lets it begin only afterwards; PostgreSQL when it comes to that row.
      if (server.target.startsWith('postgres'))
        await expect
          .poll(async () => (await sql`select 1 from pg_locks where not granted`.execute(custody.db)).rows.length)
          .toBeGreaterThan(0);
      await holding.commit().execute();
      expect(await erasing).toBe(false);
      expect((await detail('fined')).custody).toMatchObject({ hold: null, tier: 'confirmed', eraseAt: null });
      expect(await expire()).toEqual([]);
      expect(await files('fined')).toContain('clip.mp4');

      await hoa.call('POST', '/api/cases/side/hold/end', { reason: 'judged' });
      expect(await expire()).toEqual(['fined', 'side']);
      const alone = await lan.call('DELETE', '/api/cases/side/merge');
      expect([alone.statusCode, alone.json<{ code: string }>().code]).toEqual([410, 'EVIDENCE_ERASED']);
      expect((await hoa.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
    },
  );
});
