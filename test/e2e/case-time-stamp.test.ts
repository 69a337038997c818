import { unzipSync, zipSync } from 'fflate';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { verify } from '../../bin/cli/verify.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { evidence } from '../../workers/evidence.ts';
import { openQueues, type Queues } from '../../workers/queue.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { verifyFolder } from '../../workers/verify-folder.ts';
import { ROOT } from '../shared.ts';
import { startTimeStampAuthority, type TimeStampAuthority } from '../time-stamp-authority.ts';
import { openSite, type Site, startRedis } from './api-harness.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';
import { hasChromium, openBrowser } from './player-browser.ts';

const patiently = { timeout: 40_000, interval: 200 };

let folder: string;
let redis: Awaited<ReturnType<typeof startRedis>>;
let queues: Queues;
let authority: TimeStampAuthority;
let site: Site;
let sealing: Promise<void>;
const stop = new AbortController();
const stored = (id: string): string => join(folder, 'objects', 'cases', id);
const certificate = (): string => join(folder, 'authority.pem');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-stamped-'));
  authority = await startTimeStampAuthority();
  authority.behave = 'down';
  await writeFile(certificate(), authority.ca);
  redis = await startRedis(folder);
  queues = await openQueues(redis.url);
  await makeRecording(join(folder, 'recordings', 'gate'), { seconds: 12, size: '192x144' });
  const config = parseConfig(`version: 1
cameras: [{ id: gate, name: Gate, source: { url: x.mp4 } }]
evidence: { preRollMs: 1000, postRollMs: 1000, timestamp: { url: '${authority.url}', certificate: authority.pem } }`);
  const place = { configDir: folder, configFile: join(folder, 'config.yml'), dataDir: folder, redisUrl: redis.url };
  sealing = evidence({
    ...{ config, ...place, worker: 'evidence', capacity: null, onReload: () => undefined },
    ...{ log: pino({ level: 'silent' }), signal: stop.signal },
  });
  const playerDir = join(folder, 'player');
  const vite = [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--config'];
  const args = [...vite, join(ROOT, 'player/verify/vite.config.ts'), '--outDir', playerDir];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  await writeFile(join(playerDir, 'index.html'), '<!doctype html><title>player</title>');
  site = await openSite({
    ...{ config, dataDir: folder, redisUrl: redis.url, playerDir },
    store: openStore(config.evidence.store, folder),
  });
}, 60_000);
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  stop.abort();
  await sealing;
  await site.close();
  await queues.close();
  await redis.stop();
  await authority.close();
  await rm(folder, { recursive: true, force: true });
});

type Told = { seal?: { timeStamps: { waiting: number; failure: { reason: string } | null } | null } };
const told = async (): Promise<NonNullable<Told['seal']>['timeStamps']> =>
  (await site.app.inject('/readyz')).json<Told>().seal?.timeStamps ?? null;
const states = async (): Promise<string[]> =>
  (await site.admin.get('/api/cases')).json<{ cases: { id: string }[] }>().cases.map(({ id }) => id);

describe('sealing with a time stamp authority', () => {
  test('while it is away cases come into review all the same, and the health page says why stamps are missing', async () => {
    await queues.enqueueEvidence(makeEvent('one', 5_000));
    await expect.poll(states, patiently).toContain('one');
    await expect
      .poll(told, patiently)
      .toMatchObject({ waiting: 1, failure: { reason: expect.stringContaining('it answers 503') as string } });
    expect(await verifyFolder(stored('one'))).toMatchObject({ status: 'intact', timeStamp: null });
  });

  test('what waited is stamped when it is back, and so is every further case', async () => {
    authority.behave = 'well';
    await queues.enqueueEvidence(makeEvent('two', 7_000));
    for (const id of ['one', 'two']) {
      const stamp = async () => (await verifyFolder(stored(id), { authorities: [authority.ca] })).timeStamp;
      await expect.poll(stamp, patiently).toMatchObject({ isTrusted: true, accuracyMs: 1_500 });
    }
    await expect.poll(told, patiently).toEqual({ waiting: 0, failure: null });
  });

  test('the API checks it against the configured certificate', async () => {
    const answer = await site.admin.call('POST', '/api/cases/one/verify');
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
    const zip = (await site.admin.get('/api/cases/one/export.zip')).rawPayload;
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
