import { unzipSync, zipSync } from 'fflate';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { PublicKeys } from '../../api/contract/exports.ts';
import { sealCase } from '../../workers/evidence/seal.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { verifyPath } from '../../workers/verify-path.ts';
import { ROOT } from '../shared.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, type Site } from './api-harness.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';
import { hasChromium, openBrowser } from './player-browser.ts';

const run = promisify(execFile);
const CASE = 'export-me';

let folder: string;
let site: Site;
let officer: Person;
/** The export as it was downloaded. */
let zip: Buffer;

/** Writes a ZIP of these files. @returns its path */
const write = async (name: string, files: Record<string, Uint8Array>): Promise<string> => {
  const file = join(folder, `${name}.zip`);
  await writeFile(file, zipSync(files, { level: 6 }));
  return file;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-export-'));
  const playerDir = join(folder, 'player');
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const config = join(ROOT, 'player/verify/vite.config.ts');
  await run(process.execPath, [vite, 'build', '--config', config, '--outDir', playerDir], { cwd: ROOT });
  await writeFile(join(playerDir, 'index.html'), '<!doctype html><title>player</title>');
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  site = await openSite({ dataDir, playerDir, store: new LocalStore(join(dataDir, 'objects')) });
  officer = await site.person('lan', 'officer');
  const recordingDir = join(dataDir, 'recordings', 'gate');
  await makeRecording(recordingDir, { seconds: 12 });
  const sealed = await sealCase({
    ...{ dataDir, recordingDir, store: site.store, software: 'watchpost test', event: makeEvent(CASE, 6_000) },
    camera: { id: 'gate', name: 'Cổng chính', place: 'Trần Phú, Ba Đình' },
    evidence: { preRollMs: 2_000, postRollMs: 2_000, maxClipMs: 60_000 },
  });
  const { prefix, manifestSha256 } = sealed;
  await acceptForTest(site, { caseId: CASE, prefix, manifestSha256, enqueuedAt: Date.now() });
  await officer.call('POST', `/api/cases/${CASE}/claim`);
  await officer.call('POST', `/api/cases/${CASE}/verdict`, { verdict: 'confirmed', note: 'rõ ràng' });
  const answer = await officer.get(`/api/cases/${CASE}/export.zip?purpose=${encodeURIComponent('Chuyển tòa án')}`);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${CASE}.zip"`);
  zip = answer.rawPayload;
  await writeFile(join(folder, 'whole.zip'), zip);
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

describe('an exported case', () => {
  test('holds the sealed files as they are stored, and what was made and decided beside them', async () => {
    const files = unzipSync(zip);
    expect(Object.keys(files).sort()).toEqual([
      ...['README.txt', 'case/clip.mp4', 'case/detections.json', 'case/manifest.json', 'case/signature.json'],
      ...['case/still-after.jpg', 'case/still-at.jpg', 'case/still-before.jpg', 'export-signature.json', 'export.json'],
      ...['keys/signing.pub', 'overlay/captions.en.vtt', 'overlay/captions.vi.vtt', 'overlay/tracks.vtt'],
      ...['record.json', 'record.pdf', 'verify.html'],
    ]);
    const clip = await readFile(join(folder, 'data', 'objects', 'cases', CASE, 'clip.mp4'));
    expect(Buffer.from(files['case/clip.mp4']!).equals(clip)).toBe(true);
    const text = (name: string): string => Buffer.from(files[name]!).toString('utf8');
    expect(JSON.parse(text('record.json'))).toMatchObject({
      id: CASE,
      state: 'confirmed',
      verdict: { by: 'lan', note: 'rõ ràng' },
    });
    expect(text('overlay/tracks.vtt')).toMatch(/^WEBVTT/);
    expect(text('overlay/captions.vi.vtt')).toContain('Trần Phú, Ba Đình');
    expect(JSON.parse(text('export.json'))).toMatchObject({ exportedBy: 'lan', purpose: 'Chuyển tòa án' });
    for (const [name, bytes] of Object.entries(files))
      expect(`${name} ${Buffer.from(bytes).toString('latin1')}`).not.toContain('topsecret');
  });

  test('holds the record on paper, which is also given alone', async () => {
    const printed = await officer.get(`/api/cases/${CASE}/record.pdf`);
    expect(printed.headers['content-type']).toBe('application/pdf');
    expect(printed.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    expect(Buffer.from(unzipSync(zip)['record.pdf']!).subarray(0, 5).toString()).toBe('%PDF-');
    const { rows } = (await site.admin.get('/api/audit?action=case.printed')).json<AuditList>();
    expect(rows).toMatchObject([{ actor: 'lan', target: CASE }]);
  });

  test('is in the audit with its purpose and the hash of its list', async () => {
    const { rows } = (await site.admin.get('/api/audit?action=case.exported')).json<AuditList>();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ actor: 'lan', target: CASE });
    expect(JSON.parse(rows[0]!.detail!)).toMatchObject({ purpose: 'Chuyển tòa án' });
  });

  test('is not given to another unit or to a viewer', async () => {
    const south = await site.person('south', 'officer', ['south']);
    expect((await south.get(`/api/cases/${CASE}/export.zip`)).statusCode).toBe(404);
    const viewer = await site.person('viewer', 'viewer');
    expect((await viewer.get(`/api/cases/${CASE}/export.zip`)).statusCode).toBe(403);
  });

  test('is signed with the key that the API publishes', async () => {
    const { keys } = (await site.app.inject('/api/keys')).json<PublicKeys>();
    expect(keys).toMatchObject([{ algorithm: 'Ed25519', current: true }]);
    const trusted = await verifyPath(join(folder, 'whole.zip'), { trustedKeys: [keys[0]!.publicKey] });
    expect(trusted).toMatchObject({ status: 'intact', caseId: CASE, keyId: keys[0]!.keyId, notes: [] });
    const other = await verifyPath(join(folder, 'whole.zip'), { trustedKeys: ['AAAA'] });
    expect(other.problems.map(({ file }) => file)).toEqual(['case/signature.json', 'export-signature.json']);
  });

  test('verifies from the command line, packed, unpacked and behind an address', async () => {
    const unpacked = join(folder, 'unpacked');
    for (const [name, bytes] of Object.entries(unzipSync(zip))) {
      await mkdir(dirname(join(unpacked, name)), { recursive: true });
      await writeFile(join(unpacked, name), bytes);
    }
    const server = createServer((request, answer) =>
      request.url === '/case.zip' ? answer.end(zip) : answer.writeHead(404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const place of [join(folder, 'whole.zip'), unpacked, `${address}/case.zip`])
        expect(await verifyPath(place)).toMatchObject({ status: 'intact', checkedFiles: 17 });
      const { status, problems } = await verifyPath(`${address}/none.zip`);
      expect([status, problems[0]?.problem]).toEqual(['unreadable', expect.stringContaining('404')]);
    } finally {
      server.close();
    }
  });

  test('one flipped bit in any of its files is found and the file named', async () => {
    const files = unzipSync(zip);
    for (const name of Object.keys(files)) {
      const bytes = files[name]!.slice();
      bytes[Math.floor(bytes.length / 2)]! ^= 4;
      const { status, problems } = await verifyPath(await write('flipped', { ...files, [name]: bytes }));
      expect({ status, files: [...new Set(problems.map(({ file }) => file))] }).toEqual({
        status: 'broken',
        files: [name],
      });
    }
  });

  test('files taken out, put in or named twice are found', async () => {
    const files = unzipSync(zip);
    const { 'record.json': record, ...without } = files;
    expect((await verifyPath(await write('without', without))).problems).toEqual([
      { file: 'record.json', problem: 'is missing' },
    ]);
    const added = await verifyPath(await write('added', { ...files, 'case/notes.txt': record! }));
    expect(added.problems).toEqual([{ file: 'case/notes.txt', problem: 'is not part of the sealed case' }]);
    const text = Buffer.from(zip).toString('latin1').replaceAll('record.json', 'export.json');
    await writeFile(join(folder, 'twice.zip'), Buffer.from(text, 'latin1'));
    expect(await verifyPath(join(folder, 'twice.zip'))).toMatchObject({ status: 'unreadable' });
  });

  test('without the signature of its list the case still stands, and the reader is told what does not', async () => {
    const unsigned = unzipSync(zip);
    delete unsigned['export-signature.json'];
    const { status, notes } = await verifyPath(await write('unsigned', unsigned));
    expect({ status, notes }).toEqual({ status: 'intact', notes: [expect.stringContaining('is not signed')] });
  });

  test('a case whose seal is broken is not handed out', async () => {
    const clip = join(folder, 'data', 'objects', 'cases', CASE, 'clip.mp4');
    const bytes = await readFile(clip);
    const changed = Buffer.from(bytes);
    changed[500]! ^= 1;
    await writeFile(clip, changed);
    const answer = await officer.get(`/api/cases/${CASE}/export.zip`);
    await writeFile(clip, bytes);
    expect(answer.statusCode).toBe(409);
    expect(answer.json<{ code: string; detail: string }>()).toMatchObject({
      code: 'EVIDENCE_UNVERIFIED',
      detail: expect.stringContaining('clip.mp4') as string,
    });
  });
});

