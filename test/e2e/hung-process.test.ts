import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { readGaps, until } from '../fixtures/recorder-run.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

const PROCESSES = ['record', 'analyze', 'evidence', 'passages'] as const;

describe('a process that lives but does not work', () => {
  let folder: string;
  let system: RunningSystem;
  const pids = (): Record<string, readonly number[]> =>
    Object.fromEntries(PROCESSES.map((name) => [name, system.processes(name).map(({ pid }) => pid)]));
  const sessions = (): number =>
    system.log('analyze').filter(({ msg }) => String(msg).startsWith('analysis of a')).length;
  const areUp = (): boolean => PROCESSES.every((name) => system.log(name).length > 0) && sessions() > 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchpost-hung-'));
    const file = join(folder, 'street.mp4');
    await makeCounterClip({ file, frames: 250, rate: '25' });
    system = startSystem({
      version: 1,
      server: { port: 0 },
      recording: { segmentMs: 1000 },
      detectors: { road: { model: 'road', threads: 1 } },
      cameras: [
        { id: 'gate', source: { url: file }, analysis: { detector: 'road', fps: 1 }, passages: { enabled: true } },
      ],
    });
    await until('everything runs', 60_000, areUp);
  }, 90_000);
  afterAll(async () => {
    await system.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(system.dataDir, { recursive: true, force: true });
  });

  test('is killed and started again, and the recording states the gap', { timeout: 120_000 }, async () => {
    const before = pids();
    expect(PROCESSES.map((name) => before[name]?.length)).toEqual([1, 1, 1, 1]);
    const seen = sessions();
    for (const [pid] of Object.values(before)) process.kill(pid!, 'SIGSTOP');
    await until('others run in their place', 80_000, () => {
      const now = pids();
      return PROCESSES.every((name) => now[name]?.length === 1 && now[name][0] !== before[name]![0]);
    });
    await until('pictures are analysed again', 30_000, () => sessions() > seen);
    const killed = system.log('up').filter(({ msg }) => msg === 'process lives but does not work, killed');
    expect(new Set(killed.map(({ child }) => child))).toEqual(new Set(PROCESSES));
    await until('the gap is written down', 20_000, async () =>
      (await readGaps(system.dataDir, 'gate')).some(({ fromAt, toAt }) => toAt !== null && toAt - fromAt > 20_000),
    );
  });
});
