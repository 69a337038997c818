import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PassageFeed, PassageList, Trace, WatchEntry, WatchHitList } from '../../api/contract/passages.ts';
import type { AuditList } from '../../api/contract/audit.ts';
import { goldenImage } from '../../models/check-model.ts';
import { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import { passagesOf } from '../../pipeline/config/camera.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { planLetterbox } from '../../pipeline/letterbox.ts';
import { PassageWatch } from '../../pipeline/passages/passage-watch.ts';
import { CameraAnalyzer } from '../../workers/camera-analyzer.ts';
import { dataFolder } from '../../workers/data-folder.ts';
import { machineClock } from '../../workers/monotonic.ts';
import { openQueues } from '../../workers/queue.ts';
import { runSession } from '../../workers/session.ts';
import { TrackLog } from '../../workers/track-log.ts';
import { RECORDING } from '../fixtures/session-run.ts';
import { openSite, type Site, startRedis } from './api-harness.ts';
import { startPassages } from './passages-process.ts';

const config = parseConfig(`
version: 1
detectors: { road: { model: none } }
cameras:
  - id: gate
    name: Cổng chính
    group: north
    location: { latitude: 21.03, longitude: 105.85 }
    source: { url: x.mp4, loop: false, realtime: false }
    analysis: { detector: road, fps: 10 }
    zones: { road: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    passages: { lanes: [road] }
`);
const camera = config.cameras[0]!;
/** The drawn motorbike, its plate 59T1-154.17, rides through a picture of this size. */
const SIZE = { width: 1280, height: 720 };
const RIDE = { seconds: 3, fps: 25, fromX: 40, pxPerSecond: 200, y: 300 };
/** Of the motorbike in its own picture. */
const BIKE = { x1: 150, y1: 30, x2: 331, y2: 331 };
const PURPOSE = 'test of the whole way';
const STARTED_AT = Date.UTC(2026, 10, 21, 7, 0, 0);

const drawRide = (file: string): void => {
  const { seconds, fps, fromX, pxPerSecond, y } = RIDE;
  const [asphalt, bike] = [
    `color=c=0x5d6067:s=${SIZE.width}x${SIZE.height}:r=${fps}:d=${seconds}`,
    goldenImage('plate'),
  ];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', asphalt, '-loop', '1', '-i', bike],
    ...['-filter_complex', `overlay=x=${fromX}+${pxPerSecond}*t:y=${y}:shortest=1`],
    ...['-c:v', 'libx264', '-crf', '20', '-g', String(fps), '-pix_fmt', 'yuv420p', '-y', file],
  ]);
};

const bikeAt = (ptsMs: number) => {
  const x = RIDE.fromX + (RIDE.pxPerSecond * ptsMs) / 1_000;
  const box = { x1: BIKE.x1 + x, y1: BIKE.y1 + RIDE.y, x2: BIKE.x2 + x, y2: BIKE.y2 + RIDE.y };
  return { className: 'motorcycle', score: 0.9, box };
};

