import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChaosProxy, type Mischief, startChaosProxy } from '../../benchmarks/chaos-proxy.ts';
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

/** A camera on a bad line and one on a good line, recorded by the same process. */
describe.skipIf(!hasRtspServer)(`a camera on a bad line${needsRtspServer}`, () => {
  let dataDir: string;
  let cameras: RtspCamera[];
  let line: ChaosProxy;
  let bad: RunningRecorder;
  let good: RunningRecorder;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'watchpost-chaos-'));
    const file = join(dataDir, 'street.mp4');
    await makeCounterClip({ file, frames: 1_000, rate: '25' });
    cameras = [await startRtspCamera({ file }), await startRtspCamera({ file })];
    line = await startChaosProxy(cameras[0]!.port);
    bad = startRecorder({
      dataDir,
      id: 'bad',
      url: `rtsp://127.0.0.1:${line.port}/live`,
      source: { transport: 'tcp' },
    });
    good = startRecorder({ dataDir, id: 'good', url: cameras[1]!.url, source: { transport: 'tcp' } });
    await until('both are recorded', 30_000, () => [bad, good].every(({ recorder }) => recorder.state.segments > 0));
  });
  afterAll(async () => {
    await Promise.all([bad.stop(), good.stop()]);
    await line.stop();
    await Promise.all(cameras.map((camera) => camera.stop()));
    await rm(dataDir, { recursive: true, force: true });
  });

  test.each<Mischief>(['drop', 'freeze', 'half-open', 'garbage', 'slow'])(
    '%s: is seen as blind, named, and recorded again when the line is well',
    async (mischief) => {
      const gaps = (await readGaps(dataDir, 'bad')).length;
      line.set(mischief);
      await until('the loss is seen', 30_000, () => bad.recorder.state.state === 'blind');
      expect(bad.recorder.state.cause).toMatch(/^SOURCE_(STALLED|ENDED|OPEN|NO_VIDEO)$/);
      line.set('pass');
      await until('it is written down', 60_000, async () => (await readGaps(dataDir, 'bad')).length > gaps);
      expect(bad.recorder.state.state).toBe('watching');
    },
  );

  test('and the camera beside it has not missed a picture', async () => {
    await until('some time has passed', 30_000, () => good.recorder.state.segments > 15);
    // A picture that nobody analyses makes a camera degraded; it is recorded all the same.
    const seen = good.states.filter(({ cause }) => cause !== 'no-analyzer').map(({ state }) => state);
    expect(new Set(seen)).toEqual(new Set(['watching']));
    expect(await readGaps(dataDir, 'good')).toEqual([]);
    const [session, ...others] = await sessionFolders(dataDir, 'good');
    expect(others).toEqual([]);
    const index = await readIndex(session!);
    for (const [at, { startPtsMs, durationMs }] of index.slice(0, -1).entries())
      expect(Math.abs(index[at + 1]!.startPtsMs - startPtsMs - durationMs)).toBeLessThan(1);
  });
});
