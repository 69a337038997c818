import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { PassageList } from '../../api/contract/passages.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { PassageRepository } from '../../api/repositories/passages.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { type Passage, passageId, passagePrefix } from '../../pipeline/passages/passage.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { openSite, type Site, TestClock } from './api-harness.ts';

const DAY = 24 * 3_600_000;
const config = parseConfig(`
version: 1
detectors: { road: { model: none } }
cameras:
  - { id: gate, source: { url: x }, analysis: {}, passages: {} }
  - { id: short, source: { url: x }, analysis: {}, passages: { keepDays: 2 } }
`);

describe('passages past their time', () => {
  let dataDir = '';
  let site: Site;
  const clock = new TestClock();
  const passages = (
    [
      ['gate', 29],
      ['gate', 31],
      ['short', 1],
      ['short', 3],
      ['removed', 29],
      ['removed', 31],
    ] as const
  ).map(([cameraId, days], index): Passage => {
    const id = passageId({ cameraId, sessionId: 's', trackId: index + 1, firstPtsMs: 0 });
    const at = clock.at - days * DAY;
    return {
      ...{ id, cameraId, at, className: 'car', lane: null, direction: null, colour: null },
      ...{ plate: null, unread: 'not-legible', candidates: [{ text: '30A-123.45', probability: 0.2 }] },
      ...{ vehicleCrop: `${passagePrefix({ id, cameraId, at })}/vehicle.jpg`, plateCrop: null },
    };
  });
  const search = async (wanted: object): Promise<PassageList['passages']> => {
    const asked = { purpose: 'a test', after: 0, ...wanted };
    return (await site.admin.call('POST', '/api/passages/search', asked)).json<PassageList>().passages;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'watchpost-retention-'));
    const store = new LocalStore(join(dataDir, 'objects'));
    for (const { vehicleCrop } of passages) await store.put(vehicleCrop!, Buffer.from('picture'));
    const db = await openDatabase(join(dataDir, 'watchpost.db'));
    await new PassageRepository(db).add(passages);
    await db.destroy();
    site = await openSite({ dataDir, config, clock, store });
  });
  afterAll(async () => {
    await site.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('go with their pictures, after the days of their camera, and the audit says how many', async () => {
    const left = passages.filter((_, index) => index % 2 === 0);
    await expect.poll(() => search({}), { timeout: 20_000 }).toHaveLength(left.length);
    expect((await search({})).map(({ id }) => id).sort()).toEqual(left.map(({ id }) => id).sort());
    expect((await site.store.list('passages')).map(({ key }) => key).sort()).toEqual(
      left.map(({ vehicleCrop }) => vehicleCrop!).sort(),
    );
    const { rows } = (await site.admin.get('/api/audit?action=passages.expired')).json<AuditList>();
    expect(rows.map(({ target }) => target).sort()).toEqual(['gate', 'short', null].sort());
    for (const { detail } of rows) expect(JSON.parse(detail!)).toMatchObject({ removed: 1 });
  });

  test('are not found by what their plate may have said either', async () => {
    const found = await search({ plate: '30A-123.45' });
    expect(found).toHaveLength(3);
    expect(found[0]?.fit?.how).toBe('candidate');
  });
});
