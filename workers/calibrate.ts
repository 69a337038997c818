import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Logger } from 'pino';
import { chooseWay, type Trial, tryWays, waysToTry } from '../models/calibration.ts';
import type { ModelEntry } from '../models/manifest.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import { writeWhole } from './write-whole.ts';

const Kept = Type.Record(
  Type.String(),
  Type.Array(
    Type.Object({
      threads: Type.Integer({ minimum: 1 }),
      batch: Type.Integer({ minimum: 1 }),
      msPerFrame: Type.Number({ exclusiveMinimum: 0 }),
      cpuMsPerFrame: Type.Number({ minimum: 0 }),
    }),
    { minItems: 1 },
  ),
);

/** Runs of the detector that one frame of a camera costs. */
export const runsPerFrame = ({ analysis }: Pick<CameraConfig, 'analysis'>): number =>
  analysis?.tiles ? analysis.tiles.rows * analysis.tiles.columns : 1;

/**
 * Decides with how many threads and how large a batch a detector runs: measured once on each machine, model and
 * version, kept in the data folder, chosen anew at each start by what the cameras ask for together.
 * @param file where measurements are kept; one that cannot be read or written costs some seconds, no more
 * @throws WatchpostError MODEL_LOAD, MODEL_SHAPE, INFERENCE_FAILED
 */
export const calibrate = async (options: {
  readonly entry: ModelEntry;
  readonly modelFile: string;
  readonly config: DetectorConfig;
  readonly cameras: readonly CameraConfig[];
  readonly file: string;
  readonly log: Logger;
}): Promise<Pick<DetectorConfig, 'threads' | 'maxBatch'>> => {
  const { entry, modelFile, config, cameras, file, log } = options;
  const ways = waysToTry(entry, config);
  const isOnly = ways.threads.length === 1 && ways.batches.length === 1;
  if (isOnly) return { threads: ways.threads[0]!, maxBatch: ways.batches[0]! };
  const key = JSON.stringify([
    ...[entry.sha256, config.provider, ways.threads, ways.batches],
    ...[cpus()[0]?.model ?? 'unknown', availableParallelism(), process.versions.node],
  ]);
  const kept = await readKept(file);
  const known = kept[key];
  const trials: readonly Trial[] = known ?? (await tryWays(entry, modelFile, config));
  if (!known)
    await writeWhole(file, `${JSON.stringify({ ...kept, [key]: trials }, null, 2)}\n`).catch((err: unknown) =>
      log.warn({ err, file }, 'calibration could not be kept; it is measured again at the next start'),
    );
  const framesPerSecond = cameras.reduce((sum, camera) => sum + (camera.analysis?.fps ?? 0) * runsPerFrame(camera), 0);
  const { threads, batch, msPerFrame } = chooseWay(trials, framesPerSecond);
  log.info(
    {
      model: entry.id,
      threads,
      batch,
      msPerFrame: Math.round(msPerFrame * 10) / 10,
      measured: !known,
      framesPerSecond,
    },
    'detector calibrated',
  );
  return { threads, maxBatch: batch };
};

const readKept = async (file: string): Promise<Static<typeof Kept>> => {
  try {
    const data: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Value.Check(Kept, data) ? data : {};
  } catch {
    return {};
  }
};