describe.skipIf(!hasChromium)(`the page in the export${hasChromium ? '' : ' (skipped: no chromium)'}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  const open = async (url: string): Promise<{ page: Page; requests: string[]; errors: string[] }> => {
    const page = await browser.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(url);
    return { page, requests, errors };
  };

  test('opened from the disk it verifies the ZIP it came in and shows its pictures, asking nobody', async () => {
    const file = join(folder, 'verify.html');
    await writeFile(file, unzipSync(zip)['verify.html']!);
    const { page, requests, errors } = await open(pathToFileURL(file).href);
    await page.setInputFiles('#file', join(folder, 'whole.zip'));
    await page.waitForSelector('.result[data-status=intact]');
    expect(await page.locator('.pictures img').count()).toBe(3);
    await expect
      .poll(() =>
        page
          .locator('.pictures img')
          .first()
          .evaluate((image) => (image as HTMLImageElement).naturalWidth),
      )
      .toBe(320);
    expect(requests.filter((url) => !/^(file|blob):/.test(url))).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  test('served by the API it names the file that was changed, in both languages', async () => {
    const files = unzipSync(zip);
    files['case/still-at.jpg']![100]! ^= 1;
    const broken = await write('broken', files);
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    const { page, errors } = await open(`${base}/verify.html`);
    await page.setInputFiles('#file', broken);
    await page.waitForSelector('.result[data-status=broken]');
    expect(await page.locator('li').allTextContents()).toEqual([
      'case/still-at.jpg: was changed: its SHA-256 is another one',
    ]);
    expect(await page.locator('.pictures img').count()).toBe(2);
    const before = await page.locator('h1').textContent();
    await page.click('#language');
    expect(await page.locator('h1').textContent()).not.toBe(before);
    expect(errors).toEqual([]);
    await page.close();
  });
});
