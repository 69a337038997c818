import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { processTree } from '../../benchmarks/process-tree.ts';
import type { SegmentRecord } from '../../pipeline/segment.ts';
import { hasShared, needs, ROOT } from '../shared.ts';
import { demoConfig } from './demo-config.ts';
import { hasChromium, openBrowser } from './player-browser.ts';

const canRun = hasShared('footage') && hasChromium;
const why = `${needs('footage')}${hasChromium ? '' : ' [skipped: chromium is not installed]'}`;
const PASSWORD = 'mot-mat-khau-dai-de-nho';

/** What the wall's canvases say of themselves. */
type Tile = { camera: string; pictureCapturedAt: string; overlayCapturedAt: string; tracks: string };
const tiles = (page: Page): Promise<Tile[]> =>
  page.$$eval('canvas[data-camera]', (list) =>
    list.map((canvas) => Object.fromEntries(Object.entries((canvas as HTMLElement).dataset)) as unknown as Tile),
  );

describe.skipIf(!canRun)(`the whole system, live, in a browser${why}`, () => {
  let system: ChildProcess;
  let browser: Browser;
  let page: Page;
  let dataDir: string;
  const output: string[] = [];

  beforeAll(async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'watchpost-config-')), 'live.yml');
    const config = parse(readFileSync(await demoConfig('live'), 'utf8')) as {
      server: object;
      cameras: { id: string }[];
    };
    const cameras = config.cameras.filter(({ id }) => ['car-park', 'motorway', 'avenue'].includes(id));
    writeFileSync(file, stringify({ ...config, server: { ...config.server, port: 0 }, cameras }));
    dataDir = mkdtempSync(join(tmpdir(), 'watchpost-live-'));
    system = spawn(join(ROOT, 'bin/watchpost'), ['up', '--config', file, '--data', dataDir]);
    system.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    system.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const said = async (pattern: RegExp): Promise<string> => {
      for (let tries = 0; tries < 600; tries++) {
        const found = pattern.exec(output.join(''))?.[1];
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`the system never said ${String(pattern)}:\n${output.join('').slice(-3000)}`);
    };
    const address = await said(/(http:\/\/127\.0\.0\.1:\d+)/);
    const password = await said(/\b([a-z0-9]{5}(?:-[a-z0-9]{5}){3})\b/);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    await page.goto(address);
    await page.fill('input[autocomplete=username]', 'admin');
    await page.fill('input[type=password]', password);
    await page.keyboard.press('Enter');
    // The password that was printed opens nothing but its own change.
    await page.waitForFunction(() => document.querySelectorAll('input[type=password]').length === 3);
    const [current, fresh, again] = await page.$$('input[type=password]');
    await current!.fill(password);
    await fresh!.fill(PASSWORD);
    await again!.fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('input[type=password]').length === 0);
    await page.goto(address);
  });

  afterAll(async () => {
    await browser.close();
    const gone = new Promise((resolve) => system.once('close', resolve));
    system.kill('SIGTERM');
    await gone;
  });

  test('three cameras play, each with boxes at the instant of its picture', async () => {
    const frameMs = 40;
    const seen = new Map<string, number>();
    for (let tries = 0; tries < 400 && seen.size < 3; tries++) {
      for (const { camera, pictureCapturedAt, overlayCapturedAt, tracks } of await tiles(page)) {
        if (Number(tracks) === 0 || overlayCapturedAt === '') continue;
        const offset = Math.abs(Number(pictureCapturedAt) - Number(overlayCapturedAt));
        seen.set(camera, Math.min(offset, seen.get(camera) ?? Infinity));
      }
      await page.waitForTimeout(150);
    }
    expect([...seen.keys()].sort()).toEqual(['avenue', 'car-park', 'motorway']);
    for (const offset of seen.values()) expect(offset).toBeLessThanOrEqual(frameMs);
  });

  test('a real case comes into review and is decided by one key', async () => {
    await page.goto(new URL('/review', page.url()).href);
    await page.waitForSelector('video', { timeout: 120_000 });
    const answered = page.waitForResponse(
      (response) => response.url().endsWith('/verdict') && response.request().method() === 'POST',
    );
    await page.waitForSelector('.verdict[data-verdict=confirmed]:enabled', { timeout: 60_000 });
    await page.keyboard.press('a');
    expect((await answered).status()).toBeLessThan(300);
  });

  test('analysis gives way to recording and evidence', () => {
    const niceness = (wanted: string): number =>
      getPriority(processTree(system.pid!).find(({ name }) => name === wanted)!.pid);
    expect(niceness('analyze')).toBeGreaterThan(niceness('record'));
    expect(niceness('analyze')).toBeGreaterThan(niceness('evidence'));
  });

  test('killing the analysis, and then stopping it for 10 s, leaves no gap in the recording', async () => {
    const analysis = (): number => processTree(system.pid!).find(({ name }) => name === 'analyze')!.pid;
    const killed = analysis();
    process.kill(killed, 'SIGKILL');
    await expect
      .poll(() => processTree(system.pid!).some(({ name, pid }) => name === 'analyze' && pid !== killed), {
        timeout: 20_000,
      })
      .toBe(true);
    const stopped = analysis();
    process.kill(stopped, 'SIGSTOP');
    await page.waitForTimeout(10_000);
    process.kill(stopped, 'SIGCONT');
    await page.waitForTimeout(3_000);
    for (const camera of ['avenue', 'car-park', 'motorway']) {
      const folder = join(dataDir, 'recordings', camera);
      const sessions = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.ndjson')));
      expect(sessions, camera).toHaveLength(1);
      const segments = readFileSync(join(folder, sessions[0]!, 'index.ndjson'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as SegmentRecord);
      for (let i = 1; i < segments.length; i++) {
        const end = segments[i - 1]!.startPtsMs + segments[i - 1]!.durationMs;
        expect(Math.abs(segments[i]!.startPtsMs - end), `${camera} ${segments[i]!.file}`).toBeLessThan(1);
      }
    }
  });
});
