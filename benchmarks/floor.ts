import { execFileSync } from 'node:child_process';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { findModel } from '../models/manifest.ts';
import { resolveModelFile } from '../models/model-files.ts';
import type { Clip } from './clips.ts';
import { cpuNow, cpuSince } from './cpu.ts';
import { type Spread, spreadOf } from './stages.ts';

export type Floor = {
  /** CPU of ffmpeg decoding the clip to nothing, per picture of the clip. */
  readonly decodeCpuMs: number;
  /** A run of the bare session on a tensor that is already there. */
  readonly inferenceMs: Spread;
  readonly inferenceCpuMs: number;
};

export const decodeFloorMs = ({ file, frames }: Clip): number => {
  const before = cpuNow();
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, '-map', '0:v:0', '-f', 'null', '-']);
  return cpuSince(before).childrenMs / frames;
};

/** The least that any program on this machine needs for the model: no pixels moved, no boxes read. */
export const inferenceFloor = async (
  model: string,
  runs: number,
): Promise<Pick<Floor, 'inferenceMs' | 'inferenceCpuMs'>> => {
  const entry = findModel(model);
  const { width, height } = entry.input;
  const session = await InferenceSession.create(await resolveModelFile(entry), {
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3 },
  });
  const pixels = new Uint8Array(width * height * 3).fill(114);
  const feeds = { [session.inputNames[0]!]: new Tensor('uint8', pixels, [1, height, width, 3]) };
  await session.run(feeds);
  const samples: number[] = [];
  const before = cpuNow();
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    await session.run(feeds);
    samples.push(performance.now() - startedAt);
  }
  const inferenceCpuMs = cpuSince(before).ownMs / runs;
  await session.release();
  return { inferenceMs: spreadOf(samples)!, inferenceCpuMs };
};
