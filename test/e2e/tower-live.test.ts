import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FireAlertMessage } from '../../api/alerts/alert-message.ts';
import type { IncidentList } from '../../api/contract/incidents.ts';
import { ROOT } from '../shared.ts';
import { type Administrator, administrate, drawnRule, drawnTower, openReceiver, WAIT } from './fire-system.ts';
import { hasChromium, openBrowser } from './player-browser.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

const DWELL_S = 8;
const PICTURE = ['-loop', '1', '-framerate', '10', '-t', String(DWELL_S), '-i'];
const HILLSIDE = join(ROOT, 'test/fixtures/tensors/hillside.png');

/** A tower that looks at a part of the hillside without smoke, then at the whole of it, and so on. */
const drawSweep = (file: string): void => {
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-y', ...PICTURE, HILLSIDE, ...PICTURE, HILLSIDE],
    ...['-filter_complex', '[0]crop=200:150:0:110,scale=512:384[clear];[clear][1]concat=n=2:v=1'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '12', '-g', '10', '-bf', '0', '-pix_fmt', 'yuv420p', file],
  ]);
};

/** A plain at sea level, 22 km across. */
const PLAIN = `ncols 100
nrows 100
xllcorner 103.9
yllcorner 10.15
cellsize 0.002
${`${'0 '.repeat(100)}\n`.repeat(100)}`;
const ROAD = JSON.stringify({
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { name: 'DT.975' },
      geometry: {
        type: 'LineString',
        coordinates: [
          [104.05, 10.2],
          [104.05, 10.3],
        ],
      },
    },
  ],
});
const hasPlayer = existsSync(join(ROOT, 'dist/player/index.html'));
const why = `${hasChromium ? '' : ' (skipped: chromium is not installed)'}${hasPlayer ? '' : ' (skipped: the player is not built)'}`;

describe('a tower that turns, live', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-tower-'));
  let receiver: Awaited<ReturnType<typeof openReceiver>>;
  let system: RunningSystem;
  let admin: Administrator;

  beforeAll(async () => {
    const clip = join(folder, 'sweep.mp4');
    drawSweep(clip);
    writeFileSync(join(folder, 'plain.asc'), PLAIN);
    writeFileSync(join(folder, 'roads.geojson'), ROAD);
    receiver = await openReceiver();
    const pose = { tiltDeg: -3, fieldOfViewDeg: 40, dwellMs: 1_000 * DWELL_S };
    system = startSystem({
      ...drawnTower(receiver.url, {
        source: { url: clip, loop: true, realtime: true },
        sweep: {
          by: 'scene',
          settleMs: 1_500,
          poses: [
            { id: 'n', azimuthDeg: 0, ...pose },
            { id: 'e', azimuthDeg: 90, ...pose },
          ],
        },
        rules: [{ ...drawnRule, cadenceMs: 1_000 }],
      }),
      fire: {
        terrain: join(folder, 'plain.asc'),
        layers: [{ kind: 'road', file: join(folder, 'roads.geojson') }],
      },
    });
    admin = await administrate(system);
  }, 60_000);

  afterAll(async () => {
    await system.stop();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('smoke that one pose shows reaches a receiver with its place, the ground it stands on and the nearest road', async () => {
    await expect.poll(() => receiver.messages.length, WAIT).toBe(1);
    const message = receiver.messages[0]!;
    expect(message).toMatchObject({ kind: 'smoke', camera: { id: 'tower' }, where: { kind: 'range' } });
    const { sight, rangeM } = message.where as Extract<FireAlertMessage['where'], { kind: 'range' }>;
    // 290 of 512 px, seen by the pose that looks east; its foot is 51 px below the middle: 7.1° down from 380 m.
    expect(sight.azimuthDeg).toBeGreaterThan(91);
    expect(sight.azimuthDeg).toBeLessThan(95);
    expect(rangeM).toBeGreaterThan(2_600);
    expect(rangeM).toBeLessThan(3_600);
    expect(message.nearest).toMatchObject([{ kind: 'road', name: 'DT.975' }]);
    expect(message.shortText).toMatch(/^KHOI \d\d:\d\d; 10\.2\d+,104\.0\d+, cach tram \d\.\d km/);
  });

  test('frames of the turns are counted, and none is looked at', async () => {
    const dropped = async (): Promise<number> => {
      const [camera] = await admin.get<{ frames: { dropped: Record<string, number> } }[]>('/api/cameras');
      return camera!.frames.dropped['settling'] ?? 0;
    };
    await expect.poll(dropped, WAIT).toBeGreaterThan(2);
  });

  test.skipIf(!hasChromium || !hasPlayer)(
    `the fire desk shows the tower, where the fire is and the way there${why}`,
    async () => {
      const browser = await openBrowser();
      try {
        const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
        const [name, value] = admin.cookie().split('=') as [string, string];
        await page.context().addCookies([{ name, value, url: admin.address }]);
        await page.goto(`${admin.address}/fire`);
        await page.waitForSelector('.fire-range', { timeout: 30_000 });
        expect(await page.locator('.fire-tower').count()).toBe(1);
        expect(await page.locator('.fire-nearest').last().innerText()).toContain('DT.975');
        expect(await page.locator('.fire-incident header').innerText()).toMatch(/104[.,]0/);
      } finally {
        await browser.close();
      }
    },
  );

  test('it stays one incident while the smoke goes on', async () => {
    const { incidents } = await admin.get<IncidentList>('/api/incidents');
    expect(incidents).toHaveLength(1);
    // The clip holds the other pose too: each crop is of a frame in which the plume was seen.
    const { crops } = incidents[0]!.alerts[0]!;
    expect(crops.length).toBeGreaterThanOrEqual(3);
    expect(crops.length).toBeLessThanOrEqual(8);
    expect(incidents[0]!.nearest[0]?.distanceM).toBeGreaterThan(1_000);
  });
});
