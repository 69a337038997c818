import { availableParallelism } from 'node:os';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { Frame } from '../pipeline/frame.ts';
import { planLetterbox } from '../pipeline/letterbox.ts';
import type { ModelEntry } from './manifest.ts';
import { openDetector } from './onnx-detector.ts';

/** How one way of running a model did on this machine; the best of some runs each. */
export type Trial = {
  /** Intra-operation threads of a run. */
  readonly threads: number;
  /** Frames in a run. */
  readonly batch: number;
  readonly msPerFrame: number;
  /** Processor time of the whole process per frame. */
  readonly cpuMsPerFrame: number;
};

const RUNS = 3;
/** Frames come in swarms and decoding takes its part: so much more than is asked for must be possible. */
const ROOM = 1.5;
/** Ways that differ by less are the same: the one with the smaller batch, and with fewer threads, has less delay. */
const SAME = 1.05;

/** 1, 2, 4 … up to a limit, and the limit. */
const doubling = (limit: number): number[] => {
  const list: number[] = [];
  for (let n = 1; n < limit; n *= 2) list.push(n);
  return [...list, limit];
};

/** What is tried: on processors at most half of the cores, as decoding needs the others; elsewhere threads do nothing. */
export const waysToTry = (
  entry: Pick<ModelEntry, 'input'>,
  { threads, maxBatch, provider }: Pick<DetectorConfig, 'threads' | 'maxBatch' | 'provider'>,
  cores: number = availableParallelism(),
): { readonly threads: readonly number[]; readonly batches: readonly number[] } => ({
  threads: threads > 0 ? [threads] : provider === 'cpu' ? doubling(Math.max(1, Math.floor(cores / 2))) : [1],
  batches: entry.input.dynamicBatch ? doubling(maxBatch) : [1],
});

/**
 * The least processor time per frame among the ways that are fast enough; where none is, the fastest.
 * @param framesPerSecond what all cameras of the detector ask for together
 * @throws RangeError without trials
 */
export const chooseWay = (trials: readonly Trial[], framesPerSecond: number): Trial => {
  const enough = trials.filter(({ msPerFrame }) => 1_000 / msPerFrame >= framesPerSecond * ROOM);
  const cost: (trial: Trial) => number =
    enough.length > 0 ? ({ cpuMsPerFrame }) => cpuMsPerFrame : ({ msPerFrame }) => msPerFrame;
  const candidates = enough.length > 0 ? enough : trials;
  const least = Math.min(...candidates.map(cost));
  const [best] = candidates
    .filter((trial) => cost(trial) <= least * SAME)
    .sort((a, b) => a.batch - b.batch || a.threads - b.threads);
  if (!best) throw new RangeError('no way was tried');
  return best;
};

/**
 * Runs a model in each way, some seconds in all. Wants a machine that does nothing else meanwhile; when it does, all
 * ways suffer alike.
 * @throws WatchpostError MODEL_LOAD, MODEL_SHAPE, INFERENCE_FAILED
 */
export const tryWays = async (entry: ModelEntry, file: string, config: DetectorConfig): Promise<readonly Trial[]> => {
  const ways = waysToTry(entry, config);
  const trials: Trial[] = [];
  for (const threads of ways.threads) {
    const detector = await openDetector({ entry, file, config: { ...config, threads } });
    try {
      for (const batch of ways.batches) {
        const frames = Array.from({ length: batch }, () => greyFrame(entry));
        await detector.detect(frames);
        const runs: { readonly ms: number; readonly cpuMs: number }[] = [];
        for (let run = 0; run < RUNS; run++) {
          const [startedAt, used] = [performance.now(), process.cpuUsage()];
          await detector.detect(frames);
          const { user, system } = process.cpuUsage(used);
          runs.push({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 });
        }
        trials.push({
          ...{ threads, batch },
          msPerFrame: Math.min(...runs.map(({ ms }) => ms)) / batch,
          cpuMsPerFrame: Math.min(...runs.map(({ cpuMs }) => cpuMs)) / batch,
        });
      }
    } finally {
      await detector.close();
    }
  }
  return trials;
};

const greyFrame = ({ input }: ModelEntry): Frame => {
  const size = { width: input.width, height: input.height };
  return {
    ...{ cameraId: 'calibration', sessionId: 'calibration', sequence: 0, ptsMs: 0, capturedAt: 0, receivedMonoMs: 0 },
    letterbox: planLetterbox({ source: size, target: size, fit: input.fit, padPosition: input.padPosition }),
    pixels: new Uint8Array(size.width * size.height * 3).fill(114),
    release: () => undefined,
  };
};
