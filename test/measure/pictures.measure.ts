import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { type CameraState, liveChannel, PLATES_CHANNEL, stateKey } from '../../pipeline/live.ts';
import { acceptForTest } from '../e2e/api-accept.ts';
import { openSite, sealCase, type Site, startRedis, TestClock } from '../e2e/api-harness.ts';
import { layRecording } from '../e2e/laid-recording.ts';
import { buildPlayer, hasChromium, openBrowser, openPage } from '../e2e/player-browser.ts';
import { LOOKS, SCREENS } from '../e2e/player-checks.ts';
import { ONVIF_PASSWORD, type OnvifCamera, startOnvifCamera } from '../fakes/onvif-camera.ts';
import { FILM_MS, filmStreet, streetFrames, streetJpeg } from '../fixtures/street-film.ts';

/*
 * Pictures of the pages that show video, with a drawn street on every camera:
 *     WATCHPOST_PICTURES=docs/images npx vitest run --project measure test/measure/pictures.measure.ts
 * The other pages are pictured by their own tests with the same variable (`npm run docs:pictures` does both).
 */
const FOLDER = process.env['WATCHPOST_PICTURES'] ?? '';
const why = !hasChromium
  ? ' (skipped: chromium is not installed)'
  : FOLDER === ''
    ? ' (skipped: WATCHPOST_PICTURES is not set)'
    : '';

const CAMERAS = [
  { id: 'dien-bien-phu', name: 'Điện Biên Phủ – Hoàng Diệu', place: 'Phường Ba Đình', fromMs: 4_000 },
  { id: 'cau-giay', name: 'Nút giao Cầu Giấy', place: 'Phường Cầu Giấy', fromMs: 9_000 },
  { id: 'kim-ma', name: 'Kim Mã – Liễu Giai', place: 'Phường Ngọc Hà', fromMs: 0 },
  { id: 'ho-tay', name: 'Đường ven Hồ Tây', place: 'Phường Tây Hồ', fromMs: null },
] as const;
const SESSION = 's1';
/** Live pictures are so far behind. */
const BEHIND_MS = 1_500;
const PLATE = '29A-123.45';

const realTime = (): TestClock => {
  const clock = new TestClock();
  clock.now = () => Date.now();
  clock.mono = () => performance.now();
  return clock;
};

