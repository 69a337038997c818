import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeCounterClip } from '../fixtures/counter-clip.ts';
import { readGaps, readIndex, sessionFolders, startRecorder, until } from '../fixtures/recorder-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchpost-full-'));
const disk = join(folder, 'disk');

const mountSmallDisk = (): boolean => {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const mounted = mountSmallDisk();
afterAll(() => {
  if (mounted) execFileSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!mounted)(
  `a full disk costs segments, not the camera, and the gap says so${mounted ? '' : ' [skipped: may not mount a small disk]'}`,
  async () => {
    const url = join(folder, 'street.mp4');
    await makeCounterClip({ file: url, frames: 250, rate: '25' });
    const camera = startRecorder({ dataDir: disk, url, source: { loop: true, realtime: true } });
    const { state } = camera.recorder;
    expect(state.cameraId).toBe('gate');
    await until('two segments', 20_000, () => camera.recorder.state.segments >= 2);

    const { bavail, bsize } = statfsSync(disk);
    const filler = join(disk, 'filler');
    await writeFile(filler, Buffer.alloc(bavail * bsize - 40_000));
    await until('the full disk is seen', 10_000, () => camera.recorder.state.cause === 'DISK_FULL');
    expect(camera.recorder.state.state).toBe('degraded');
    const received = camera.recorder.state.frames.received;
    await until('frames go on', 5_000, () => camera.recorder.state.frames.received > received + 5);

    await rm(filler);
    await until('it is well again', 10_000, () => camera.recorder.state.state === 'watching');
    const { segments } = camera.recorder.state;
    await until('and recorded', 10_000, () => camera.recorder.state.segments > segments + 1);
    await camera.stop();

    const [session, ...others] = await sessionFolders(disk);
    expect(others).toEqual([]);
    const index = await readIndex(session!);
    const hole = index.findIndex(({ sequence }, at) => sequence !== at);
    const [gap] = await readGaps(disk);
    expect(gap!.cause).toMatch(/^DISK_FULL: /);
    expect(gap!.fromAt).toBeCloseTo(index[hole - 1]!.startAt + index[hole - 1]!.durationMs, 0);
    expect(gap!.toAt).toBe(index[hole]!.startAt);
  },
);
