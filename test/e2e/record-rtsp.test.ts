import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

let clips: string;
let file: string;
let dataDir: string;
const cameras: RtspCamera[] = [];
const recorders: RunningRecorder[] = [];

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'watchpost-rtsp-'));
  file = join(clips, 'street.mp4');
  await makeCounterClip({ file, frames: 500, rate: '25' });
});
afterAll(() => rm(clips, { recursive: true, force: true }));

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'watchpost-rtsp-'));
});
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop()));
  await Promise.all(cameras.splice(0).map((camera) => camera.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

const camera = async (options: Partial<Parameters<typeof startRtspCamera>[0]> = {}): Promise<RtspCamera> => {
  const started = await startRtspCamera({ file, ...options });
  cameras.push(started);
  return started;
};
const record = (url: string, options: Partial<Parameters<typeof startRecorder>[0]> = {}): RunningRecorder => {
  const started = startRecorder({ dataDir, url, ...options });
  recorders.push(started);
  return started;
};
const stateOf = ({ recorder }: RunningRecorder): string => recorder.state.state;

describe.skipIf(!hasRtspServer)(`an RTSP camera${needsRtspServer}`, () => {
  test('that restarts is recorded again in a new session, with the gap and its cause written down', async () => {
    const first = await camera();
    const running = record(first.url);
    await until('two segments', 30_000, () => running.recorder.state.segments >= 2);
    await first.stop();
    await until('the loss is seen', 10_000, () => stateOf(running) === 'blind');
    await camera({ port: first.port });
    await until('it is watched again', 30_000, () => stateOf(running) === 'watching');
    const before = running.recorder.state.segments;
    await until('and recorded', 30_000, () => running.recorder.state.segments > before + 1);
    await running.stop();

    const recorded = await Promise.all((await sessionFolders(dataDir)).map(readIndex));
    const [old, fresh] = recorded.filter((index) => index.length > 0);
    const end = old!.at(-1)!.startAt + old!.at(-1)!.durationMs;
    const [gap] = await readGaps(dataDir);
    expect(gap).toMatchObject({ cameraId: 'gate', fromAt: end, toAt: fresh![0]!.startAt });
    expect(gap!.cause).toMatch(/^SOURCE_(ENDED|STALLED|OPEN): /);
    const playlist = await readFile(join(dataDir, 'recordings', 'gate', 'live.m3u8'), 'utf8');
    expect(playlist.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
    expect(playlist.match(/#EXT-X-MAP/g)).toHaveLength(2);
  });

  const tries = ({ log }: RunningRecorder): number[] =>
    log.flatMap((line) => (JSON.parse(line) as { retryMs?: number }).retryMs ?? []);

  test('that is there but refuses is tried again in under a second, then less and less often', async () => {
    const there = await camera();
    const running = record(there.url.replace('/live', '/wrong'));
    await until('three tries', 30_000, () => tries(running).length >= 3);
    await running.stop();
    const pauses = tries(running);
    expect(pauses[0]).toBeLessThan(1_000);
    expect(pauses[2]).toBeGreaterThan(pauses[0]!);
    expect(running.states.at(-1)).toMatchObject({ state: 'blind', cause: 'SOURCE_OPEN' });
    expect(running.states.at(-1)!.detail).toContain('the camera knows no such stream');
  });

  test('that is away is knocked at and not opened before it answers', async () => {
    const gone = await camera();
    await gone.stop();
    const running = record(gone.url);
    await until('a try', 30_000, () => tries(running).length > 0);
    expect(running.states.at(-1)!.detail).toContain('nothing listens there');
    let knocks = 0;
    const hung = createServer((socket) => {
      knocks++;
      socket.on('error', () => undefined).resume();
    });
    await new Promise<void>((resolve) => hung.listen(gone.port, '127.0.0.1', resolve));
    await until('it is knocked at', 30_000, () => knocks >= 2);
    expect(tries(running)).toHaveLength(1);
    await new Promise<void>((resolve) => {
      hung.close(() => resolve());
    });
    await camera({ port: gone.port });
    await until('it is watched', 30_000, () => stateOf(running) === 'watching');
    expect(tries(running)).toHaveLength(1);
  });

  test('that keeps its connection but sends nothing is opened again after the stall time', async () => {
    const frozen = await camera();
    const running = record(frozen.url);
    await until('a segment', 30_000, () => running.recorder.state.segments >= 1);
    frozen.tell('freeze');
    await until('the stall is seen', 10_000, () => stateOf(running) === 'blind');
    expect(running.states.findLast(({ state }) => state === 'blind')!.cause).toBe('SOURCE_STALLED');
  });

  test('that asks for a password gets it, and it appears neither in the log nor in the state', async () => {
    const guarded = await camera({ user: 'admin', password: 'tr0ng-nui' });
    const running = record(guarded.url);
    await until('a segment', 30_000, () => running.recorder.state.segments >= 1);
    await running.stop();

    const wrong = record(guarded.url.replace('tr0ng-nui', 'wr0ng-one'));
    await until('it is refused', 30_000, () => stateOf(wrong) === 'blind');
    await wrong.stop();
    expect(wrong.recorder.state.detail).toContain('user name or password is refused');
    const told = JSON.stringify([running.log, running.states, wrong.log, wrong.states, await readGaps(dataDir)]);
    expect(told).not.toMatch(/tr0ng-nui|wr0ng-one/);
  });

  test('that is restarted on by its recorder, too, has its gap named when the recorder comes back', async () => {
    const steady = await camera();
    const first = record(steady.url);
    await until('two segments', 30_000, () => first.recorder.state.segments >= 2);
    await first.stop();
    const second = record(steady.url);
    await until('a segment', 30_000, () => second.recorder.state.segments >= 1);
    await second.stop();
    const [old, fresh] = await Promise.all((await sessionFolders(dataDir)).map(readIndex));
    expect(await readGaps(dataDir)).toEqual([
      {
        cameraId: 'gate',
        fromAt: old!.at(-1)!.startAt + old!.at(-1)!.durationMs,
        toAt: fresh![0]!.startAt,
        cause: 'shutdown',
      },
    ]);
  });

  test('that sends H.265 is recorded as it is and shown through an H.264 rendition', async () => {
    const hevc = join(clips, 'hevc.mp4');
    await makeCounterClip({ file: hevc, frames: 250, rate: '25', codec: 'libx265' });
    const running = record((await camera({ file: hevc, codec: 'h265' })).url);
    await until('two segments', 30_000, () => running.recorder.state.segments >= 2);
    await until('a playlist', 30_000, async () => {
      const text = await readFile(join(dataDir, 'recordings', 'gate', 'live.m3u8'), 'utf8').catch(() => '');
      return /\/preview\/000000\.m4s/.test(text);
    });
    await running.stop();
    const [session] = await sessionFolders(dataDir);
    const { codec, previewInitFile } = JSON.parse(await readFile(join(session!, 'session.json'), 'utf8')) as {
      codec: string;
      previewInitFile: string;
    };
    expect({ codec, previewInitFile }).toEqual({ codec: 'hevc', previewInitFile: 'preview/init.mp4' });
  });
});
