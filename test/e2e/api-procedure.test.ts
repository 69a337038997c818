import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { Kysely, Migrator } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseDetail, CaseList, CaseSummary } from '../../api/contract/cases.ts';
import type { AssigneeList } from '../../api/contract/assignment.ts';
import type { Agreement, BulkResult, MissedList } from '../../api/contract/procedure.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import * as first from '../../api/database/migrations/0001-first.ts';
import { sqliteDialect } from '../../api/database/sqlite.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { acceptForTest } from './api-accept.ts';
import { CONFIG, openSite, type Person, sealCase, type Site } from './api-harness.ts';

const DAY = 24 * 3_600_000;
const code = (answer: LightMyRequestResponse): string =>
  `${answer.statusCode} ${answer.json<{ code?: string }>().code ?? ''}`.trim();

describe('the procedure after the verdict', () => {
  let site: Site;
  let lan: Person;
  beforeAll(async () => {
    site = await openSite();
    lan = await site.person('lan', 'officer');
  });
  afterAll(() => site.close());
  const decided = async (id: string, verdict: object): Promise<void> => {
    await acceptForTest(site, await sealCase(site.store, id, { triggerAt: site.clock.at - DAY }));
    await lan.call('POST', `/api/cases/${id}/claim`);
    await lan.call('POST', `/api/cases/${id}/verdict`, verdict);
  };
  const move = (id: string, status: string, note?: string) =>
    lan.call('POST', `/api/cases/${id}/status`, { status, ...(note ? { note } : {}) });

  test('a confirmed case goes from step to step, each with the clock that the law sets', async () => {
    await acceptForTest(site, await sealCase(site.store, 'way', { triggerAt: site.clock.at - DAY }));
    const at = site.clock.at;
    const get = async (): Promise<CaseDetail> => (await lan.get('/api/cases/way')).json<CaseDetail>();
    expect(await get()).toMatchObject({ status: 'detected', dueFor: 'notice', dueAt: at + 10 * DAY });
    await lan.call('POST', '/api/cases/way/claim');
    await lan.call('POST', '/api/cases/way/verdict', { verdict: 'confirmed' });
    expect(await get()).toMatchObject({ status: 'verified', dueAt: at + 10 * DAY });
    for (const status of ['owner_identified', 'notified'] as const)
      expect((await move('way', status)).statusCode).toBe(200);
    expect(await get()).toMatchObject({ status: 'notified', dueFor: 'publication', dueAt: at + 20 * DAY });
    expect((await move('way', 'published')).json<CaseSummary>()).toMatchObject({
      ...{ dueFor: 'limitation', dueAt: at - DAY + 365 * DAY },
    });
    expect((await move('way', 'settled')).json<CaseSummary>()).toMatchObject({ status: 'settled', dueAt: null });
    expect((await get()).history.filter(({ action }) => action === 'case.status')).toHaveLength(4);
  });

  test('a case has somebody who sees to it: taken by an officer, given by a supervisor, found by their name', async () => {
    const [boss, em] = [await site.person('boss', 'supervisor'), await site.person('em', 'officer')];
    await site.person('far', 'officer', ['south']);
    await acceptForTest(site, await sealCase(site.store, 'care'));
    const give = async (person: Person, username: string | null): Promise<string> =>
      code(await person.call('POST', '/api/cases/care/assignee', { username }));
    expect(await give(lan, 'lan')).toBe('200');
    expect([await give(em, 'em'), await give(em, null)]).toEqual(['409 CASE_CONFLICT', '409 CASE_CONFLICT']);
    expect(await give(lan, 'em')).toBe('403 FORBIDDEN');
    const { assignees } = (await boss.get('/api/cases/care/assignees')).json<AssigneeList>();
    expect(assignees.map(({ username }) => username)).toEqual(['admin', 'boss', 'em', 'lan']);
    expect([await give(boss, 'far'), await give(boss, 'nobody')]).toEqual([
      '400 REQUEST_INVALID',
      '400 REQUEST_INVALID',
    ]);
    expect(await give(boss, 'em')).toBe('200');
    const listed = (await lan.get('/api/cases?assignedTo=em')).json<CaseList>();
    expect(listed.cases.map(({ id, assignedTo }) => [id, assignedTo])).toEqual([['care', 'em']]);
    const { history } = (await lan.get('/api/cases/care')).json<CaseDetail>();
    expect(
      history.filter(({ action }) => action === 'case.assigned').map(({ actor, detail }) => [actor, detail]),
    ).toEqual([
      ['lan', '{"to":"lan"}'],
      ['boss', '{"to":"em"}'],
    ]);
  });

  test('no step is left out or gone back, and an end is an end', async () => {
    await decided('skip', { verdict: 'confirmed' });
    for (const status of ['notified', 'settled', 'detected', 'verified'])
      expect(code(await move('skip', status))).toBe('409 CASE_CONFLICT');
    await decided('over', { verdict: 'rejected', reason: 'not_visible' });
    expect((await lan.get('/api/cases/over')).json<CaseDetail>()).toMatchObject({ status: 'cancelled', dueAt: null });
    expect(code(await move('over', 'owner_identified'))).toBe('409 CASE_CONFLICT');
  });

  test('cancelling needs a reason, and is not for the auditor', async () => {
    await decided('stop', { verdict: 'confirmed' });
    expect(code(await move('stop', 'cancelled'))).toBe('400 REQUEST_INVALID');
    const auditor = await site.person('kim', 'auditor');
    expect(code(await auditor.call('POST', '/api/cases/stop/status', { status: 'owner_identified' }))).toBe(
      '403 FORBIDDEN',
    );
    expect((await move('stop', 'cancelled', 'wrong plate')).json<CaseSummary>().status).toBe('cancelled');
  });

  test('undoing a verdict opens the clock again, but not once the case was moved on', async () => {
    await decided('undo', { verdict: 'confirmed' });
    expect((await lan.call('DELETE', '/api/cases/undo/verdict')).json<CaseSummary>()).toMatchObject({
      ...{ state: 'claimed', status: 'detected', dueFor: 'notice' },
    });
    await decided('moved', { verdict: 'confirmed' });
    await move('moved', 'owner_identified');
    expect(code(await lan.call('DELETE', '/api/cases/moved/verdict'))).toBe('409 CASE_CONFLICT');
  });

  test('a case that nobody was sure of does not end there: a supervisor opens it again and decides', async () => {
    const hoa = await site.person('hoa', 'supervisor');
    await decided('doubt', { verdict: 'unsure' });
    expect(code(await lan.call('POST', '/api/cases/doubt/reopen'))).toBe('403 FORBIDDEN');
    expect(code(await hoa.call('POST', '/api/cases/doubt/claim'))).toBe('409 CASE_CONFLICT');
    const opened = (await hoa.call('POST', '/api/cases/doubt/reopen')).json<CaseSummary>();
    expect(opened).toMatchObject({ state: 'pending', verdict: null, escalated: true, status: 'detected' });
    expect(code(await hoa.call('POST', '/api/cases/doubt/reopen'))).toBe('409 CASE_CONFLICT');
    expect(code(await lan.call('POST', '/api/cases/doubt/claim'))).toBe('409 CASE_CONFLICT');
    await hoa.call('POST', '/api/cases/doubt/claim');
    await hoa.call('POST', '/api/cases/doubt/verdict', { verdict: 'confirmed' });
    const { state, status, verdict, history } = (await lan.get('/api/cases/doubt')).json<CaseDetail>();
    expect([state, status, verdict?.by]).toEqual(['confirmed', 'verified', 'hoa']);
    expect(history.map(({ action }) => action)).toContain('case.reopened');
  });

  test('alerts have no procedure', async () => {
    await acceptForTest(site, await sealCase(site.store, 'smoke', { kind: 'smoke' }));
    expect((await lan.get('/api/cases/smoke')).json<CaseDetail>()).toMatchObject({ status: null, dueAt: null });
    await lan.call('POST', '/api/cases/smoke/claim');
    await lan.call('POST', '/api/cases/smoke/verdict', { verdict: 'confirmed' });
    expect(code(await move('smoke', 'owner_identified'))).toBe('409 CASE_CONFLICT');
  });

  test('notes are added, shown in order, and in the audit; empty ones are refused', async () => {
    await decided('noted', { verdict: 'confirmed' });
    for (const text of ['đã gọi chủ xe', 'hẹn thứ hai'])
      expect((await lan.call('POST', '/api/cases/noted/notes', { text })).statusCode).toBe(201);
    expect(code(await lan.call('POST', '/api/cases/noted/notes', { text: '  ' }))).toBe('400 REQUEST_INVALID');
    const { notes, history } = (await lan.get('/api/cases/noted')).json<CaseDetail>();
    expect(notes.map(({ actor, text }) => [actor, text])).toContainEqual(['lan', 'hẹn thứ hai']);
    expect(notes).toHaveLength(2);
    expect(history.filter(({ action }) => action === 'case.noted')).toHaveLength(2);
  });

  test('many open cases get one verdict, and each that could not is told apart', async () => {
    for (const id of ['b1', 'b2', 'b3']) await acceptForTest(site, await sealCase(site.store, id));
    const minh = await site.person('minh', 'officer');
    await minh.call('POST', '/api/cases/b2/claim');
    const ids = ['b1', 'b2', 'b3', 'b1', 'nothing'];
    const answer = await lan.call('POST', '/api/cases/bulk', { ids, verdict: 'rejected', reason: 'test' });
    expect(answer.json<BulkResult>().results.map(({ id, done, code }) => [id, done, code])).toEqual([
      ['b1', true, null],
      ['b2', false, 'CASE_CONFLICT'],
      ['b3', true, null],
      ['nothing', false, 'CASE_NOT_FOUND'],
    ]);
    expect(code(await lan.call('POST', '/api/cases/bulk', { ids: ['b2'], verdict: 'confirmed' }))).toBe(
      '400 REQUEST_INVALID',
    );
    expect(code(await lan.call('POST', '/api/cases/bulk', { ids: ['b2'], verdict: 'rejected' }))).toBe(
      '400 REQUEST_INVALID',
    );
  });

  test('the list comes as a file for spreadsheets, with the same filters and only what one may see', async () => {
    await decided('listed', { verdict: 'confirmed', note: '=HYPERLINK("x")' });
    const answer = await lan.get('/api/cases.csv?state=confirmed');
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    const rows = answer.body.replace('\uFEFF', '').trimEnd().split('\r\n');
    expect(rows[0]).toMatch(/^id,kind,kind_vi,/);
    const row = rows.find((line) => line.startsWith('listed,'))!;
    expect(row).toContain('Đi ngược chiều');
    expect(row).toContain(`"'=HYPERLINK(""x"")"`);
    const all = (await lan.get('/api/cases?state=confirmed&limit=500')).json<CaseList>().cases;
    expect(rows).toHaveLength(all.length + 1);
    expect(code(await lan.get('/api/cases.csv?state=nonsense'))).toBe('400 REQUEST_INVALID');
    const south = await site.person('south-list', 'officer', ['south']);
    expect((await south.get('/api/cases.csv')).body.trimEnd().split('\r\n')).toHaveLength(1);
  });

  test('an act that no rule saw is reported on a recorded moment only', async () => {
    const at = site.clock.at - 3_600_000;
    const folder = join(site.dataDir, 'recordings', 'gate', 's1');
    await mkdir(folder, { recursive: true });
    const session = {
      cameraId: 'gate',
      sessionId: 's1',
      clock: { sessionId: 's1', anchorAt: at },
      initFile: 'init.mp4',
    };
    await writeFile(join(folder, 'session.json'), JSON.stringify(session));
    const segment = { sequence: 0, file: '000000.m4s', startPtsMs: 0, durationMs: 2_000, startAt: at, bytes: 1 };
    await writeFile(join(folder, '000000.m4s'), 'x');
    await writeFile(join(folder, 'index.ndjson'), `${JSON.stringify(segment)}\n`);
    const report = (body: object, who = lan) => who.call('POST', '/api/missed', { cameraId: 'gate', ...body });
    expect((await report({ kind: 'red_light', at: at + 1_000, note: 'xe tải' })).statusCode).toBe(201);
    expect(code(await report({ kind: 'red_light', at: at + 60_000 }))).toBe('404 NOT_FOUND');
    const ranger = await site.person('rung', 'ranger');
    expect(code(await report({ kind: 'red_light', at: at + 1_000 }, ranger))).toBe('403 FORBIDDEN');
    const south = await site.person('south', 'officer', ['south']);
    expect(code(await report({ kind: 'red_light', at: at + 1_000 }, south))).toBe('404 NOT_FOUND');
    expect((await lan.get('/api/missed')).json<MissedList>().missed).toMatchObject([
      { kind: 'red_light', at: at + 1_000, actor: 'lan', note: 'xe tải' },
    ]);
    expect((await ranger.get('/api/missed')).json<MissedList>().missed).toEqual([]);
    expect((await south.get('/api/missed')).json<MissedList>().missed).toEqual([]);
  });

  test('cases are found by status and by a clock that has run out', async () => {
    const list = async (query: string): Promise<string[]> =>
      (await lan.get(`/api/cases?${query}`)).json<CaseList>().cases.map(({ id }) => id);
    await decided('late', { verdict: 'confirmed' });
    expect(await list('status=settled')).toEqual(['way']);
    expect(await list('overdue=true')).not.toContain('late');
    site.clock.at += 11 * DAY;
    lan = await reopen('lan');
    expect(await list('overdue=true')).toContain('late');
    expect(await list('overdue=true')).not.toContain('way');
  });
  const reopen = async (username: string): Promise<Person> => {
    const { logIn, PASSWORD } = await import('./api-harness.ts');
    return logIn(site.app, username, PASSWORD);
  };
});

