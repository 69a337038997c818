import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { CameraConfig } from '../pipeline/config-schema.ts';
import type { Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import { StageHistograms } from '../pipeline/stage-histograms.ts';
import { CameraRecorder } from './camera-recorder.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import { serveFrames } from './frame-channel.ts';
import { machineClock } from './monotonic.ts';
import { reportProcess } from './process-report.ts';
import { keepRing } from './retention.ts';
import { reportStates } from './state-report.ts';

/** 250 cameras that open at the same instant would keep each other waiting until they time out. */
const START_SPACING_MS = 40;

const startLater = async (index: number, run: () => Promise<void>, signal: AbortSignal): Promise<void> => {
  await machineClock.sleep(index * START_SPACING_MS, signal);
  await run();
};

/**
 * The recording process: one ffmpeg per enabled camera, frames for whoever analyses, the ring on disk. It never waits
 * for analysis and goes on without Redis. Ends by itself when every source was a file that is played once.
 */
export const record = async (
  context: ProcessContext,
  options: { readonly letterbox: (camera: CameraConfig, source: Size) => Letterbox | null },
): Promise<void> => {
  const { config, configDir, dataDir, redisUrl, log, signal } = context;
  const folder = dataFolder(dataDir);
  await mkdir(folder.run, { recursive: true });
  await mkdir(folder.recordings, { recursive: true });
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: false, lazyConnect: true });
  redis.on('error', () => undefined); // Said once by the report below missing; recording needs no Redis.
  void redis.connect().catch(() => undefined);

  const recorders = config.cameras
    .filter(({ enabled }) => enabled)
    .map(
      (camera) =>
        new CameraRecorder({
          camera,
          config,
          configDir,
          dataDir,
          letterbox: options.letterbox,
          log,
          onState: () => void report.now(),
          onDiskFull: () => void ring.trim(),
        }),
    );
  const report = reportStates({ redis, process: 'record', states: () => recorders.map(({ state }) => state) });
  const life = reportProcess({ redis, process: 'record', stages: new StageHistograms() });
  const frames = await serveFrames(
    join(folder.run, 'frames.sock'),
    new Map(recorders.map((recorder) => [recorder.state.cameraId, recorder.outlet])),
  );
  const ring = keepRing({ dataDir, recording: config.recording, redis, log });
  log.info({ cameras: recorders.length }, 'recording');
  try {
    // A defect in one camera's code ends that camera only; the others go on.
    await Promise.all(
      recorders.map((recorder, index) =>
        startLater(index, () => recorder.run(signal), signal).catch((error: unknown) => {
          log.error({ cameraId: recorder.state.cameraId, err: error }, 'camera stopped by a defect');
        }),
      ),
    );
  } finally {
    ring.close();
    await frames.close();
    await report.close();
    await life.close();
    redis.disconnect();
  }
};
