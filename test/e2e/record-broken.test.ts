import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenVideos } from '../fixtures/broken-videos.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { startHttpCamera } from '../fakes/http-camera.ts';
import { readGaps, sessionFolders, startRecorder, until } from '../fixtures/recorder-run.ts';
import { readSession, runCounterSession } from '../fixtures/session-run.ts';
import { hasShared, needs, sharedFile } from '../shared.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-broken-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const session = (): Promise<string> => mkdtemp(join(folder, 'session-'));
const play = async (url: string) => runCounterSession({ url, folder: await session(), fps: 5 });

describe('a file that is no video is refused with what to do', () => {
  test.each([
    ['empty', () => brokenVideos(folder).empty(), 'SOURCE_OPEN', /this is no video, or a damaged one/],
    ['text', () => brokenVideos(folder).text(), 'SOURCE_OPEN', /this is no video, or a damaged one/],
    ['without index', () => brokenVideos(folder).withoutIndex(), 'SOURCE_OPEN', /this is no video, or a damaged one/],
    ['missing', () => Promise.resolve(join(folder, 'missing.mp4')), 'SOURCE_OPEN', /no such file, or this user/],
    ['a folder', () => Promise.resolve(folder), 'SOURCE_OPEN', /may not read it; check the path|this is no video/],
  ])('%s', async (_, make, code, message) => {
    const file = await make();
    await expect(play(file)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  test('sound only', async () => {
    const file = join(folder, 'sound.wav');
    const { execFileSync } = await import('node:child_process');
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=duration=1', file]);
    await expect(play(file)).rejects.toMatchObject({ code: 'SOURCE_NO_VIDEO' });
  });
});

describe('a damaged video gives what can be read of it', () => {
  test('cut off in the middle of a picture', async () => {
    const { frames, segments } = await play(await brokenVideos(folder).cutOff());
    expect(frames.length).toBeGreaterThan(5);
    expect(segments.length).toBeGreaterThan(0);
  });

  test('with noise in it: times still rise', async () => {
    const { frames, segments } = await play(await brokenVideos(folder).noisy());
    expect(frames.length).toBeGreaterThan(10);
    expect(segments.length).toBeGreaterThan(0);
    expect(frames.every(({ ptsMs }, index) => index === 0 || ptsMs > frames[index - 1]!.ptsMs)).toBe(true);
  });

  const footage = ['footage', 'highway-8fps-damaged.mp4'] as const;
  test.skipIf(!hasShared(...footage))(
    `with times that repeat and run backwards: times still rise${needs(...footage)}`,
    async () => {
      const { frames, segments } = await play(sharedFile(...footage));
      expect(frames.length).toBeGreaterThan(100);
      expect(frames.every(({ ptsMs }, index) => index === 0 || ptsMs > frames[index - 1]!.ptsMs)).toBe(true);
      const ends = segments.map(({ startPtsMs, durationMs }) => startPtsMs + durationMs);
      for (const [index, { startPtsMs }] of segments.entries())
        if (index > 0) expect(Math.abs(startPtsMs - ends[index - 1]!)).toBeLessThan(250);
    },
  );
});

test('a file that is played once and cannot be read ends its camera; another camera does not notice', async () => {
  const dataDir = await session();
  const bad = startRecorder({
    dataDir,
    url: await brokenVideos(folder).text(),
    source: { loop: false },
    analysed: false,
  });
  await bad.running;
  expect(bad.recorder.state).toMatchObject({ state: 'blind', cause: 'SOURCE_OPEN' });
  const good = join(folder, 'fine.mp4');
  await makeCounterClip({ file: good, frames: 100, rate: '25' });
  const fine = startRecorder({ dataDir, url: good, source: { loop: false, realtime: false }, analysed: false });
  await fine.running;
  expect(fine.recorder.state).toMatchObject({ state: 'ended', segments: 4 });
});

test('a camera that the hardware cannot decode is analysed with the processor, recorded, and says so', async () => {
  const dataDir = await session();
  const file = join(folder, 'street.mp4');
  await makeCounterClip({ file, frames: 100, rate: '25' });
  const running = startRecorder({ dataDir, url: file, hardware: { kind: 'vaapi', device: '/dev/dri/none' } });
  try {
    await until('it is recorded', 30_000, () => running.recorder.state.segments > 0);
    const { state, detail, frames } = running.recorder.state;
    expect(state).toMatch(/watching|degraded/);
    expect(frames.received).toBeGreaterThan(0);
    const told = running.states.filter((one) => one.state === 'watching').map((one) => one.detail ?? detail);
    expect(told[0]).toMatch(/^decoded by the processor: the hardware decoder gave no picture \(ffmpeg: /);
    expect(running.log.join('')).toContain('HARDWARE_DECODE');
    const [gap] = await readGaps(dataDir);
    expect(gap?.cause).toMatch(/^HARDWARE_DECODE: /);
  } finally {
    await running.stop();
  }
});

test('a stream that changes its size goes on in a new session with the new size', async () => {
  const dataDir = await session();
  const [small, large] = await brokenVideos(folder).twoSizes();
  const camera = await startHttpCamera(small, large, 10);
  const running = startRecorder({ dataDir, url: camera.url, source: { stallMs: 10_000 } });
  const sizes = async (): Promise<number[]> => {
    const sessions = (await sessionFolders(dataDir).catch(() => [])).map((one) => readSession(one).catch(() => null));
    return (await Promise.all(sessions)).flatMap((one) => (one ? [one.width] : []));
  };
  try {
    await until('a session of each size', 60_000, async () => (await sizes()).length > 1);
    expect(await sizes()).toEqual([640, 960]);
    const [gap] = await readGaps(dataDir);
    expect(gap!.cause).toBe('SOURCE_ENDED: the camera changed its picture format; the source is opened again');
  } finally {
    await running.stop();
    await camera.stop();
  }
});
