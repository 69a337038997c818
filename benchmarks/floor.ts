import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { findModel } from '../models/manifest.ts';
import { resolveModelFile } from '../models/model-files.ts';
import type { Clip } from './clips.ts';
import { cpuNow, cpuSince } from './cpu.ts';
import { type Spread, spreadOf } from './stages.ts';

export type Floor = {
  /** CPU of ffmpeg decoding the clip to nothing in one thread, per picture of the clip. */
  readonly decodeCpuMs: number;
  /** A run of the bare session on a tensor that is already there. */
  readonly inferenceMs: Spread;
  readonly inferenceCpuMs: number;
};

const decodeArgs = (file: string, times: number): string[] => [
  ...['-v', 'error', '-nostdin', '-stream_loop', String(times - 1), '-threads', '1', '-i', file],
  ...['-map', '0:v:0', '-f', 'null', '-'],
];

/** Long enough for some twenty runs of the model beside it. */
const DECODED_PICTURES = 1_500;

/**
 * The least that any program on this machine needs for decoding and inference when it does both at once, as a camera at
 * saturation does: cores that share a cache or a core's two threads make either dearer. No pixels are moved, no boxes
 * read. Starting ffmpeg is left out.
 */
export const measureFloor = async (model: string, { file, frames }: Clip): Promise<Floor> => {
  const entry = findModel(model);
  const { width, height } = entry.input;
  const session = await InferenceSession.create(await resolveModelFile(entry), {
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3 },
  });
  const pixels = new Uint8Array(width * height * 3).fill(114);
  const feeds = { [session.inputNames[0]!]: new Tensor('uint8', pixels, [1, height, width, 3]) };
  for (let run = 0; run < 3; run++) await session.run(feeds);

  const starting = cpuNow();
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, '-map', '0:v:0', '-frames:v', '1', '-f', 'null', '-']);
  const startMs = cpuSince(starting).childrenMs;

  const times = Math.ceil(DECODED_PICTURES / frames);
  const before = cpuNow();
  const ffmpeg = spawn('ffmpeg', decodeArgs(file, times), { stdio: 'ignore' });
  const state = { over: false };
  const decoded = once(ffmpeg, 'close').finally(() => (state.over = true));
  const samples: number[] = [];
  while (!state.over) {
    const startedAt = performance.now();
    await session.run(feeds);
    samples.push(performance.now() - startedAt);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await decoded;
  const used = cpuSince(before);
  await session.release();
  return {
    decodeCpuMs: (used.childrenMs - startMs) / (frames * times),
    inferenceMs: spreadOf(samples)!,
    inferenceCpuMs: used.ownMs / samples.length,
  };
};
