import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import { StageHistograms } from '../pipeline/stage-histograms.ts';
import { isRecordedAlike } from '../pipeline/config-change.ts';
import { CameraRecorder } from './camera-recorder.ts';
import { CameraSet } from './camera-set.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import { decodingMachine, faultsOf, findHardware, type Hardware, hardwareName } from './ffmpeg/hardware.ts';
import { serveFrames } from './frame-channel.ts';
import { keepMinutes } from './minute-retention.ts';
import { MinuteSealer } from './minute-sealer.ts';
import { machineClock } from './monotonic.ts';
import { reportProcess } from './process-report.ts';
import { keepRing } from './retention.ts';
import { openSigner } from './storage/signer.ts';
import { reportStates } from './state-report.ts';
import { Turns } from './turns.ts';

/**
 * 250 cameras that open at the same instant, at start or when a switch comes back, would keep each other waiting until
 * they time out.
 */
const OPENINGS_APART_MS = 40;

const chooseDecoder = async ({ config, log }: ProcessContext): Promise<Hardware | null> => {
  const wanted = config.recording.hardwareDecode;
  const search = await findHardware(wanted, decodingMachine);
  const { chosen } = search;
  const fields = { decoder: chosen ? hardwareName(chosen) : 'processor', notUsed: faultsOf(search) };
  if (!chosen && wanted !== 'auto' && wanted !== 'off')
    log.warn(fields, 'the configured hardware decoder does not work; `watchpost doctor` says what is missing');
  else log.info(fields, 'decoder chosen');
  return chosen;
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

  const hardware = await chooseDecoder(context);
  const recorders = new Map<string, CameraRecorder>();
  const outlets = new Map<string, CameraRecorder['outlet']>();
  const signer = openSigner(folder.keys, config.evidence.signing);
  const turns = new Turns(machineClock, OPENINGS_APART_MS);
  const sealers = new Map<string, MinuteSealer>();
  const open = (camera: CameraConfig): CameraRecorder => {
    const { id } = camera;
    // One for the whole run: its chain goes on when the camera is started anew.
    const sealer = sealers.get(id) ?? new MinuteSealer({ folder: folder.minutes(id), signer, cameraId: id, log });
    sealers.set(id, sealer);
    const recorder = new CameraRecorder({
      ...{ camera, config, configDir, dataDir, letterbox: options.letterbox, log, hardware },
      onState: () => void report.now(),
      onSegment: (segment) => sealer.add(segment),
      onDiskFull: () => void ring.trim(),
      onWritten: (bytes) => ring.wrote(bytes),
      turn: (stop) => turns.take(stop),
    });
    // Whoever analysed it before connects again, and is then given the new one.
    outlets.get(camera.id)?.disconnect();
    recorders.set(camera.id, recorder);
    outlets.set(camera.id, recorder.outlet);
    return recorder;
  };
  const recorded = ({ cameras }: typeof config): CameraConfig[] => cameras.filter(({ enabled }) => enabled);
  const cameras = recorded(config);
  for (const camera of cameras) open(camera);
  const report = reportStates({
    redis,
    process: 'record',
    states: () => [...recorders.values()].map(({ state }) => state),
  });
  const frames = await serveFrames(join(folder.run, 'frames.sock'), outlets);
  const minutes = keepMinutes({ dataDir, recording: config.recording, signer, redis, log });
  const ring = keepRing({ dataDir, recording: config.recording, redis, log });
  const life = reportProcess({ redis, process: 'record', stages: new StageHistograms(), disk: ring.report });
  log.info({ cameras: cameras.length }, 'recording');
  try {
    let isStart = true;
    const set = new CameraSet({
      run: (camera, stop) => {
        const recorder = recorders.get(camera.id) && isStart ? recorders.get(camera.id)! : open(camera);
        return recorder.run(stop);
      },
      isSame: isRecordedAlike,
      onDefect: (cameraId, err) => log.error({ cameraId, err }, 'camera stopped by a defect'),
      signal,
    });
    context.onReload((changed) => {
      void set.update(recorded(changed)).then((ids) => {
        const kept = new Set(recorded(changed).map(({ id }) => id));
        for (const id of ids.filter((each) => !kept.has(each))) {
          recorders.delete(id);
          outlets.delete(id);
        }
        log.info({ cameras: ids }, 'configuration read again; these cameras start anew');
      });
    });
    await set.update(cameras);
    isStart = false;
    await set.ended();
  } finally {
    await Promise.all([...sealers.values()].map((sealer) => sealer.close()));
    ring.close();
    minutes.close();
    await frames.close();
    await report.close();
    await life.close();
    redis.disconnect();
  }
};
