import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChaosProxy, type Mischief, startChaosProxy } from '../../benchmarks/chaos-proxy.ts';
import { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { analysisLetterbox } from '../../workers/detector-pool.ts';
import { runSession } from '../../workers/session.ts';
import { hasRtspServer, needsRtspServer, type RtspCamera, startRtspCamera } from '../fakes/rtsp-camera.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import {
  readGaps,
  readIndex,
  type RunningRecorder,
  sessionFolders,
  startRecorder,
  until,
} from '../fixtures/recorder-run.ts';
import { readSession } from '../fixtures/session-run.ts';

const run = promisify(execFile);

/** What is promised, on a machine that has nothing better to do. */
const RECOVERED_WITHIN_MS = 5_000;
/** How long a line stays bad after the loss is seen: the pauses between tries grow meanwhile. */
const OUTAGE_MS = 1_000;
/** A segment's place in time may be off by what a new session does not know of its first picture's way. */
const TIME_TOLERANCE_MS = 2_500;

/** A camera on a bad line and one on a good line, recorded by the same process. */
describe.skipIf(!hasRtspServer)(`a camera on a bad line${needsRtspServer}`, () => {
  let dataDir: string;
  let cameras: RtspCamera[];
  let line: ChaosProxy;
  let bad: RunningRecorder;
  let good: RunningRecorder;
  /** From the start of recording to the first segment, here and now. */
  let openedWithinMs: number;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'watchpost-chaos-'));
    const [file, large, hevc] = ['street.mp4', 'large.mp4', 'hevc.mp4'].map((name) => join(dataDir, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([
      makeCounterClip({ file, frames: 1_000, rate: '25' }),
      makeCounterClip({ file: large, frames: 250, rate: '25', size: '960x540' }),
      makeCounterClip({ file: hevc, frames: 100, rate: '25', codec: 'libx265', size: '320x180' }),
    ]);
    cameras = await Promise.all([
      startRtspCamera({ file, other: large }),
      startRtspCamera({ file }),
      startRtspCamera({ file: hevc, codec: 'h265' }),
    ]);
    line = await startChaosProxy(cameras[0]!.port, { codec: cameras[2]!.port });
    const startedAt = Date.now();
    bad = startRecorder({
      dataDir,
      id: 'bad',
      url: `rtsp://127.0.0.1:${line.port}/live`,
      source: { transport: 'tcp', stallMs: 2_000 },
    });
    good = startRecorder({ dataDir, id: 'good', url: cameras[1]!.url, source: { transport: 'tcp' } });
    await until('both are recorded', 30_000, () => [bad, good].every(({ recorder }) => recorder.state.segments > 0));
    openedWithinMs = Date.now() - startedAt;
  });
  afterAll(async () => {
    await Promise.all([bad.stop(), good.stop()]);
    await line.stop();
    await Promise.all(cameras.map((camera) => camera.stop()));
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Waits until a gap more than before is written down, which is when a new session has a segment on disk. */
  const untilRecorded = async (gaps: number): Promise<void> => {
    await until('it is recorded again', 60_000, async () => (await readGaps(dataDir, 'bad')).length > gaps);
    // A picture that nobody analyses makes a camera degraded; it is recorded all the same.
    expect(bad.recorder.state.state).toMatch(/watching|degraded/);
  };
  const lastSession = async () => {
    const folder = join(dataDir, 'recordings', 'bad', bad.recorder.state.sessionId!);
    return { folder, ...(await readSession(folder)) };
  };

  test.each<Mischief>(['drop', 'freeze', 'half-open', 'garbage', 'slow'])(
    '%s: is seen as blind, named, and watched again within 5 s when the line is well',
    async (mischief) => {
      const gaps = (await readGaps(dataDir, 'bad')).length;
      line.set(mischief);
      await until('the loss is seen', 30_000, () => bad.recorder.state.state === 'blind');
      expect(bad.recorder.state.cause).toMatch(/^SOURCE_(STALLED|ENDED|OPEN|NO_VIDEO)$/);
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
      const before = bad.recorder.state.frames.received;
      line.set('pass');
      const wellAt = Date.now();
      await until('there are new pictures', 60_000, () => bad.recorder.state.frames.received > before);
      // A machine that needs long to look at a camera that is well, and to open it, has that time on top of the knock.
      expect(Date.now() - wellAt).toBeLessThan(Math.max(RECOVERED_WITHIN_MS, 2_000 + openedWithinMs));
      await untilRecorded(gaps);
    },
  );

  test('clock jump: a new session with true times, and the gap is listed', async () => {
    const gaps = (await readGaps(dataDir, 'bad')).length;
    const before = bad.recorder.state.sessionId;
    line.set('clock-jump');
    await untilRecorded(gaps);
    line.set('pass');
    expect(bad.recorder.state.sessionId).not.toBe(before);
    expect((await readGaps(dataDir, 'bad')).at(-1)!.cause).toMatch(
      /^SOURCE_ENDED: the camera’s clock is 36\d\d\.\d s ahead/,
    );
    for (const folder of await sessionFolders(dataDir, 'bad'))
      for (const { startAt, durationMs } of await readIndex(folder)) {
        expect(durationMs).toBeLessThan(10_000);
        expect(startAt + durationMs).toBeLessThan(Date.now() + TIME_TOLERANCE_MS);
      }
  });

  test('another codec after a dead line: not taken for what it was, a session of its own, and back', async () => {
    const gaps = (await readGaps(dataDir, 'bad')).length;
    line.set('drop');
    await until('the loss is seen', 30_000, () => bad.recorder.state.state === 'blind');
    line.set('codec');
    await untilRecorded(gaps);
    expect(await lastSession()).toMatchObject({ codec: 'hevc' });
    line.set('pass');
    await untilRecorded(gaps + 1);
    expect(await lastSession()).toMatchObject({ codec: 'h264' });
  });

  test('another size in the middle of the stream: a new session, and no segment holds both', async () => {
    const gaps = (await readGaps(dataDir, 'bad')).length;
    cameras[0]!.tell('other');
    await untilRecorded(gaps);
    expect(await lastSession()).toMatchObject({ width: 960, height: 540 });
    expect((await readGaps(dataDir, 'bad')).at(-1)!.cause).toContain('the camera changed its picture format');
  });

  test('and every segment of all these sessions decodes to pictures of its session’s size', async () => {
    for (const folder of await sessionFolders(dataDir, 'bad')) {
      const index = await readIndex(folder);
      if (index.length === 0) continue;
      const { width, height } = await readSession(folder);
      // The last segment of a session may hold what the line did to it.
      const parts = await Promise.all(
        ['init.mp4', ...index.slice(0, -1).map(({ file }) => file)].map((file) => readFile(join(folder, file))),
      );
      if (parts.length < 2) continue;
      const whole = join(dataDir, `${basename(folder)}.mp4`);
      await writeFile(whole, Buffer.concat(parts));
      const show = ['-select_streams', 'v:0', '-show_entries', 'frame=width,height', '-of', 'csv=p=0'];
      const { stdout, stderr } = await run('ffprobe', ['-v', 'error', ...show, whole]);
      expect([folder, stderr]).toEqual([folder, '']);
      const sizes = stdout.split(/,?\n/).filter((line) => line !== '');
      expect(new Set(sizes)).toEqual(new Set([`${width},${height}`]));
    }
  });

  test('and the camera beside it has not missed a picture', async () => {
    await until('some time has passed', 30_000, () => good.recorder.state.segments > 15);
    const seen = good.states.filter(({ cause }) => cause !== 'no-analyzer').map(({ state }) => state);
    expect(new Set(seen)).toEqual(new Set(['watching']));
    expect(await readGaps(dataDir, 'good')).toEqual([]);
    const [session, ...others] = await sessionFolders(dataDir, 'good');
    expect(others).toEqual([]);
    const index = await readIndex(session!);
    for (const [at, { startPtsMs, durationMs }] of index.slice(0, -1).entries())
      expect(Math.abs(index[at + 1]!.startPtsMs - startPtsMs - durationMs)).toBeLessThan(1);
  });

  test('one picture over and over: the rule on the camera’s health calls it frozen', async () => {
    const { url, tell } = cameras[1]!;
    const config = parseConfig(`
version: 1
detectors: { road: { model: road } }
cameras:
  - id: still
    source: { url: '${url}', transport: tcp }
    analysis: { detector: road, fps: 5 }
    rules: [{ id: health, kind: camera_health, minDurationMs: 1000 }]
`);
    const camera = config.cameras[0]!;
    const stop = new AbortController();
    const events: WatchEvent[] = [];
    let pipeline: CameraPipeline | null = null;
    let frames = 0;
    const watched = runSession({
      ...{ camera, url, transport: 'tcp', recording: config.recording, folder: null, sessionId: 's1', anchorAt: null },
      letterbox: (size) => analysisLetterbox(config, camera, size),
      ...{ fps: 5, signal: stop.signal, onSegment: () => undefined },
      onFrame: ({ header, clock, pixels, release }) => {
        const frameSize = header.letterbox.source;
        const provenance = { softwareVersion: '0', configHash: '', models: [] };
        pipeline ??= new CameraPipeline({ camera, clock, frameSize, provenance, timeZone: 'UTC' });
        events.push(...pipeline.push({ ...header, pixels }, []).events);
        release();
        if (++frames === 10) tell('repeat');
      },
    });
    await until('it is frozen', 30_000, () => events.length > 0);
    stop.abort();
    await watched;
    expect(frames).toBeGreaterThan(10);
    expect(events.map(({ decision }) => decision.facts['fault'])).toEqual(['frozen']);
  });
});