/** Records the clip and follows the motorbike as `record` and `analyze` do, its boxes drawn instead of detected. */
const recordAndFollow = async (clip: string, dataDir: string, redisUrl: string): Promise<void> => {
  const queues = await openQueues(redisUrl);
  const tracks = new TrackLog(dataDir);
  const clock = { sessionId: 's1', anchorAt: STARTED_AT, source: 'given', uncertaintyMs: 0 } as const;
  const passages = passagesOf(camera)!;
  const analyzer = new CameraAnalyzer({
    detect: ({ ptsMs }) => Promise.resolve([bikeAt(ptsMs)]),
    openPipeline: () =>
      new CameraPipeline({
        ...{ camera, clock, frameSize: SIZE, timeZone: 'UTC' },
        provenance: { softwareVersion: '0', configHash: '0'.repeat(64), models: [] },
      }),
    openPassages: () => new PassageWatch({ camera, passages, clock, frameSize: SIZE }),
    onPasses: async (passes) => {
      // Twice, as after a crash between two acknowledgements.
      for (const pass of [...passes, ...passes]) await queues.enqueuePassage(pass);
    },
    onLive: (live) => tracks.append(live),
    onEvents: () => Promise.resolve(),
    onFate: () => undefined,
    clock: machineClock,
    deadlineMs: () => null,
  });
  await runSession({
    ...{ camera, url: clip, transport: 'tcp', recording: RECORDING, sessionId: 's1', anchorAt: STARTED_AT, fps: 10 },
    folder: dataFolder(dataDir).session('gate', 's1'),
    letterbox: (source) =>
      planLetterbox({ source, target: { width: 416, height: 416 }, fit: 'letterbox', padPosition: 'centred' }),
    onFrame: ({ header, pixels }) => analyzer.push({ ...header, pixels, release: () => undefined }),
    onSegment: () => undefined,
    signal: new AbortController().signal,
  });
  await analyzer.finish();
  await queues.close();
};

