import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRtspServer, needsRtspServer, startRtspCamera } from '../fakes/rtsp-camera.ts';
import {
  constantRate,
  type CounterClip,
  type FrameTimes,
  irregular,
  makeCounterClip,
} from '../fixtures/counter-clip.ts';
import { type CountedFrame, readSegmentCounters, readSession, runCounterSession } from '../fixtures/session-run.ts';

/** Times are counted in 1/90,000 s, frames in numbers: any mistake is a whole frame, at least 10 ms. */
const TOLERANCE_MS = 0.1;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-times-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const clip = async (name: string, options: Omit<CounterClip, 'file'>): Promise<string> => {
  const file = join(folder, name);
  if (!existsSync(file)) await makeCounterClip({ file, ...options });
  return file;
};

/** Frames whose number is not the one that their time says. @param zero number of the frame at media time zero */
const wrongFrames = (frames: readonly CountedFrame[], times: FrameTimes, zero: number): CountedFrame[] =>
  frames.filter(({ ptsMs, counter }) => Math.abs(times(counter) - times(zero) - ptsMs) > TOLERANCE_MS);

type Source = { readonly name: string; readonly options: Omit<CounterClip, 'file'>; readonly times: FrameTimes };

const sources: readonly Source[] = [
  { name: '25-b-frames.mp4', options: { frames: 250, rate: '25', bFrames: 2, gop: 50 }, times: constantRate(25) },
  { name: '12.5.mp4', options: { frames: 125, rate: '25/2', gop: 25 }, times: constantRate(12.5) },
  { name: '29.97.mp4', options: { frames: 300, rate: '30000/1001', gop: 60 }, times: constantRate(30_000 / 1001) },
  { name: 'irregular.mp4', options: { frames: 250, rate: 'irregular' }, times: irregular },
  { name: 'irregular-b-frames.mp4', options: { frames: 250, rate: 'irregular', bFrames: 2 }, times: irregular },
  { name: 'no-times.avi', options: { frames: 125, rate: '25/2', codec: 'mpeg4' }, times: constantRate(12.5) },
  { name: 'hevc.mp4', options: { frames: 125, rate: '25', codec: 'libx265', bFrames: 2 }, times: constantRate(25) },
  { name: 'motion-jpeg.avi', options: { frames: 125, rate: '25', codec: 'mjpeg' }, times: constantRate(25) },
];

describe.each(sources)('$name', ({ name, options, times }) => {
  test('every analysed frame is the one that its media time says, at 5 a second and at full rate', async () => {
    const file = await clip(name, options);
    const few = await runCounterSession({ url: file, folder: null, fps: 5 });
    expect(few.frames[0]).toEqual({ ptsMs: 0, counter: 0 });
    expect(few.frames.length).toBeGreaterThan((times(options.frames) / 1000) * 3);
    expect(wrongFrames(few.frames, times, 0)).toEqual([]);

    const all = await runCounterSession({ url: file, folder: null, fps: 30 });
    expect(all.frames.length).toBeGreaterThan(few.frames.length);
    expect(wrongFrames(all.frames, times, 0)).toEqual([]);
  });

  test('every segment begins with the frame that its media time says and loses none', async () => {
    const file = await clip(name, options);
    const session = await mkdtemp(join(folder, 'session-'));
    const { segments } = await runCounterSession({ url: file, folder: session, fps: 5 });
    let expected = 0;
    for (const record of segments) {
      const frames = await readSegmentCounters(session, record);
      expect(frames.map(({ counter }) => counter)).toEqual(frames.map((_, index) => expected + index));
      expect(Math.abs(record.startPtsMs - times(expected))).toBeLessThan(TOLERANCE_MS);
      for (const { counter, ms } of frames)
        expect(Math.abs(ms - frames[0]!.ms - (times(counter) - times(expected)))).toBeLessThan(TOLERANCE_MS);
      expected += frames.length;
    }
    expect(expected).toBe(options.frames);
    const { clock, endPtsMs } = await readSession(session);
    expect(segments.map(({ startAt }) => startAt)).toEqual(
      segments.map((record) => clock.anchorAt + record.startPtsMs),
    );
    expect(Math.abs(endPtsMs! - times(options.frames))).toBeLessThan(100);
  });
});

test('the H.264 rendition of an H.265 camera keeps its times', async () => {
  const file = await clip('hevc-irregular.mp4', { frames: 200, rate: 'irregular', codec: 'libx265' });
  const session = await mkdtemp(join(folder, 'session-'));
  const { renditions } = await runCounterSession({ url: file, folder: session, fps: 5 });
  expect(renditions.length).toBeGreaterThan(2);
  for (const record of renditions) {
    const frames = await readSegmentCounters(join(session, 'preview'), record);
    expect(Math.abs(record.startPtsMs - irregular(frames[0]!.counter))).toBeLessThan(TOLERANCE_MS);
  }
});

describe.skipIf(!hasRtspServer)(`through RTSP${needsRtspServer}`, () => {
  const cases = [
    { name: '25 a second with B-frames', rate: '25', bFrames: 2, gop: 25, start: 0, times: constantRate(25) },
    { name: '29.97 a second', rate: '30000/1001', bFrames: 0, gop: 30, start: 0, times: constantRate(30_000 / 1001) },
    { name: 'an irregular rate', rate: 'irregular', bFrames: 0, gop: 25, start: 0, times: irregular },
    { name: 'joined between key frames', rate: '25', bFrames: 2, gop: 50, start: 20, times: constantRate(25) },
  ] as const;
  // They wait for their cameras most of the time.
  test.concurrent.each(cases)(
    '$name: frames and segments show what their times say',
    async ({ rate, bFrames, gop, start, times }) => {
      const file = await clip(`rtsp-${gop}-${start}-${rate.replace('/', '-')}.mp4`, {
        frames: 500,
        rate,
        bFrames,
        gop,
      });
      const camera = await startRtspCamera({ file, start });
      const session = await mkdtemp(join(folder, 'session-'));
      const enough = new AbortController();
      try {
        const { frames, segments } = await runCounterSession({
          ...{ url: camera.url, folder: session, fps: 30, signal: enough.signal },
          onSegment: ({ sequence }) => {
            if (sequence === 2) enough.abort();
          },
        });
        const zero = frames[0]!.counter;
        expect(zero).toBe(start === 0 ? 0 : gop);
        expect(frames.length).toBeGreaterThan(60);
        expect(wrongFrames(frames, times, zero)).toEqual([]);
        for (const record of segments.slice(0, 3)) {
          const pictures = await readSegmentCounters(session, record);
          const mediaTimes = pictures.map(({ counter, ms }) => ({
            counter,
            ptsMs: record.startPtsMs + ms - pictures[0]!.ms,
          }));
          expect(pictures.length).toBeGreaterThan(30);
          expect(wrongFrames(mediaTimes, times, zero)).toEqual([]);
        }
      } finally {
        await camera.stop();
      }
    },
  );
});
