import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseDetail, CaseSummary } from '../../api/contract/cases.ts';
import type { SameActList } from '../../api/contract/same-act.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { acceptForTest } from './api-accept.ts';
import { CONFIG, openSite, type Person, sealCase, type Site } from './api-harness.ts';

const AT = 1_763_700_002_000;
const LOCATIONS = CONFIG.replace(
  'group: north',
  'group: north\n    location: { latitude: 21.0301, longitude: 105.8343 }',
).replace('group: south', 'group: south\n    location: { latitude: 21.0310, longitude: 105.8350 }');

let site: Site;
let lan: Person;
beforeAll(async () => {
  site = await openSite({ config: parseConfig(LOCATIONS) });
  lan = await site.person('lan', 'officer');
});
afterAll(() => site.close());

const plate = (text: string): NonNullable<EvidenceManifest['plates']> => [
  {
    ...{ trackId: 1, text, kind: 'motorcycle', confidence: 0.9, characters: [], candidates: [], raw: text, edits: [] },
    ...{ framesUsed: 1, framesAgreeing: 1, heightPx: 30, grade: 'evidence', doubts: [], crop: null },
  },
];
const add = async (
  id: string,
  camera: 'gate' | 'bridge',
  seconds: number,
  extra: { plate?: string; kind?: 'wrong_way' | 'red_light' | 'smoke' } = {},
): Promise<string> => {
  const facts = { camera, triggerAt: AT + seconds * 1000, ...(extra.kind ? { kind: extra.kind } : {}) };
  await acceptForTest(
    site,
    await sealCase(site.store, id, { ...facts, ...(extra.plate ? { plates: plate(extra.plate) } : {}) }),
  );
  return id;
};
const confirm = async (id: string): Promise<void> => {
  await lan.call('POST', `/api/cases/${id}/claim`);
  const decided = await lan.call('POST', `/api/cases/${id}/verdict`, { verdict: 'confirmed' });
  expect(decided.statusCode).toBe(200);
};
const merge = (id: string, into: string, person = lan) => person.call('POST', `/api/cases/${id}/merge`, { into });
const detail = async (id: string): Promise<CaseDetail> => (await lan.get(`/api/cases/${id}`)).json<CaseDetail>();
const proposals = async (id: string, person = lan): Promise<[string, string][]> =>
  (await person.get(`/api/cases/${id}/same-act`)).json<SameActList>().proposals.map((one) => [one.case.id, one.why]);

describe('one act seen by several cameras', () => {
  test('is proposed by its plate for ten minutes, and by time and place without one', async () => {
    await add('p-first', 'gate', 0, { plate: '29-A1 123.45' });
    await add('p-later', 'bridge', 540, { plate: '29A1-12345' });
    await add('p-too-late', 'bridge', 660, { plate: '29A1-12345' });
    await add('p-near', 'bridge', 8);
    await add('p-minute', 'bridge', 60);
    await add('p-other-kind', 'bridge', 5, { kind: 'red_light', plate: '29A1-12345' });
    await add('p-same-camera', 'gate', 5, { plate: '29A1-12345' });
    expect(await proposals('p-first')).toEqual([
      ['p-later', 'plate'],
      ['p-near', 'time-and-place'],
    ]);
    const [first] = (await lan.get('/api/cases/p-first/same-act')).json<SameActList>().proposals;
    expect(first).toMatchObject({ plate: '29A112345', secondsApart: 540 });
    expect(first!.metresApart).toBeGreaterThan(100);
    expect(first!.metresApart).toBeLessThan(150);
  });

  test('of another unit it is not even proposed', async () => {
    const north = await site.person('north', 'officer', ['north']);
    expect(await proposals('p-first', north)).toEqual([]);
    expect((await merge('p-first', 'p-later', north)).statusCode).toBe(404);
  });

  test('is fined once: the merged case is closed, names the other, and can be taken back', async () => {
    await add('m-one', 'gate', 2_000, { plate: '30F1-22222' });
    await add('m-two', 'bridge', 2_100, { plate: '30F1-22222' });
    expect((await merge('m-two', 'm-one')).json<{ code: string }>().code).toBe('CASE_CONFLICT');
    await confirm('m-one');
    await confirm('m-two');
    const merged = await merge('m-two', 'm-one');
    expect(merged.json<CaseSummary>()).toMatchObject({ state: 'confirmed', status: 'cancelled', dueAt: null });
    expect(await detail('m-two')).toMatchObject({ mergedInto: 'm-one' });
    expect(await detail('m-one')).toMatchObject({ merged: ['m-two'], status: 'verified' });
    expect((await detail('m-one')).history.map(({ action }) => action)).toContain('case.took_in');
    expect(await proposals('m-one')).toEqual([]);
    const step = await lan.call('POST', '/api/cases/m-two/status', { status: 'owner_identified' });
    expect(step.statusCode).toBe(409);
    expect((await lan.call('DELETE', '/api/cases/m-two/verdict')).statusCode).toBe(409);

    const separated = await lan.call('DELETE', '/api/cases/m-two/merge');
    expect(separated.json<CaseSummary>()).toMatchObject({ status: 'verified', dueFor: 'limitation' });
    expect((await detail('m-one')).merged).toEqual([]);
    expect((await lan.call('DELETE', '/api/cases/m-two/merge')).statusCode).toBe(409);
    expect((await site.admin.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
  });

  test('is not merged in chains, into itself, into another kind, or as an alert', async () => {
    for (const [id, camera] of [
      ['c-one', 'gate'],
      ['c-two', 'bridge'],
      ['c-three', 'gate'],
    ] as const) {
      await add(id, camera, 4_000);
      await confirm(id);
    }
    await add('c-red', 'bridge', 4_000, { kind: 'red_light' });
    await add('c-smoke', 'bridge', 4_000, { kind: 'smoke' });
    await confirm('c-red');
    expect((await merge('c-one', 'c-one')).statusCode).toBe(400);
    expect((await merge('c-one', 'c-red')).statusCode).toBe(400);
    expect((await merge('c-smoke', 'c-smoke')).statusCode).toBe(400);
    expect((await merge('c-one', 'c-two')).statusCode).toBe(200);
    expect((await merge('c-one', 'c-three')).statusCode).toBe(409);
    expect((await merge('c-two', 'c-three')).statusCode).toBe(409);
    expect((await merge('c-three', 'c-one')).statusCode).toBe(409);
    expect((await merge('c-three', 'c-two')).statusCode).toBe(200);
    expect((await detail('c-two')).merged.sort()).toEqual(['c-one', 'c-three']);
  });

  test('two officers who merge crosswise at once leave one case that goes on', async () => {
    const binh = await site.person('binh', 'officer');
    for (let round = 0; round < 10; round++) {
      const [a, b] = [await add(`x-${round}-a`, 'gate', 6_000), await add(`x-${round}-b`, 'bridge', 6_000)];
      await confirm(a);
      await confirm(b);
      const answers = await Promise.all([merge(a, b), merge(b, a, binh)]);
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
      const states = [(await detail(a)).mergedInto, (await detail(b)).mergedInto];
      expect(states.filter((into) => into === null)).toHaveLength(1);
    }
  });
});
