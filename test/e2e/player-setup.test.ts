import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DryRunResult, ProbeResult, Setup, VersionList } from '../../api/contract/setup.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { openSite, type Site, TestClock } from './api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, type OpenedPage, openPage } from './player-browser.ts';
import { clean, lookAt } from './player-checks.ts';

const CONFIG = `# Ward 3
version: 1
site: { name: Test city, language: en }
detectors:
  road: { model: any }
cameras:
  # the busiest one
  - id: gate
    name: Main gate
    place: Trần Phú, Ba Đình
    source: { url: "rtsp://user:topsecret@127.0.0.1:1/1" } # changed in May
    analysis: { detector: road }
    zones:
      lane: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]] # from the plan
    lines:
      stop: [[0, 0.5], [1, 0.5]]
    rules:
      - { id: count, kind: line_count, line: stop }
      - id: stay # after a complaint
        kind: loitering
        zone: lane
        minDwellMs: 20000
`;

/** A minute in which one person stands in the lane for 15 s and another for 40 s. */
const addTracks = async (dataDir: string, now: number): Promise<void> => {
  const anchorAt = now - 5 * 60_000;
  const sessionId = new Date(anchorAt).toISOString().replace(/[-:.]/g, '');
  const folder = join(dataDir, 'recordings/gate', sessionId);
  await mkdir(join(folder, 'tracks'), { recursive: true });
  const clock = { sessionId, anchorAt, source: 'arrival', uncertaintyMs: 100 };
  const session = { cameraId: 'gate', sessionId, clock, codec: 'h264', width: 1000, height: 1000 };
  await writeFile(join(folder, 'session.json'), JSON.stringify({ ...session, initFile: 'init.mp4', initSha256: '' }));
  const person = (id: number, x: number) => ({
    ...{ id, className: 'person', score: 0.9, velocity: [0, 0], alerts: [] },
    box: [x, 0.4, x + 0.05, 0.6],
  });
  const lines = Array.from({ length: 55 * 5 }, (_, index) => {
    const ptsMs = index * 200;
    const tracks = [...(ptsMs < 15_000 ? [person(1, 0.3)] : []), ...(ptsMs < 40_000 ? [person(2, 0.6)] : [])];
    return JSON.stringify({ cameraId: 'gate', sessionId, ptsMs, capturedAt: anchorAt + ptsMs, tracks });
  });
  await writeFile(join(folder, 'tracks/0.ndjson'), `${lines.join('\n')}\n`);
};

const why = hasChromium ? '' : ' (skipped: chromium is not installed)';