describe('a vehicle that passes a plate camera', () => {
  let dataDir = '';
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let site: Site;
  let reader: ChildProcess;
  let entry: WatchEntry;
  let told: Promise<string>;
  const listening = new AbortController();

  /** The first server-sent event of that name. */
  const firstEvent = async (address: string, name: string): Promise<string> => {
    const response = await fetch(`${address}/api/live`, {
      headers: { cookie: site.admin.cookie },
      signal: listening.signal,
    });
    const reading = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reading.read();
      if (done) throw new Error('the stream ended');
      text += value;
      const found = new RegExp(`event: ${name}\\ndata: (.*)\\n\\n`).exec(text)?.[1];
      if (found !== undefined) return found;
    }
  };
  const search = async (wanted: object): Promise<PassageList['passages']> =>
    (await site.admin.call('POST', '/api/passages/search', { purpose: PURPOSE, ...wanted })).json<PassageList>()
      .passages;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'watchpost-passages-'));
    redis = await startRedis(dataDir);
    site = await openSite({ dataDir, config, redisUrl: redis.url });
    const address = await site.app.listen({ port: 0, host: '127.0.0.1' });
    const week = site.clock.at + 7 * 24 * 3_600_000;
    const wanted = { list: 'stolen', plate: '59-T1 154.17', reason: 'reported by its owner', expiresAt: week };
    entry = (await site.admin.call('POST', '/api/watch-list', wanted)).json<WatchEntry>();
    told = firstEvent(address, 'watch');
    // Stopped before it came: the test that waits for it says so.
    told.catch(() => undefined);
    reader = startPassages(config, dataDir, redis.url);
    const clip = join(dataDir, 'ride.mp4');
    drawRide(clip);
    await recordAndFollow(clip, dataDir, redis.url);
  }, 60_000);

  afterAll(async () => {
    listening.abort();
    const gone = new Promise((resolve) => reader.once('exit', resolve));
    reader.kill('SIGTERM');
    await gone;
    await site.close();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('is found once, its plate read from the recording', async () => {
    await expect.poll(() => search({}), { timeout: 150_000, interval: 200 }).toHaveLength(1);
    const [passage, ...others] = await search({ plate: '59T1-154.17' });
    expect(others).toEqual([]);
    expect(passage).toMatchObject({
      ...{ cameraId: 'gate', cameraName: 'Cổng chính', className: 'motorcycle', lane: 'road', unread: null },
      plate: { text: '59T1-154.17' },
      ...{ firstHere: true, fit: { how: 'read' } },
    });
    expect(passage!.plate!.characters).toHaveLength(9);
    expect(passage!.at).toBeGreaterThanOrEqual(STARTED_AT);
    expect(passage!.at).toBeLessThanOrEqual(STARTED_AT + RIDE.seconds * 1_000);
  }, 160_000);

  test.each(['59T1?5417', '*5417', '59T1*', '59-T', '15417', '5?T1*7'])('is found by %s', async (plate) => {
    expect(await search({ plate })).toHaveLength(1);
  });

  test('is found by the place of its camera, typed without accents, and nowhere else', async () => {
    expect(await search({ place: 'cong chinh' })).toHaveLength(1);
    expect(await search({ place: 'Hải Phòng' })).toEqual([]);
  });

  test('is found by a likely confusion when that is asked for, and not otherwise', async () => {
    expect(await search({ plate: '59T7-154.17' })).toEqual([]);
    expect((await search({ plate: '59T7-154.17', similar: true }))[0]?.fit).toMatchObject({ how: 'similar' });
  });

  test('shows the vehicle and its plate', async () => {
    const [passage] = await search({});
    for (const url of [passage!.vehicleUrl, passage!.plateUrl]) {
      const answer = await site.admin.get(url!);
      expect(answer.headers['content-type']).toBe('image/jpeg');
      expect((await sharp(answer.rawPayload).metadata()).width).toBeGreaterThan(60);
    }
  });

  test('on a watch list raises an alert that names the list and no reason', async () => {
    expect(JSON.parse(await told)).toMatchObject({ list: 'stolen', plate: '59T115417', cameraId: 'gate' });
    const { hits } = (await site.admin.get('/api/watch-list/hits')).json<WatchHitList>();
    expect(hits).toMatchObject([{ list: 'stolen', reason: entry.reason, seenBy: null }]);
    await site.admin.call('POST', `/api/watch-list/hits/${hits[0]!.id}/seen`);
    const seen = (await site.admin.get('/api/watch-list/hits')).json<WatchHitList>();
    expect(seen.hits[0]?.seenBy).toBe('admin');
  });

  test('has a trace', async () => {
    const asked = { purpose: PURPOSE, plate: '59T1-154.17' };
    const trace = (await site.admin.call('POST', '/api/passages/trace', asked)).json<Trace>();
    expect(trace).toMatchObject({
      passages: [{ cameraId: 'gate' }],
      legs: [],
      cameras: [{ location: { latitude: 21.03 } }],
    });
  });

  test('is handed to a program once, as an event that plate readers send', async () => {
    const feed = async (asked: object): Promise<PassageFeed> =>
      (await site.admin.call('POST', '/api/passages/feed', { purpose: PURPOSE, ...asked })).json<PassageFeed>();
    const first = await feed({ after: STARTED_AT - 1_000 });
    expect(first.events).toMatchObject([{ data: { camera_id: 'gate', results: [{ plate: '59t115417' }] } }]);
    expect(await feed({ cursor: first.nextCursor })).toEqual({ events: [], nextCursor: first.nextCursor });
    expect((await feed({ after: STARTED_AT + 3_600_000 })).events).toEqual([]);
    const { rows } = (await site.admin.get('/api/audit?action=passages.fed')).json<AuditList>();
    expect(rows).toHaveLength(1);
  });

  test('is not looked for without a purpose, and every search is in the audit with its purpose', async () => {
    const refused = await site.admin.call('POST', '/api/passages/search', { plate: '59T1*' });
    expect(refused.statusCode).toBe(400);
    const { rows } = (await site.admin.get('/api/audit?action=passages.searched')).json<AuditList>();
    expect(rows.length).toBeGreaterThan(5);
    for (const { detail } of rows) expect(JSON.parse(detail!)).toMatchObject({ purpose: PURPOSE });
  });

  test('is nobody’s business in another unit', async () => {
    const south = await site.person('south-officer', 'officer', ['south']);
    const answer = await south.call('POST', '/api/passages/search', { purpose: PURPOSE });
    expect(answer.json<PassageList>().passages).toEqual([]);
    const [passage] = await search({});
    expect((await south.get(`/api/passages/${passage!.id}`)).statusCode).toBe(404);
    expect((await south.get(passage!.plateUrl!)).statusCode).toBe(404);
  });
});