const plateJpeg = (): Promise<Buffer> =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="220"><rect width="300" height="220" rx="16" fill="#f2f2ec"/><rect x="8" y="8" width="284" height="204" rx="12" fill="none" stroke="#222" stroke-width="5"/><g font-family="DejaVu Sans, sans-serif" font-weight="700" font-size="76" text-anchor="middle" fill="#161616"><text x="150" y="96">29-A1</text><text x="150" y="184">123.45</text></g></svg>`,
    ),
  )
    .blur(1.2)
    .jpeg()
    .toBuffer();

describe.skipIf(why !== '')(`pictures of pages with video${why}`, () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let publisher: Redis;
  let mast: OnvifCamera;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let base: string;
  let telling: NodeJS.Timeout;
  let anchorAt = Date.now() - FILM_MS;

  const states = (): Promise<unknown> =>
    Promise.all(
      CAMERAS.map(({ id, fromMs }) => {
        const isBlind = fromMs === null;
        const since = anchorAt - (isBlind ? 340_000 : 7_200_000);
        const state: CameraState = {
          ...{ cameraId: id, state: isBlind ? 'blind' : 'watching', since, sessionId: SESSION, segments: 8 },
          ...{ cause: isBlind ? 'SOURCE_STALLED' : null, detail: null, lastFrameAt: Date.now() },
          frames: { received: 90_000, analysed: 36_000, dropped: { 'rate-reduced': 54_000 } },
        };
        return publisher.hset(stateKey('record'), id, JSON.stringify(state));
      }),
    );
  /** Makes the recordings end now: pictures are taken one after the other, and each is to be live. */
  const moveToNow = async (): Promise<void> => {
    anchorAt = Date.now() - FILM_MS;
    for (const { id, fromMs } of CAMERAS) {
      if (fromMs === null) continue;
      const clip = join(folder, `${id}.mp4`);
      await layRecording({ dataDir: folder, cameraId: id, sessionId: SESSION, clip, anchorAt });
      const frames = streetFrames({ cameraId: id, sessionId: SESSION, anchorAt, fromMs });
      const tracks = join(folder, 'recordings', id, SESSION, 'tracks');
      await mkdir(tracks, { recursive: true });
      await writeFile(join(tracks, '0.ndjson'), frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
    }
  };
  const tellFrames = async (): Promise<void> => {
    await states();
    for (const { id: cameraId, fromMs } of CAMERAS) {
      if (fromMs === null) continue;
      for (const frame of streetFrames({ cameraId, sessionId: SESSION, anchorAt, fromMs }))
        await publisher.publish(liveChannel(cameraId), JSON.stringify(frame));
      const plate = { cameraId, sessionId: SESSION, trackId: 3, text: PLATE };
      await publisher.publish(PLATES_CHANNEL, JSON.stringify(plate));
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-pictures-'));
    const playerDir = join(folder, 'player');
    const [, server] = await Promise.all([
      buildPlayer(playerDir),
      startRedis(folder),
      ...CAMERAS.map(({ id, fromMs }) => (fromMs === null ? null : filmStreet(join(folder, `${id}.mp4`), fromMs))),
    ]);
    redis = server;
    publisher = new Redis(redis.url);
    mast = await startOnvifCamera();
    const config = parseConfig(
      JSON.stringify({
        ...{ version: 1, site: { name: 'Trung tâm giám sát' }, detectors: { road: { model: 'any' } } },
        cameras: CAMERAS.map(({ id, name, place }) => ({
          ...{ id, name, place },
          source: { url: `rtsp://admin:${encodeURIComponent(ONVIF_PASSWORD)}@127.0.0.1:1/${id}` },
          ...{ analysis: { detector: 'road' }, ptz: { onvif: mast.url } },
          zones: {
            'lan-phai': [
              [0.5, 0.28],
              [0.62, 0.28],
              [0.93, 1],
              [0.51, 1],
            ],
          },
          lines: {
            'vach-dem': [
              [0.07, 0.9],
              [0.93, 0.9],
            ],
          },
          rules: [
            {
              id: 'nguoc-chieu',
              name: 'Làn phải',
              kind: 'wrong_way',
              zone: 'lan-phai',
              heading: [-0.05, -1],
            },
            { id: 'luu-luong', kind: 'line_count', line: 'vach-dem' },
          ],
        })),
      }),
    );
    await moveToNow();
    site = await openSite({ playerDir, redisUrl: redis.url, dataDir: folder, config, clock: realTime() });
    await site.person('nguyen.an', 'admin');
    const clip = join(folder, 'case.mp4');
    await filmStreet(clip, 4_000, 8);
    const stills = [
      ['stills/before.jpg', 'still-before', 5_200],
      ['stills/at.jpg', 'still-at', 7_800],
      ['stills/after.jpg', 'still-after', 9_400],
    ] as const;
    const pictures = [
      ...(await Promise.all(stills.map(async ([path, role, ms]) => ({ path, role, body: await streetJpeg(ms) })))),
      { path: 'plates/11.jpg', role: 'plate-crop' as const, body: await plateJpeg() },
    ];
    for (const [index, kind] of (['wrong_way', 'wrong_way', 'red_light', 'illegal_stop'] as const).entries())
      await acceptForTest(
        site,
        await sealCase(site.store, `case-${index + 1}`, {
          ...{ camera: CAMERAS[index % 3]!.id, kind, pictures, clip: await readFile(clip) },
          triggerAt: Date.now() - (40 - 9 * index) * 60_000,
          detections: streetFrames({ cameraId: 'x', sessionId: SESSION, anchorAt, fromMs: 4_000, ms: 8_000 }),
          subjects: [{ trackId: 11, className: 'motorcycle', role: 'offender', score: 0.9, sightings: [] }],
          plates: [
            {
              ...{ trackId: 11, text: '29-A1 123.45', kind: 'civil', confidence: 0.93, raw: '29A1/12345', edits: null },
              characters: Array.from('29A112345', (symbol, at) => ({ symbol, confidence: at === 7 ? 0.72 : 0.99 })),
              candidates: [
                { text: '29-A1 123.45', kind: 'civil', probability: 0.93 },
                { text: '29-A1 123.46', kind: 'civil', probability: 0.05 },
              ],
              ...{ framesUsed: 7, framesAgreeing: 6, heightPx: 31, grade: 'needs-human-reading' },
              ...{ doubts: ['character-uncertain'], crop: 'plates/11.jpg' },
            },
          ],
        }),
      );
    base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    telling = setInterval(() => void tellFrames().catch(() => undefined), 1_000);
    browser = await openBrowser();
    ({ page } = await openPage(browser, base, { username: 'nguyen.an', path: '/health' }));
    page.setDefaultTimeout(60_000);
  }, 240_000);
  afterAll(async () => {
    clearInterval(telling);
    await browser.close();
    await site.close();
    publisher.disconnect();
    await redis.stop();
    mast.close();
    await rm(folder, { recursive: true, force: true });
  });

  const MOVING = 'canvas[data-tracks]:not([data-tracks="0"])';
  test.each([
    { name: 'wall', path: () => '/', wait: `.tile:nth-child(3) ${MOVING}` },
    { name: 'camera', path: () => '/cameras/dien-bien-phu', wait: MOVING },
    {
      name: 'recording',
      path: () => `/cameras/dien-bien-phu?at=${String(anchorAt + 3_800)}`,
      wait: `${MOVING}[data-labels*="${PLATE.slice(0, 3)}"], ${MOVING}`,
    },
    { name: 'review', path: () => '/review', wait: `.verdict` },
    { name: 'case', path: () => '/cases/case-1', wait: '[data-status]' },
    { name: 'cases', path: () => '/cases', wait: 'tbody tr' },
    { name: 'health', path: () => '/health', wait: 'tbody tr' },
    { name: 'audit', path: () => '/audit', wait: 'tbody tr' },
  ])('$name', { timeout: 180_000 }, async ({ name, path, wait }) => {
    for (const { language, theme } of LOOKS)
      for (const { name: screen, ...size } of SCREENS) {
        const look = { language, theme, showZones: name === 'camera' };
        await page.evaluate((wanted) => sessionStorage.setItem('look', JSON.stringify(wanted)), look);
        await page.setViewportSize(size);
        await moveToNow();
        await page.waitForTimeout(BEHIND_MS);
        await page.goto(base + path());
        await page.waitForSelector(wait, { state: 'attached' });
        await page.waitForTimeout(BEHIND_MS);
        const picture = await page.screenshot();
        await sharp(picture)
          .png({ palette: true, effort: 10 })
          .toFile(join(FOLDER, `${name}-${screen}-${language}-${theme}.png`));
      }
    expect(page.url()).toContain(base);
  });
});
