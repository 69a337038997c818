import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FrameHeader } from '../pipeline/frame.ts';
import { planLetterbox } from '../pipeline/letterbox.ts';
import { type ChannelFrame, connectFrames, FrameOutlet, type OutgoingFrame, serveFrames } from './frame-channel.ts';

const size = { width: 4, height: 4 };
const letterbox = planLetterbox({ source: size, target: size, fit: 'stretch', padPosition: 'top-left' });

const frame = (sequence: number): OutgoingFrame => {
  const ptsMs = sequence * 40;
  const header: FrameHeader = {
    ...{ cameraId: 'gate', sessionId: 's1', sequence, ptsMs, capturedAt: 1_000 + ptsMs, receivedMonoMs: ptsMs },
    letterbox,
  };
  const clock = { sessionId: 's1', anchorAt: 1_000, source: 'given', uncertaintyMs: 0 } as const;
  return { header, clock, pixels: new Uint8Array(48).fill(sequence) };
};

let folder: string;
let path: string;
let stop: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-frames-'));
  path = join(folder, 'frames.sock');
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

const analyzer = (): AsyncGenerator<ChannelFrame, void, undefined> =>
  connectFrames({ path, cameraId: 'gate', signal: stop.signal });

const next = async (frames: AsyncGenerator<ChannelFrame, void, undefined>): Promise<ChannelFrame> => {
  const { value } = await frames.next();
  if (!value) throw new Error('no frame came');
  return value;
};

/** Received frames are analysed, dropped with a reason, waiting, or on their way: nothing else. */
const settledCount = ({ counts }: FrameOutlet): number =>
  counts.analysed + Object.values(counts.dropped).reduce((sum, count) => sum + count, 0);

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 200) throw new Error('it did not come to pass within 2 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('live', () => {
  test('the newest frame is sent when the analyzer is ready; the ones between are counted as superseded', async () => {
    const outlet = new FrameOutlet({ live: true });
    const server = await serveFrames(path, new Map([['gate', outlet]]));
    const frames = analyzer();
    const first = next(frames);
    await until(() => outlet.isWatched);
    await outlet.offer(frame(0));
    const taken = await first;
    for (const sequence of [1, 2, 3]) await outlet.offer(frame(sequence));
    taken.settle('analysed');
    const second = await next(frames);
    expect([taken.sequence, second.sequence]).toEqual([0, 3]);
    expect(second.pixels).toEqual(frame(3).pixels);
    expect(second).toMatchObject({ ...frame(3).header, clock: frame(3).clock, live: true });
    second.settle('deadline');
    await until(() => settledCount(outlet) === 4);
    expect(outlet.counts).toEqual({ received: 4, analysed: 1, dropped: { superseded: 2, deadline: 1 } });
    await server.close();
  });

  test('without an analyzer frames are dropped and counted, and offering one never waits', async () => {
    const outlet = new FrameOutlet({ live: true });
    for (let sequence = 0; sequence < 5; sequence++) await outlet.offer(frame(sequence));
    outlet.abandon('shutdown');
    expect(outlet.counts).toEqual({ received: 5, analysed: 0, dropped: { 'no-analyzer': 4, shutdown: 1 } });
  });

  test('a frame that an analyzer died over is counted, and the next analyzer gets the next frame', async () => {
    const outlet = new FrameOutlet({ live: true });
    const server = await serveFrames(path, new Map([['gate', outlet]]));
    const doomed = createConnection(path);
    doomed.write('{"watch":"gate"}\n');
    await until(() => outlet.isWatched);
    await outlet.offer(frame(0));
    await once(doomed, 'data');
    doomed.destroy();
    await until(() => !outlet.isWatched);
    await outlet.offer(frame(1));
    const revived = await next(analyzer());
    expect(revived.sequence).toBe(1);
    expect(outlet.counts.dropped).toEqual({ 'no-analyzer': 1 });
    await server.close();
  });

  test('an analyzer finds its way back when the recorder restarts', async () => {
    const first = new FrameOutlet({ live: true });
    const server = await serveFrames(path, new Map([['gate', first]]));
    const frames = analyzer();
    const before = next(frames);
    await until(() => first.isWatched);
    await first.offer(frame(0));
    (await before).settle('analysed');
    const after = next(frames);
    await server.close();
    const second = new FrameOutlet({ live: true });
    const again = await serveFrames(path, new Map([['gate', second]]));
    await until(() => second.isWatched);
    await second.offer(frame(7));
    expect((await after).sequence).toBe(7);
    await again.close();
  });
});

describe('files', () => {
  test('a frame waits until the analyzer takes it, and the end comes after the last one', async () => {
    const outlet = new FrameOutlet({ live: false });
    const server = await serveFrames(path, new Map([['gate', outlet]]));
    const play = (async () => {
      for (let sequence = 0; sequence < 10; sequence++) await outlet.offer(frame(sequence));
      await outlet.end();
    })();
    const seen: number[] = [];
    for await (const { sequence, settle } of analyzer()) {
      seen.push(sequence);
      await new Promise((resolve) => setTimeout(resolve, 5));
      settle('analysed');
    }
    await play;
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(outlet.counts).toEqual({ received: 10, analysed: 10, dropped: {} });
    await server.close();
  });

  test('an analyzer that starts after a file failed still learns that it is over', async () => {
    const outlet = new FrameOutlet({ live: false });
    const server = await serveFrames(path, new Map([['gate', outlet]]));
    const ended = outlet.end();
    const frames = analyzer();
    expect(await frames.next()).toEqual({ done: true, value: undefined });
    await ended;
    await server.close();
  });
});

test('a stranger who speaks another language is shut out and harms nobody', async () => {
  const outlet = new FrameOutlet({ live: true });
  const server = await serveFrames(path, new Map([['gate', outlet]]));
  for (const words of ['GET / HTTP/1.1\r\n\r\n', '{"watch":"nobody"}\n', '{"fate":"analysed"}\n', 'x'.repeat(5_000)]) {
    const stranger = createConnection(path);
    stranger.write(words);
    await once(stranger, 'close');
  }
  const first = next(analyzer());
  await until(() => outlet.isWatched);
  await outlet.offer(frame(0));
  expect((await first).sequence).toBe(0);
  await server.close();
});
