import { unzipSync, zipSync } from 'fflate';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { verify } from '../../bin/cli/verify.ts';
import { verifyFolder } from '../../workers/verify-folder.ts';
import { ROOT } from '../shared.ts';
import { startTimeStampAuthority, type TimeStampAuthority } from '../time-stamp-authority.ts';
import { makeEvent } from './evidence-recorder.ts';
import { hasChromium, openBrowser } from './player-browser.ts';
import { openSealingSite, type SealingSite } from './sealing-site.ts';

const patiently = { timeout: 40_000, interval: 200 };

let folder: string;
let authority: TimeStampAuthority;
let running: SealingSite;
const stored = (id: string): string => join(folder, 'objects', 'cases', id);
const certificate = (): string => join(folder, 'authority.pem');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-stamped-'));
  authority = await startTimeStampAuthority();
  authority.behave = 'down';
  await writeFile(certificate(), authority.ca);
  const playerDir = join(folder, 'player');
  const vite = [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--config'];
  const args = [...vite, join(ROOT, 'player/verify/vite.config.ts'), '--outDir', playerDir];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  await writeFile(join(playerDir, 'index.html'), '<!doctype html><title>player</title>');
  running = await openSealingSite(
    folder,
    `{ preRollMs: 1000, postRollMs: 1000, timestamp: { url: '${authority.url}', certificate: authority.pem } }`,
    { playerDir },
  );
}, 60_000);
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await running.close();
  await authority.close();
});

type Told = { timeStamps: { waiting: number; failure: { reason: string } | null } | null };
const told = async (): Promise<Told['timeStamps']> => (await running.told<Told>())?.timeStamps ?? null;

describe('sealing with a time stamp authority', () => {
  test('while it is away cases come into review all the same, and the health page says why stamps are missing', async () => {
    await running.queues.enqueueEvidence(makeEvent('one', 5_000));
    await expect.poll(running.cases, patiently).toContain('one');
    await expect
      .poll(told, patiently)
      .toMatchObject({ waiting: 1, failure: { reason: expect.stringContaining('it answers 503') as string } });
    expect(await verifyFolder(stored('one'))).toMatchObject({ status: 'intact', timeStamp: null });
  });

  test('what waited is stamped when it is back, and so is every further case', async () => {
    authority.behave = 'well';
    await running.queues.enqueueEvidence(makeEvent('two', 7_000));
    for (const id of ['one', 'two']) {
      const stamp = async () => (await verifyFolder(stored(id), { authorities: [authority.ca] })).timeStamp;
      await expect.poll(stamp, patiently).toMatchObject({ isTrusted: true, accuracyMs: 1_500 });
    }
    await expect.poll(told, patiently).toEqual({ waiting: 0, failure: null });
  });

  test('the API checks it against the configured certificate', async () => {
    const answer = await running.site.admin.call('POST', '/api/cases/one/verify');
    expect(answer.json()).toMatchObject({
      ...{ intact: true, checkedFiles: 8, problems: [] },
      timeStamp: { isTrusted: true, authority: expect.stringContaining('Test TSA') as string },
    });
  });
});

describe('verifying a stamped case', () => {
  test('the command says when and by whom, and whether the certificate was compared', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(await verify([stored('one')], { json: false })).toBe(0);
    expect(await verify([stored('one')], { json: false, authority: [certificate()] })).toBe(0);
    const [free, held] = log.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('time stamp of'));
    expect(free).toMatch(/± 1\.5 s by .*Test TSA; its certificate was compared with none/);
    expect(held).toMatch(/by .*Test TSA$/);
  });

  test('a certificate that the stamp does not lead to breaks it', async () => {
    const other = await startTimeStampAuthority({ name: 'Other TSA' });
    const found = await verifyFolder(stored('one'), { authorities: [other.ca] });
    await other.close();
    expect(found.status).toBe('broken');
    expect(found.problems[0]?.problem).toContain('does not lead to a trusted one');
  });

  test('a changed stamp, and the stamp of another case, are named', async () => {
    const file = join(stored('two'), 'timestamp.json');
    const whole = await readFile(file);
    const problems = async (): Promise<unknown> => (await verifyFolder(stored('two'))).problems;
    for (let at = 0; at < whole.length; at += 101) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      await writeFile(file, changed);
      expect(await problems()).toMatchObject([{ file: 'timestamp.json' }]);
    }
    await copyFile(join(stored('one'), 'timestamp.json'), file);
    expect(await problems()).toEqual([{ file: 'timestamp.json', problem: 'is of another manifest' }]);
    await writeFile(file, whole);
    expect(await problems()).toEqual([]);
  });

  test('an export carries stamp and certificate, and is broken when the stamp is', async () => {
    const zip = (await running.site.admin.get('/api/cases/one/export.zip')).rawPayload;
    await writeFile(join(folder, 'one.zip'), zip);
    const files = unzipSync(zip);
    expect(Object.keys(files)).toContain('case/timestamp.json');
    expect(Object.keys(files).filter((name) => /^keys\/authority-.*\.pem$/.test(name))).toHaveLength(1);
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(await verify([join(folder, 'one.zip')], { json: false, authority: [certificate()] })).toBe(0);
    files['case/timestamp.json']![200]! ^= 1;
    await writeFile(join(folder, 'changed.zip'), zipSync(files, { level: 0 }));
    expect(await verify([join(folder, 'changed.zip')], { json: false })).toBe(1);
    expect(log.mock.calls.flat().join('\n')).toContain('case/timestamp.json');
  });

  test.skipIf(!hasChromium)(
    `the page of the export checks it in the browser${hasChromium ? '' : ' (skipped: no chromium)'}`,
    async () => {
      const browser = await openBrowser();
      try {
        const page = await browser.newPage();
        const files = unzipSync(await readFile(join(folder, 'one.zip')));
        await writeFile(join(folder, 'verify.html'), files['verify.html']!);
        await page.goto(pathToFileURL(join(folder, 'verify.html')).href);
        await page.setInputFiles('#file', join(folder, 'one.zip'));
        await page.waitForSelector('.result[data-status=intact]');
        expect(await page.locator('dl').textContent()).toContain('Test TSA');
        await page.setInputFiles('#file', join(folder, 'changed.zip'));
        await page.waitForSelector('.result[data-status=broken]');
        expect(await page.locator('li').allTextContents()).toEqual([
          expect.stringContaining('case/timestamp.json') as string,
        ]);
      } finally {
        await browser.close();
      }
    },
  );
});