describe('a second, blind look', () => {
  let site: Site;
  let lan: Person;
  let minh: Person;
  let chief: Person;
  beforeAll(async () => {
    const config = parseConfig(CONFIG.replace('undoMs: 30000', 'undoMs: 30000, secondReviewShare: 1'));
    site = await openSite({ config });
    lan = await site.person('lan', 'officer');
    minh = await site.person('minh', 'officer');
    chief = await site.person('chief', 'supervisor');
  });
  afterAll(() => site.close());
  const newCase = async (id: string): Promise<void> => {
    await acceptForTest(site, await sealCase(site.store, id));
  };
  const judge = async (who: Person, id: string, verdict: object): Promise<CaseSummary> => {
    await who.call('POST', `/api/cases/${id}/claim`);
    return (await who.call('POST', `/api/cases/${id}/verdict`, verdict)).json<CaseSummary>();
  };
  const open = async (who: Person): Promise<string[]> =>
    (await who.get('/api/cases?state=open')).json<CaseList>().cases.map(({ id }) => id);

  test('goes to somebody else, who learns nothing of the first', async () => {
    await newCase('blind');
    expect(await judge(lan, 'blind', { verdict: 'confirmed', note: 'secret note' })).toMatchObject({
      state: 'pending',
    });
    expect(await open(lan)).not.toContain('blind');
    expect(await open(minh)).toContain('blind');
    const again = await lan.call('POST', '/api/cases/blind/claim');
    expect([again.statusCode, again.json<{ detail: string }>().detail]).toEqual([
      409,
      'You have decided case "blind"; it now gets a second, independent look',
    ]);
    await minh.call('POST', '/api/cases/blind/claim');
    const seen = await minh.get('/api/cases/blind');
    expect(seen.json<CaseDetail>()).toMatchObject({ verdict: null, escalated: false, status: 'detected' });
    expect(seen.body).not.toMatch(/"lan|secret note|confirmed/);
    expect(await judge(minh, 'blind', { verdict: 'confirmed' })).toMatchObject({
      ...{ state: 'confirmed', status: 'verified', verdict: { by: 'minh' } },
    });
  });

  test('when the two disagree a supervisor decides, and sees both', async () => {
    await newCase('torn');
    await judge(lan, 'torn', { verdict: 'confirmed' });
    expect(await judge(minh, 'torn', { verdict: 'rejected', reason: 'not_visible' })).toMatchObject({
      ...{ state: 'pending', escalated: true, verdict: null },
    });
    for (const officer of [lan, minh]) {
      expect(await open(officer)).not.toContain('torn');
      expect(code(await officer.call('POST', '/api/cases/torn/claim'))).toBe('409 CASE_CONFLICT');
    }
    const { history } = (await chief.get('/api/cases/torn')).json<CaseDetail>();
    expect(history.filter(({ action }) => action === 'case.verdict').map(({ actor }) => actor)).toEqual([
      'lan',
      'minh',
    ]);
    expect(await judge(chief, 'torn', { verdict: 'rejected', reason: 'not_visible' })).toMatchObject({
      ...{ state: 'rejected', status: 'cancelled', escalated: false },
    });
  });

  test('the first can take the verdict back until the second has the case', async () => {
    await newCase('back');
    await judge(lan, 'back', { verdict: 'confirmed' });
    expect((await lan.call('DELETE', '/api/cases/back/verdict')).json<CaseSummary>()).toMatchObject({
      ...{ state: 'claimed', claimedBy: 'lan' },
    });
    await lan.call('POST', '/api/cases/back/verdict', { verdict: 'unsure' });
    await minh.call('POST', '/api/cases/back/claim');
    expect(code(await lan.call('DELETE', '/api/cases/back/verdict'))).toBe('409 CASE_CONFLICT');
    expect(await judge(minh, 'back', { verdict: 'unsure' })).toMatchObject({ state: 'unsure' });
  });

  test('agreement is told with its interval, to those who supervise', async () => {
    const agreement = (await chief.get('/api/reviews/agreement')).json<Agreement>();
    expect(agreement).toMatchObject({ reviewedTwice: 3, agreed: 2 });
    expect(agreement.share).toBeCloseTo(2 / 3, 10);
    // Wilson's interval of 2 in 3.
    expect(agreement.interval![0]).toBeCloseTo(0.2077, 3);
    expect(agreement.interval![1]).toBeCloseTo(0.9385, 3);
    expect(code(await lan.get('/api/reviews/agreement'))).toBe('403 FORBIDDEN');
  });
});

test('a database of the first version is brought up to this one with its cases', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-migration-'));
  const file = join(folder, 'old.db');
  const old = new Kysely<Record<string, Record<string, unknown>>>({ dialect: sqliteDialect(file) });
  const migrator = new Migrator({
    db: old,
    provider: { getMigrations: () => Promise.resolve({ '0001-first': first }) },
  });
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  const row = (id: string, kind: string, state: string, verdictAt: number | null) => ({
    ...{ id, kind, state, is_open: verdictAt === null ? 1 : 0, rule_id: 'r', camera_id: 'c', camera_name: 'c' },
    ...{ camera_group: 'g', place: '', trigger_at: 1, created_at: 2, subject_class: null, thumbnail: null },
    ...{ prefix: 'p', manifest_sha256: 'm', key_id: 'k', claimed_by: null, claimed_at: null, lease_until: null },
    ...{ verdict_by: null, verdict_at: verdictAt, verdict_reason: null, verdict_note: null },
  });
  await old
    .insertInto('cases')
    .values([
      row('open', 'red_light', 'pending', null),
      row('yes', 'no_helmet', 'confirmed', 5),
      row('no', 'wrong_way', 'rejected', 6),
      row('alert', 'smoke', 'confirmed', 7),
    ])
    .execute();
  await old.destroy();
  const db = await openDatabase(file);
  const rows = await db
    .selectFrom('cases')
    .select(['id', 'status', 'status_at', 'due_at', 'due_for', 'review_round'])
    .orderBy('id')
    .execute();
  await db.destroy();
  await rm(folder, { recursive: true });
  expect(rows).toEqual([
    { id: 'alert', status: null, status_at: null, due_at: null, due_for: null, review_round: 1 },
    { id: 'no', status: 'cancelled', status_at: 6, due_at: null, due_for: null, review_round: 1 },
    { id: 'open', status: 'detected', status_at: 2, due_at: 2 + 10 * DAY, due_for: 'notice', review_round: 1 },
    { id: 'yes', status: 'verified', status_at: 5, due_at: 2 + 10 * DAY, due_for: 'notice', review_round: 1 },
  ]);
});
