import type { Logger } from 'pino';
import { resolveModelFile } from '../models/model-files.ts';
import { findModel, type ModelEntry } from '../models/manifest.ts';
import { openDetector } from '../models/onnx-detector.ts';
import type { RunTiming } from '../models/thread-protocol.ts';
import { planAnalysis, TiledDetector } from '../models/tiled-detector.ts';
import { Batcher } from '../pipeline/batcher.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { AnalysisConfig } from '../pipeline/config/analysis.ts';
import { type CameraConfig, headsOf } from '../pipeline/config/camera.ts';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { Detector } from '../pipeline/detector.ts';
import type { WatchpostError } from '../pipeline/errors.ts';
import type { Frame, Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import { HeadReader } from '../pipeline/heads/head-reader.ts';
import { isSmallLamp } from '../pipeline/signals/lamp-level.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';
import { MotionGate } from '../pipeline/motion-gate.ts';
import { priorityOf } from '../pipeline/rules/priority.ts';
import type { PtsMs } from '../pipeline/time.ts';
import { toSignals } from '../pipeline/zone.ts';
import { calibrate, runsPerFrame } from './calibrate.ts';
import { machineClock } from './monotonic.ts';
import { RateGovernor } from './rate-governor.ts';

/** A detector shared by all cameras that name it, with its one batcher. */
export type PooledDetector = {
  readonly entry: ModelEntry;
  readonly config: DetectorConfig;
  readonly detector: TiledDetector;
  readonly batcher: Batcher;
  /** Decides whose frames are left out when the detector cannot do all. */
  readonly governor: RateGovernor;
  /** Ids of the cameras whose frames come here at present. */
  readonly watched: Set<string>;
  /** Times of the run that ended last; asked as soon as a detection is there, they are those of its own run. */
  readonly lastRun: () => RunTiming | null;
  /** How long a frame waited for other frames' runs and was in its own (ms), asked as soon as its detections are there; 0 when it was not. */
  readonly inferenceMs: (frame: Frame) => number;
};

/** Analysis of one camera by a pooled detector. */
export type CameraDetector = PooledDetector & {
  /** Boxes in source pixels, at least the camera's lowest score. @throws FrameDropped, WatchpostError INFERENCE_FAILED */
  readonly detect: (frame: Frame) => Promise<readonly Detection[]>;
  /** Whether it is the turn of the camera's frame; asked once for each frame of a live camera. */
  readonly isDue: (ptsMs: PtsMs) => boolean;
  /** Frames of the camera come here from now on, or, false, no more: a batch waits for a frame of each that comes. */
  readonly attend: (isHere: boolean) => void;
  /** The model that looks at riders' heads; null where the camera has no use for it. */
  readonly heads: Detector | null;
  /** A reader for one session; null without such a model. */
  readonly openHeads: () => HeadReader | null;
};

/** Model entry of a camera's detector. @throws WatchpostError MODEL_UNKNOWN */
const entryOf = (config: Config, camera: CameraConfig): ModelEntry | null => {
  const detector = camera.analysis && config.detectors[camera.analysis.detector];
  return detector ? findModel(detector.model) : null;
};

/** How a camera's picture lies in its analysis frames; null for a camera that is only recorded. */
export const analysisLetterbox = (config: Config, camera: CameraConfig, source: Size): Letterbox | null => {
  const entry = entryOf(config, camera);
  return entry && camera.analysis
    ? planAnalysis(camera.analysis, entry, source, wantsDetail(camera, camera.analysis, entry, source)).letterbox
    : null;
};

/** Whether something looks at details of the analysis frame that the detector's own input would not show. */
const wantsDetail = (camera: CameraConfig, analysis: AnalysisConfig, entry: ModelEntry, source: Size): boolean => {
  if (headsOf(camera)) return true;
  const { letterbox } = planAnalysis(analysis, entry, source);
  const lamps = [...toSignals(camera.signals ?? {}).values()].flat();
  return lamps.some(({ box }) => isSmallLamp(box, letterbox));
};

export type OpenDetectorsOptions = {
  /** Whether newer frames supersede waiting ones; files keep every frame. */
  readonly live: boolean;
  /** Where waiting and runs are counted. */
  readonly stages?: StageHistograms;
  /** Told when an inference thread has ended by itself: it finds nothing any more. */
  readonly onBroken?: (error: WatchpostError) => void;
  /** Where measurements of this machine are kept; without, detectors run as configured, the same everywhere. */
  readonly calibration?: { readonly file: string; readonly log: Logger };
};

/**
 * Opens each detector that an enabled camera names, once.
 * @throws WatchpostError MODEL_UNKNOWN, MODEL_MISSING, MODEL_CHECKSUM, MODEL_LOAD, MODEL_SHAPE
 */
export const openDetectors = async (
  config: Config,
  cameras: readonly CameraConfig[],
  { live, stages, calibration, onBroken = () => undefined }: OpenDetectorsOptions,
) => {
  const pool = new Map<string, PooledDetector>();
  const heads = new Map<string, Detector>();
  const names = new Set(cameras.flatMap(({ analysis }) => (analysis ? [analysis.detector] : [])));
  try {
    for (const name of names) {
      const wanted = config.detectors[name]!;
      const entry = findModel(wanted.model);
      const file = await resolveModelFile(entry);
      const mine = cameras.filter(({ analysis }) => analysis?.detector === name);
      const detectorConfig = calibration
        ? {
            ...wanted,
            ...(await calibrate({ entry, modelFile: file, config: wanted, cameras: mine, ...calibration })),
          }
        : wanted;
      // The detector hands down the lowest score that any of its cameras wants; each camera filters its own.
      const minScore = Math.min(detectorConfig.minScore, ...mine.flatMap(({ analysis }) => analysis?.minScore ?? []));
      const governor = new RateGovernor(machineClock, (rates) => {
        const lowered = rates && Object.fromEntries([...rates].map(([id, fps]) => [id, Math.round(fps * 100) / 100]));
        if (lowered) calibration?.log.warn({ detector: name, fps: lowered }, 'too much to analyse: rates are lowered');
        else calibration?.log.info({ detector: name }, 'all cameras are analysed in full again');
      });
      const watched = new Set<string>();
      let lastRun: RunTiming | null = null;
      /** Of frames whose run was started: what they waited for others, and all inference until then (ms). */
      const started = new WeakMap<Frame, { readonly waitedMs: number; readonly inferredMs: number }>();
      let inferredMs = 0;
      const opened = await openDetector({
        ...{ entry, file, config: { ...detectorConfig, minScore }, onBroken },
        onRun: (timing, frames) => {
          lastRun = timing;
          const ms = timing.packMs + timing.inferMs + timing.outputsMs;
          inferredMs += timing.inferMs;
          governor.observe(ms, frames);
          stages?.observe('inference', ms);
        },
      });
      const detector = new TiledDetector(opened);
      const batcher = new Batcher({
        detector,
        maxBatch: detectorConfig.maxBatch,
        deadlineMs: detectorConfig.batchDeadlineMs,
        cameras: () => watched.size,
        clock: machineClock,
        live,
        onWaited: (frame, { ms, idleMs }) => {
          // To wait for a batch to fill is our choice, and counts as ours.
          started.set(frame, { waitedMs: ms - idleMs, inferredMs });
          stages?.observe('batch_queue', ms);
        },
      });
      pool.set(name, {
        ...{ entry, config: detectorConfig, detector, batcher, governor, watched },
        lastRun: () => lastRun,
        inferenceMs: (frame) => {
          const start = started.get(frame);
          // The next run may have started by now, but has not ended.
          return start ? start.waitedMs + inferredMs - start.inferredMs : 0;
        },
      });
    }
    for (const camera of cameras) {
      const wanted = headsOf(camera);
      if (!wanted || heads.has(wanted.model)) continue;
      const entry = findModel(wanted.model);
      const maxBatch = Math.max(...cameras.map((each) => headsOf(each)?.maxCrops ?? 1));
      const headsConfig = {
        ...pool.get(camera.analysis!.detector)!.config,
        model: wanted.model,
        minScore: entry.minScore,
        maxBatch,
      };
      const headsFile = await resolveModelFile(entry);
      heads.set(wanted.model, await openDetector({ entry, file: headsFile, config: headsConfig, onBroken }));
    }
  } catch (error) {
    await closeAll(pool, heads);
    throw error;
  }

  const forCamera = (camera: CameraConfig): CameraDetector => {
    const { analysis } = camera;
    const pooled = analysis && pool.get(analysis.detector);
    if (!pooled) throw new TypeError(`camera "${camera.id}" has no analysis`);
    const minScore = analysis.minScore ?? pooled.config.minScore;
    const wanted = headsOf(camera);
    const second = wanted ? heads.get(wanted.model)! : null;
    const cost = runsPerFrame(camera);
    pooled.governor.wish({ cameraId: camera.id, fps: analysis.fps, cost, priority: priorityOf(camera) });
    let planned = '';
    const detect = async (frame: Frame): Promise<readonly Detection[]> => {
      const { source } = frame.letterbox;
      const size = `${source.width}×${source.height}`;
      if (size !== planned) {
        const detailed = wantsDetail(camera, analysis, pooled.entry, source);
        pooled.detector.setLayout(camera.id, planAnalysis(analysis, pooled.entry, source, detailed).tiles);
        planned = size;
      }
      const detections = await pooled.batcher.detect(frame);
      return detections.filter(({ score }) => score >= minScore);
    };
    return {
      ...pooled,
      isDue: (ptsMs) => pooled.governor.isDue(camera.id, ptsMs),
      attend: (isHere) => {
        if (isHere) pooled.watched.add(camera.id);
        else pooled.watched.delete(camera.id);
      },
      heads: second,
      openHeads: () => (wanted && second ? new HeadReader({ detector: second, maxCrops: wanted.maxCrops }) : null),
      detect: analysis.motionGate ? whenMoved(analysis.motionGate.floorMs, detect) : detect,
    };
  };
  return { forCamera, close: () => closeAll(pool, heads) };
};

/** Runs the detector only where something has moved; else its last result stands. */
const whenMoved = (floorMs: number, detect: CameraDetector['detect']): CameraDetector['detect'] => {
  let gate = new MotionGate(floorMs);
  let session = '';
  let last: Promise<readonly Detection[]> = Promise.resolve([]);
  return (frame) => {
    if (frame.sessionId !== session) {
      session = frame.sessionId;
      gate = new MotionGate(floorMs);
    }
    if (!gate.isDue(frame, frame.ptsMs)) return last;
    const mine = gate;
    last = detect(frame);
    // What the detector did not see is no measure for what comes.
    last.catch(() => mine.forget());
    return last;
  };
};

const closeAll = async (
  pool: ReadonlyMap<string, PooledDetector>,
  heads: ReadonlyMap<string, Detector>,
): Promise<void> => {
  for (const { batcher, detector } of pool.values()) {
    await batcher.close();
    await detector.close();
  }
  for (const detector of heads.values()) await detector.close();
};
