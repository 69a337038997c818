import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { backup, restore } from '../../bin/cli/backup.ts';
import { reconcile } from '../../bin/cli/reconcile.ts';
import type { CaseDetail, VerifyResult } from '../../api/contract/cases.ts';
import { sealCase } from '../../workers/evidence/seal.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, type Site } from './api-harness.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';

let folder: string;
let data: string;
let site: Site;
let lan: Person;
const lines: string[] = [];

const addCase = async (id: string, triggerPtsMs: number): Promise<void> => {
  const { prefix, manifestSha256 } = await sealCase({
    ...{ dataDir: data, recordingDir: join(data, 'recordings', 'gate'), store: site.store, software: 'watchpost test' },
    event: makeEvent(id, triggerPtsMs),
    camera: { id: 'gate', name: 'Gate', place: '' },
    evidence: { preRollMs: 1_000, postRollMs: 1_000, maxClipMs: 60_000 },
  });
  await acceptForTest(site, { caseId: id, prefix, manifestSha256, enqueuedAt: Date.now() });
};

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  folder = await mkdtemp(join(tmpdir(), 'watchpost-backup-'));
  data = join(folder, 'data');
  await makeRecording(join(data, 'recordings', 'gate'), { seconds: 12, size: '192x144' });
  site = await openSite({ dataDir: data, store: new LocalStore(join(data, 'objects')) });
  lan = await site.person('lan', 'officer');
  await addCase('one', 4_000);
  await lan.call('POST', '/api/cases/one/claim');
  await lan.call('POST', '/api/cases/one/verdict', { verdict: 'confirmed' });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

test('a back-up taken while the system runs is restored whole: cases, verdicts, accounts, seals and audit', async () => {
  const out = join(folder, 'backup');
  expect(await backup({ data, out })).toBe(0);
  await addCase('two', 6_000);
  expect(await backup({ data, out })).toBe(0);
  expect(lines.at(-1)).toMatch(/^backed up to .*: database and \d+ new files/);

  const again = join(folder, 'again');
  expect(await restore({ from: out, data: again })).toBe(0);
  expect(lines.at(-1)).toContain('2 cases, 0 problems');
  const second = await openSite({ dataDir: again, store: new LocalStore(join(again, 'objects')), clock: site.clock });
  try {
    const { logIn, PASSWORD } = await import('./api-harness.ts');
    const officer = await logIn(second.app, 'lan', PASSWORD);
    expect((await officer.get('/api/cases/one')).json<CaseDetail>()).toMatchObject({ state: 'confirmed' });
    expect((await officer.call('POST', '/api/cases/two/verify')).json<VerifyResult>()).toMatchObject({ intact: true });
    expect((await second.admin.get('/api/audit/verify')).json<{ intact: boolean }>().intact).toBe(true);
  } finally {
    await second.close();
  }
});

test('a back-up with a damaged file is restored, and the file named', async () => {
  const out = join(folder, 'damaged');
  await backup({ data, out });
  const clip = join(out, 'objects', 'cases', 'one', 'clip.mp4');
  const bytes = await readFile(clip);
  bytes[100]! ^= 1;
  await writeFile(clip, bytes);
  expect(await restore({ from: out, data: join(folder, 'from-damaged') })).toBe(1);
  expect(lines.at(-1)).toContain('case one: clip.mp4 was changed');
});

test('database and evidence are held against each other, and what one lacks is named', async () => {
  const config = join(folder, 'config.yml');
  await writeFile(config, 'version: 1\n');
  const whole = { config, data: join(folder, 'again'), json: false };
  expect(await reconcile(whole)).toBe(0);
  expect(lines.at(-1)).toBe('2 cases in the database');
  await rm(join(whole.data, 'objects', 'cases', 'one'), { recursive: true });
  await cp(join(whole.data, 'objects', 'cases', 'two'), join(whole.data, 'objects', 'cases', 'three'), {
    recursive: true,
  });
  expect(await reconcile(whole)).toBe(1);
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(/^LOST +one:/),
    expect.stringMatching(/^UNANNOUNCED +three:/),
  ]);
});

test('nothing is restored over existing data, from an unfinished back-up or from a changed database', async () => {
  const out = join(folder, 'backup');
  await expect(restore({ from: out, data })).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  await expect(restore({ from: join(folder, 'none'), data: join(folder, 'x') })).rejects.toThrow('no finished back-up');
  const database = join(out, 'watchpost.db');
  await writeFile(database, Buffer.concat([await readFile(database), Buffer.from('x')]));
  await expect(restore({ from: out, data: join(folder, 'x') })).rejects.toThrow('was changed after the back-up');
});