describe.skipIf(!hasChromium)(`cameras and rules in the browser${why}`, () => {
  let site: Site;
  let browser: Browser;
  let opened: OpenedPage;
  let dataDir: string;
  let playerDir: string;
  let file: string;
  const asked: (readonly string[])[] = [];
  const setup = async (): Promise<Setup> => (await site.admin.get('/api/setup')).json<Setup>();

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'watchpost-setup-'));
    playerDir = join(dataDir, 'player');
    await buildPlayer(playerDir);
    file = join(dataDir, 'config.yml');
    await writeFile(file, CONFIG);
    const clock = new TestClock();
    await addTracks(dataDir, clock.at);
    const picture = join(dataDir, 'drawn.mp4');
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=640x360:d=1',
      '-pix_fmt',
      'yuv420p',
      picture,
    ]);
    site = await openSite({
      ...{ playerDir, dataDir, clock, config: parseConfig(CONFIG), configPath: file },
      restart: (names) => asked.push(names),
    });
    await site.person('officer-an', 'officer');
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    opened = await openPage(browser, base, { username: 'admin', path: '/setup' });
    await opened.page.waitForSelector('tbody tr');
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('the password of a camera reaches neither the page nor any answer', async () => {
    expect(await opened.page.content()).toContain('rtsp://***@127.0.0.1:1/1');
    expect((await site.admin.get('/api/setup')).body).not.toContain('topsecret');
    const { sha256, cameras } = await setup();
    const camera = { ...cameras[0], source: { url: 7 } };
    const check = await site.admin.call('POST', '/api/setup/check', { sha256, camera });
    expect(check.body).not.toContain('topsecret');
    expect(check.json<{ problems: { path: string }[] }>().problems[0]?.path).toBe('source.url');
  });

  test('a point is moved by keyboard, undone and done again', async () => {
    const { page } = opened;
    await page.getByRole('link', { name: 'Main gate' }).click();
    await page.getByRole('button', { name: 'Zone lane' }).press('Enter');
    const point = page.getByRole('button', { name: 'Point 1 of lane' });
    await point.press('ArrowRight');
    await point.press('Shift+ArrowRight');
    const left = () => point.evaluate((element) => element.style.left);
    expect(await left()).toBe('12.2%');
    await page.keyboard.press('Control+z');
    expect(await left()).toBe('10%');
    await page.keyboard.press('Control+y');
    expect(await left()).toBe('12.2%');
    await page.getByRole('button', { name: 'Undo' }).click();
  });

  test('a zone is drawn with the mouse and pulled by a corner', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Zone', exact: true }).first().click();
    const box = (await page.locator('.picture-editor svg').boundingBox())!;
    const click = (x: number, y: number) => page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    await click(0.2, 0.2);
    await click(0.4, 0.2);
    await click(0.4, 0.4);
    await page.mouse.dblclick(box.x + 0.2 * box.width, box.y + 0.4 * box.height);
    const corner = page.getByRole('button', { name: 'Point 3 of zone-1' });
    await corner.waitFor();
    await corner.hover();
    await page.mouse.down();
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height, { steps: 4 });
    await page.mouse.up();
    const [left, top] = await corner.evaluate(({ style }) => [parseFloat(style.left), parseFloat(style.top)]);
    expect(left).toBeCloseTo(50, 0);
    expect(top).toBeCloseTo(50, 0);
    await page.getByText('When applied: only the analysis starts again').waitFor();
  });

  test('a value out of range is refused with the words of the configuration check, at its field', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Rules' }).click();
    const dwell = page.getByLabel('Stays at least (ms)');
    await dwell.fill('5');
    await page.locator('.field-problem', { hasText: 'from 1000' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save as a version' }).isDisabled()).toBe(true);
    await dwell.fill('10000');
    await page.locator('.field-problem').waitFor({ state: 'detached' });
  });

  test('a dry run shows what the changed rule would have found beside what the present one finds', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const row = page.locator('[data-rule=stay] td');
    await row.first().waitFor();
    expect(await row.allTextContents()).toEqual(['1', '2']);
    expect(await page.locator('.dry-events .chip').count()).toBe(1);
  });

  test('saving keeps comments and the password, and makes a version', async () => {
    const { page } = opened;
    await page.getByLabel('Reason for the change').fill('shorter stay');
    await page.getByRole('button', { name: 'Save as a version' }).click();
    await page.getByText('Changes are saved but not in effect').waitFor();
    const text = await readFile(file, 'utf8');
    for (const kept of ['# Ward 3', '# the busiest one', '# changed in May', '# from the plan', 'user:topsecret@'])
      expect(text).toContain(kept);
    expect(parseConfig(text).cameras[0]?.rules[1]).toMatchObject({ id: 'stay', minDwellMs: 10_000 });
    expect(Object.keys(parseConfig(text).cameras[0]?.zones ?? {})).toEqual(['lane', 'zone-1']);
    const { versions } = (await site.admin.get('/api/setup/versions')).json<VersionList>();
    expect(versions.map(({ version, actor, note }) => [version, actor, note])).toEqual([
      [2, 'admin', 'shorter stay'],
      [1, 'file', ''],
    ]);
    const { rows } = (await site.admin.get('/api/audit?action=config.changed')).json<{ rows: { target: string }[] }>();
    expect(rows.map(({ target }) => target)).toEqual(['gate']);
  });

  test('a change made on an old state of the file is refused', async () => {
    const { cameras } = await setup();
    const answer = await site.admin.call('PUT', '/api/setup/cameras', {
      sha256: 'old',
      camera: { ...cameras[0], name: 'x' },
    });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'CONFIG_CONFLICT']);
  });

  test('applying asks for a new start of the analysis and leaves the recording alone', async () => {
    await site.admin.call('POST', '/api/setup/apply');
    await expect.poll(() => asked.at(-1), { timeout: 10_000 }).toEqual(['analyze', 'evidence', 'api']);
  });

  test('an older version is compared and restored', async () => {
    const { page } = opened;
    await page.getByRole('link', { name: 'List' }).click();
    await page.getByRole('button', { name: 'Compare with version 1' }).click();
    await page.locator('.diff [data-sign="-"]', { hasText: 'zone-1' }).waitFor();
    await page.getByRole('button', { name: 'Go back to version 1' }).click();
    await page.locator('.versions li', { hasText: 'Version 3' }).getByText('saved now').waitFor();
    expect(await readFile(file, 'utf8')).toBe(CONFIG);
  });

  test('a source that cannot be had says why; one that can gives a picture', async () => {
    const probe = async (url: string, cameraId?: string): Promise<ProbeResult> =>
      (
        await site.admin.call('POST', '/api/setup/probe', { url, transport: 'tcp', ...(cameraId ? { cameraId } : {}) })
      ).json<ProbeResult>();
    const refused = await probe('rtsp://***@127.0.0.1:1/1', 'gate');
    expect(refused).toMatchObject({ ok: false, fault: 'refused' });
    expect(JSON.stringify(refused)).not.toContain('topsecret');
    expect(await probe('gopher://10.0.0.1/1')).toMatchObject({ ok: false, fault: 'scheme' });
    expect(await probe('nowhere.mp4')).toMatchObject({ ok: false, fault: 'file' });
    const found = await probe('drawn.mp4');
    expect(found).toMatchObject({ ok: true, codec: 'h264', width: 640, height: 360, fps: 25 });
    expect(found.ok && found.picture.startsWith('data:image/jpeg;base64,/9j/')).toBe(true);
  });

  test('a camera is added with its test picture, and that needs the recording to start again', async () => {
    const { page } = opened;
    await page.goto(new URL('/setup/new', page.url()).href);
    await page.getByLabel('Camera id').fill('park');
    await page.getByLabel('Address').fill('nowhere.mp4');
    await page.getByRole('button', { name: 'Test and take a picture' }).click();
    await page.getByText('There is no such file, or it may not be read. Check the path').waitFor();
    // The program's own words are there for whoever asks for them.
    const raw = page.getByText('No such file or directory');
    expect(await raw.isVisible()).toBe(false);
    await page.getByText('Technical detail').click();
    await raw.waitFor();
    await page.getByLabel('Address').fill('drawn.mp4');
    await page.getByRole('button', { name: 'Test and take a picture' }).click();
    await page.getByText('There is a picture: h264, 640×360, 25 a second.').waitFor();
    await page.waitForSelector('.picture-editor img');
    await page.getByText('When applied: the recording starts again').waitFor();
    await page.getByRole('button', { name: 'Save as a version' }).click();
    await page.waitForURL('**/setup/park');
    expect((await setup()).cameras.map(({ id }) => id)).toEqual(['gate', 'park']);
    expect((await setup()).pending).toBe('sources');
  });

  test('nobody but an administrator reads or changes the configuration', async () => {
    const { page } = await openPage(browser, new URL(opened.page.url()).origin, {
      username: 'officer-an',
      path: '/setup',
    });
    await page.getByText('No permission').waitFor();
    await page.context().close();
  });

  test('a dry run without tracks says so', async () => {
    const { cameras } = await setup();
    const answer = await site.admin.call('POST', '/api/setup/dry-run', { camera: cameras[1], minutes: 10 });
    expect(answer.json<DryRunResult>()).toMatchObject({ frames: 0, events: [] });
  });

  test('the pages are accessible and fit an office screen and a phone, in both languages', async () => {
    const list = await lookAt(opened.page, '/setup', 'tbody tr', 'setup');
    expect(list).toEqual(clean(list));
    const editor = await lookAt(opened.page, '/setup/gate', '.shape-list li', 'setup-editor');
    expect(editor).toEqual(clean(editor));
    expect(opened.errors).toEqual([]);
  });
});
