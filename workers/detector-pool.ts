import { resolveModelFile } from '../models/model-files.ts';
import { findModel, type ModelEntry } from '../models/manifest.ts';
import { openDetector } from '../models/onnx-detector.ts';
import type { RunTiming } from '../models/thread-protocol.ts';
import { planAnalysis, TiledDetector } from '../models/tiled-detector.ts';
import { Batcher } from '../pipeline/batcher.ts';
import { type CameraConfig, type Config, type DetectorConfig, headsOf } from '../pipeline/config-schema.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { Detector } from '../pipeline/detector.ts';
import type { Frame, Letterbox } from '../pipeline/frame.ts';
import type { Size } from '../pipeline/geometry.ts';
import { HeadReader } from '../pipeline/heads/head-reader.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';
import { machineClock } from './monotonic.ts';

/** A detector shared by all cameras that name it, with its one batcher. */
export type PooledDetector = {
  readonly entry: ModelEntry;
  readonly config: DetectorConfig;
  readonly detector: TiledDetector;
  readonly batcher: Batcher;
  /** Times of the run that ended last; asked as soon as a detection is there, they are those of its own run. */
  readonly lastRun: () => RunTiming | null;
};

/** Analysis of one camera by a pooled detector. */
export type CameraDetector = PooledDetector & {
  /** Boxes in source pixels, at least the camera's lowest score. @throws FrameDropped, WatchpostError INFERENCE_FAILED */
  readonly detect: (frame: Frame) => Promise<readonly Detection[]>;
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
    ? planAnalysis(camera.analysis, entry, source, headsOf(camera) !== null).letterbox
    : null;
};

/**
 * Opens each detector that an enabled camera names, once.
 * @param live whether newer frames supersede waiting ones; files keep every frame
 * @param stages where waiting and runs are counted
 * @throws WatchpostError MODEL_UNKNOWN, MODEL_MISSING, MODEL_CHECKSUM, MODEL_LOAD, MODEL_SHAPE
 */
export const openDetectors = async (
  config: Config,
  cameras: readonly CameraConfig[],
  live: boolean,
  stages?: StageHistograms,
) => {
  const pool = new Map<string, PooledDetector>();
  const heads = new Map<string, Detector>();
  const names = new Set(cameras.flatMap(({ analysis }) => (analysis ? [analysis.detector] : [])));
  try {
    for (const name of names) {
      const detectorConfig = config.detectors[name]!;
      const entry = findModel(detectorConfig.model);
      const file = await resolveModelFile(entry);
      // The detector hands down the lowest score that any of its cameras wants; each camera filters its own.
      const minScore = Math.min(
        detectorConfig.minScore,
        ...cameras.flatMap(({ analysis }) => (analysis?.detector === name ? (analysis.minScore ?? []) : [])),
      );
      let lastRun: RunTiming | null = null;
      const opened = await openDetector({
        ...{ entry, file, config: { ...detectorConfig, minScore } },
        onRun: (timing) => {
          lastRun = timing;
          stages?.observe('inference', timing.packMs + timing.inferMs + timing.outputsMs);
        },
      });
      const detector = new TiledDetector(opened);
      const batcher = new Batcher({
        detector,
        maxBatch: detectorConfig.maxBatch,
        deadlineMs: detectorConfig.batchDeadlineMs,
        clock: machineClock,
        live,
        onWaited: (ms) => stages?.observe('batch_queue', ms),
      });
      pool.set(name, { entry, config: detectorConfig, detector, batcher, lastRun: () => lastRun });
    }
    for (const camera of cameras) {
      const wanted = headsOf(camera);
      if (!wanted || heads.has(wanted.model)) continue;
      const entry = findModel(wanted.model);
      const maxBatch = Math.max(...cameras.map((each) => headsOf(each)?.maxCrops ?? 1));
      const headsConfig = {
        ...config.detectors[camera.analysis!.detector]!,
        model: wanted.model,
        minScore: entry.minScore,
        maxBatch,
      };
      heads.set(wanted.model, await openDetector({ entry, file: await resolveModelFile(entry), config: headsConfig }));
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
    let planned = '';
    return {
      ...pooled,
      heads: second,
      openHeads: () => (wanted && second ? new HeadReader({ detector: second, maxCrops: wanted.maxCrops }) : null),
      detect: async (frame) => {
        const { source } = frame.letterbox;
        const size = `${source.width}×${source.height}`;
        if (size !== planned) {
          pooled.detector.setLayout(camera.id, planAnalysis(analysis, pooled.entry, source, wanted !== null).tiles);
          planned = size;
        }
        const detections = await pooled.batcher.detect(frame);
        return detections.filter(({ score }) => score >= minScore);
      },
    };
  };
  return { forCamera, close: () => closeAll(pool, heads) };
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
