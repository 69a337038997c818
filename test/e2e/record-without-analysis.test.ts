import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveFrames } from '../../workers/frame-channel.ts';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { readGaps, readIndex, sessionFolders, startRecorder, until } from '../fixtures/recorder-run.ts';
import { readSegmentCounters } from '../fixtures/session-run.ts';

const CONSUMER = fileURLToPath(new URL('../fakes/frame-consumer.mjs', import.meta.url));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'watchpost-record-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('an analyzer that hangs for 10 s and one that is killed leave no gap, and every frame is accounted for', async () => {
  const file = join(dataDir, 'street.mp4');
  await makeCounterClip({ file, frames: 1_500, rate: '25' });
  const camera = startRecorder({ dataDir, url: file, source: { loop: false, realtime: true } });
  const socket = join(dataDir, 'frames.sock');
  const server = await serveFrames(socket, new Map([['gate', camera.recorder.outlet]]));
  const start = (): ChildProcess =>
    spawn(process.execPath, [CONSUMER, socket, 'gate'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { counts } = camera.recorder.outlet;
  try {
    const hanging = start();
    await until('frames are analysed', 15_000, () => counts.analysed > 5);
    hanging.kill('SIGSTOP');
    const before = { segments: camera.recorder.state.segments, analysed: counts.analysed };
    await sleep(10_000);
    expect(camera.recorder.state.segments - before.segments).toBeGreaterThanOrEqual(9);
    expect(counts.analysed - before.analysed).toBeLessThanOrEqual(1);
    hanging.kill('SIGCONT');
    await until('it goes on', 5_000, () => counts.analysed > before.analysed + 5);

    const killed = once(hanging, 'exit');
    hanging.kill('SIGKILL');
    await killed;
    await sleep(2_000);
    const next = start();
    const resumed = counts.analysed;
    await until('the next analyzer takes over', 5_000, () => counts.analysed > resumed + 5);
    next.kill('SIGKILL');
    await once(next, 'exit');
  } finally {
    await camera.stop();
    await server.close();
  }

  const sessions = await sessionFolders(dataDir);
  expect(sessions).toHaveLength(1);
  const counters: number[] = [];
  for (const record of await readIndex(sessions[0]!))
    counters.push(...(await readSegmentCounters(sessions[0]!, record)).map(({ counter }) => counter));
  expect(counters.length).toBeGreaterThan(15 * 25);
  expect(counters).toEqual(counters.map((_, index) => index));
  expect(await readGaps(dataDir)).toEqual([]);

  const dropped = Object.values(counts.dropped).reduce((sum, count) => sum + count, 0);
  expect(counts.received).toBe(counts.analysed + dropped);
  expect(counts.dropped['superseded']).toBeGreaterThan(40);
  expect(counts.dropped['no-analyzer']).toBeGreaterThan(5);
});
