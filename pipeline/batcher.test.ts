import { describe, expect, test } from 'vitest';
import { Batcher, type BatcherOptions, FrameDropped } from './batcher.ts';
import type { Clock } from './clock.ts';
import type { Detection } from './detection.ts';
import type { Detector } from './detector.ts';
import type { Frame } from './frame.ts';
import { planLetterbox } from './letterbox.ts';

const size = { width: 4, height: 4 };
const letterbox = planLetterbox({ source: size, target: size, fit: 'stretch', padPosition: 'top-left' });
const frame = (cameraId: string, sequence: number): Frame => ({
  cameraId,
  sessionId: 's',
  sequence,
  ptsMs: sequence * 200,
  capturedAt: 0,
  receivedMonoMs: 0,
  letterbox,
  pixels: new Uint8Array(48),
  release: () => undefined,
});
const name = ({ cameraId, sequence }: Frame): string => `${cameraId}${sequence}`;

/** Time that moves only when the test says so. */
class ManualClock implements Clock {
  #now = 0;
  #sleepers: { at: number; wake: () => void }[] = [];
  now = (): number => this.#now;
  mono = (): number => this.#now;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + ms, wake });
      signal?.addEventListener('abort', () => wake());
    });
  async advance(ms: number): Promise<void> {
    this.#now += ms;
    for (const { at, wake } of this.#sleepers) if (at <= this.#now) wake();
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    await settle();
  }
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** Detector whose runs the test ends: names the camera and frame of each box in `className`. */
class HeldDetector implements Detector {
  readonly id = 'held';
  readonly model = { id: 'held', sha256: '0'.repeat(64) };
  readonly input = { ...size, fit: 'stretch' } as const;
  readonly runs: string[][] = [];
  readonly #ends: { resolve: (lists: Detection[][]) => void; reject: (error: Error) => void; frames: Frame[] }[] = [];
  readonly maxBatch: number;
  constructor(maxBatch = 8) {
    this.maxBatch = maxBatch;
  }
  detect(frames: readonly Frame[]): Promise<Detection[][]> {
    this.runs.push(frames.map(name));
    return new Promise((resolve, reject) => this.#ends.push({ resolve, reject, frames: [...frames] }));
  }
  async finish(): Promise<void> {
    const run = this.#ends.shift();
    run?.resolve(run.frames.map((f) => [{ box: { x1: 0, y1: 0, x2: 1, y2: 1 }, score: 1, className: name(f) }]));
    await settle();
  }
  async fail(): Promise<void> {
    this.#ends.shift()?.reject(new Error('out of memory'));
    await settle();
  }
  close = (): Promise<void> => Promise.resolve();
}

type SetUp = {
  maxBatch?: number;
  deadlineMs?: number;
  live?: boolean;
  detector?: HeldDetector;
  cameras?: () => number;
  onWaited?: NonNullable<BatcherOptions['onWaited']>;
};
const setUp = (options: SetUp = {}) => {
  const clock = new ManualClock();
  const { detector = new HeldDetector(), maxBatch = 3, deadlineMs = 15, live = true, ...rest } = options;
  return { clock, detector, batcher: new Batcher({ detector, maxBatch, deadlineMs, clock, live, ...rest }) };
};
const fate = (promise: Promise<readonly Detection[]>): Promise<string> =>
  promise.then(
    ([first]) => first?.className ?? 'nothing',
    (error: unknown) => (error instanceof FrameDropped ? error.reason : (error as { code: string }).code),
  );

describe('batcher', () => {
  test('a full batch starts at once and each frame gets its own boxes', async () => {
    const { batcher, detector } = setUp();
    const fates = ['a', 'b', 'c'].map((camera) => fate(batcher.detect(frame(camera, 0))));
    expect(detector.runs).toEqual([['a0', 'b0', 'c0']]);
    await detector.finish();
    expect(await Promise.all(fates)).toEqual(['a0', 'b0', 'c0']);
  });

  test('a batch that stays small starts when its oldest frame waited for the deadline', async () => {
    const { batcher, detector, clock } = setUp({ deadlineMs: 15 });
    void batcher.detect(frame('a', 0));
    await clock.advance(10);
    void batcher.detect(frame('b', 0));
    await clock.advance(4);
    expect(detector.runs).toEqual([]);
    await clock.advance(1);
    expect(detector.runs).toEqual([['a0', 'b0']]);
  });

  test('a wait for the batch to fill is told apart from the wait for a run that is on', async () => {
    const waits: Record<string, { ms: number; idleMs: number }> = {};
    const { batcher, detector, clock } = setUp({
      deadlineMs: 15,
      onWaited: (waiting, waited) => (waits[name(waiting)] = waited),
    });
    void batcher.detect(frame('a', 0));
    await clock.advance(15);
    void batcher.detect(frame('b', 0));
    await clock.advance(10);
    await detector.finish();
    await clock.advance(5);
    expect(waits).toEqual({ a0: { ms: 15, idleMs: 15 }, b0: { ms: 15, idleMs: 5 } });
  });

  test('a batch that has a frame of every camera waits for nobody', () => {
    let cameras = 2;
    const { batcher, detector } = setUp({ maxBatch: 4, cameras: () => cameras });
    void batcher.detect(frame('a', 0));
    expect(detector.runs).toEqual([]);
    void batcher.detect(frame('b', 0));
    expect(detector.runs).toEqual([['a0', 'b0']]);
    cameras = 1;
    const alone = setUp({ maxBatch: 4, cameras: () => cameras });
    void alone.batcher.detect(frame('a', 1));
    expect(alone.detector.runs).toEqual([['a1']]);
  });

  test('the detector’s own limit holds when it is smaller', () => {
    const { batcher, detector } = setUp({ maxBatch: 4, detector: new HeldDetector(1) });
    void batcher.detect(frame('a', 0));
    expect(detector.runs).toEqual([['a0']]);
  });

  test('a newer live frame supersedes the waiting one of its camera only', async () => {
    const { batcher, detector, clock } = setUp();
    const older = fate(batcher.detect(frame('a', 0)));
    const other = fate(batcher.detect(frame('b', 0)));
    const newer = fate(batcher.detect(frame('a', 1)));
    expect(await older).toBe('superseded');
    await clock.advance(15);
    await detector.finish();
    expect(await Promise.all([newer, other])).toEqual(['a1', 'b0']);
    expect(batcher.dropped.superseded).toBe(1);
  });

  test('files lose no frame and are served in order', async () => {
    const { batcher, detector } = setUp({ maxBatch: 1, live: false });
    const fates = [0, 1, 2].map((sequence) => fate(batcher.detect(frame('a', sequence))));
    for (let run = 0; run < fates.length; run++) await detector.finish();
    expect(await Promise.all(fates)).toEqual(['a0', 'a1', 'a2']);
  });

  test('a camera with many frames waiting does not keep the others out of a batch', async () => {
    const { batcher, detector } = setUp({ maxBatch: 2, live: false });
    const greedy = [0, 1, 2, 3].map((sequence) => fate(batcher.detect(frame('a', sequence))));
    const modest = fate(batcher.detect(frame('b', 0)));
    await detector.finish();
    expect(detector.runs[1]).toContain('b0');
    await detector.finish();
    await batcher.close();
    expect(await modest).toBe('b0');
    expect(await Promise.all(greedy)).toEqual(['a0', 'a1', 'a2', 'shutdown']);
  });

  test('cameras take turns when there are more of them than places', async () => {
    const { batcher, detector } = setUp({ maxBatch: 2 });
    for (const camera of ['a', 'b', 'c', 'd']) batcher.detect(frame(camera, 0)).catch(() => undefined);
    batcher.detect(frame('a', 1)).catch(() => undefined);
    await detector.finish();
    await detector.finish();
    expect(detector.runs.slice(0, 2)).toEqual([
      ['a0', 'b0'],
      ['c0', 'd0'],
    ]);
  });

  test('a failing run costs its own frames and no others', async () => {
    const { batcher, detector } = setUp({ maxBatch: 1 });
    const lost = fate(batcher.detect(frame('a', 0)));
    const next = fate(batcher.detect(frame('b', 0)));
    await detector.fail();
    await detector.finish();
    expect([await lost, await next]).toEqual(['INFERENCE_FAILED', 'b0']);
    expect(batcher.dropped['inference-failed']).toBe(1);
  });

  test('closing gives up what waits, lets the run end and takes nothing more', async () => {
    const { batcher, detector } = setUp({ maxBatch: 1 });
    const running = fate(batcher.detect(frame('a', 0)));
    const waiting = fate(batcher.detect(frame('b', 0)));
    const closed = batcher.close();
    expect(await waiting).toBe('shutdown');
    await detector.finish();
    await closed;
    expect(await running).toBe('a0');
    expect(await fate(batcher.detect(frame('c', 0)))).toBe('shutdown');
    expect(batcher.dropped.shutdown).toBe(2);
  });

  test('every frame has exactly one fate', async () => {
    const { batcher, detector, clock } = setUp({ maxBatch: 2 });
    const fates: Promise<string>[] = [];
    for (let step = 0; step < 60; step++) {
      fates.push(fate(batcher.detect(frame('abc'[step % 3]!, step))));
      if (step % 4 === 0) await detector.finish();
      if (step % 7 === 0) await detector.fail();
      await clock.advance(5);
    }
    const closed = batcher.close();
    await detector.finish();
    await closed;
    const all = await Promise.all(fates);
    const analysed = all.filter((each) => /^[abc]\d+$/.test(each)).length;
    const dropped = Object.values(batcher.dropped).reduce((sum, n) => sum + n, 0);
    expect(analysed + dropped).toBe(60);
  });
});
