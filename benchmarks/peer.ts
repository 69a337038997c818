import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findModel } from '../models/manifest.ts';
import { resolveModelFile } from '../models/model-files.ts';
import { CLIP_FPS, type Clip } from './clips.ts';
import { ANALYSED_FPS } from './saturation.ts';
import type { Spread } from './stages.ts';

export type Peer = {
  readonly frames: number;
  readonly boxes: number;
  readonly cpuMs: number;
  readonly latencyMs: Spread;
  readonly versions: Readonly<Record<string, string>>;
};

const script = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.includes('/dist/')
        ? '../../benchmarks/peer/opencv_onnxruntime.py'
        : './peer/opencv_onnxruntime.py',
      import.meta.url,
    ),
  );

/** Runs the Python script on the clip; null when the interpreter lacks its packages (opencv, onnxruntime, numpy). */
export const runPeer = async (python: string, clip: Clip, model: string): Promise<Peer | null> => {
  try {
    execFileSync(python, ['-c', 'import cv2, onnxruntime, numpy'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const entry = findModel(model);
  const { width, height } = entry.input;
  const numbers = [width, height, entry.classes.length, CLIP_FPS / ANALYSED_FPS].map(String);
  const file = await resolveModelFile(entry);
  return JSON.parse(execFileSync(python, [script(), clip.file, file, ...numbers], { encoding: 'utf8' })) as Peer;
};
