import { openDetector } from '../models/onnx-detector.ts';
import { findModel } from '../models/manifest.ts';
import { resolveModelFile } from '../models/model-files.ts';
import { planAnalysis } from '../models/tiled-detector.ts';
import { Batcher } from '../pipeline/batcher.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import { parseConfig } from '../pipeline/config.ts';
import { machineClock } from '../workers/monotonic.ts';
import { provenanceOf } from '../workers/provenance.ts';
import { runSession, type SessionFrame } from '../workers/session.ts';
import type { Clip } from './clips.ts';
import { CLIP_FPS } from './clips.ts';
import { cpuNow, cpuSince } from './cpu.ts';
import { type Spread, spreadOf, type Stage, StageTimes } from './stages.ts';

export const ANALYSED_FPS = 5;

export type Saturation = {
  readonly cameras: number;
  readonly frames: number;
  readonly wallMs: number;
  /** CPU per analysed frame: this process (pipe, inference, tracking, rules), and ffmpeg (decoding, scaling, writing). */
  readonly ownCpuMs: number;
  readonly ffmpegCpuMs: number;
  /** CPU of looking at a source and opening it, once a session; not in the two above. */
  readonly openingCpuMs: number;
  readonly stages: Partial<Record<Stage, Spread>>;
  /** From the frame's last byte to the end of its rules, without what it waited for other frames' inference. */
  readonly latencyMs: Spread;
};

/**
 * Cameras that send as fast as they are read: the parts of `record` and `analyze` in one process, without recording
 * and without the socket between the two. Costs are those of each further frame: what the longer clip takes more than
 * the shorter one, as a camera is opened once and watched for weeks.
 * @param opening the beginning of the same clip, about a second
 * @param ahead frames of a camera on their way at once; 1 measures latency, 2 lets decoding and inference overlap
 */
export const runSaturated = async (
  clip: Clip,
  opening: Clip,
  cameras: number,
  options: { readonly model: string; readonly ahead: 1 | 2 },
): Promise<Saturation> => {
  const short = await runOnce(opening, cameras, options);
  const long = await runOnce(clip, cameras, options);
  const frames = long.frames - short.frames;
  const ffmpegCpuMs = (long.ffmpegMs - short.ffmpegMs) / frames;
  return {
    ...{ cameras, frames: long.frames, wallMs: long.wallMs, stages: long.stages, latencyMs: long.latencyMs },
    ...{ ownCpuMs: (long.ownMs - short.ownMs) / frames, ffmpegCpuMs },
    openingCpuMs: (short.ffmpegMs - ffmpegCpuMs * short.frames) / cameras,
  };
};

type Run = Pick<Saturation, 'frames' | 'wallMs' | 'stages' | 'latencyMs'> & {
  readonly ownMs: number;
  readonly ffmpegMs: number;
};

const runOnce = async (
  clip: Clip,
  cameras: number,
  { model, ahead }: { readonly model: string; readonly ahead: 1 | 2 },
): Promise<Run> => {
  const list = Array.from(
    { length: cameras },
    (_, index) => `
  - id: c${index}
    source: { url: ${JSON.stringify(clip.file)}, loop: false, realtime: false }
    analysis: { detector: main, fps: ${ANALYSED_FPS} }
    lines: { middle: [[0, 0.5], [1, 0.5]] }
    zones: { whole: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    rules: [{ id: flow, kind: line_count, line: middle }, { id: crowd, kind: crowding, zone: whole, raiseCount: 200 }]`,
  );
  const config = parseConfig(
    `version: 1\ndetectors: { main: { model: ${model}, threads: 1 } }\ncameras:${list.join('')}`,
  );
  const detectorConfig = config.detectors['main']!;
  const entry = findModel(model);
  const stages = new StageTimes();
  const latencies: number[] = [];
  const detector = await openDetector({
    entry,
    file: await resolveModelFile(entry),
    config: detectorConfig,
    onRun: ({ packMs, inferMs, outputsMs }, frames) => {
      for (let frame = 0; frame < frames; frame++) {
        stages.add('preprocess', packMs / frames);
        stages.add('inference', inferMs / frames);
        stages.add('outputs', outputsMs / frames);
      }
    },
  });
  const batcher = new Batcher({
    ...{ detector, clock: machineClock, live: false },
    maxBatch: detectorConfig.maxBatch,
    deadlineMs: detectorConfig.batchDeadlineMs,
    cameras: () => cameras,
  });
  let frames = 0;

  const watch = async (camera: (typeof config.cameras)[number]): Promise<void> => {
    let pipeline: CameraPipeline | null = null;
    const analyse = async ({ header, clock, pixels, release }: SessionFrame): Promise<void> => {
      const askedAt = performance.now();
      const detections = await batcher.detect({ ...header, pixels, release });
      release();
      stages.add('queue', performance.now() - askedAt);
      pipeline ??= new CameraPipeline({
        ...{ camera, clock, frameSize: header.letterbox.source, timeZone: config.site.timeZone },
        provenance: provenanceOf(camera, detectorConfig, detector, null),
      });
      const open = pipeline;
      const tracks = stages.time('tracking', () => open.track(header, detections));
      stages.time('rules', () => open.pushTracks(header, tracks));
      latencies.push(machineClock.mono() - header.receivedMonoMs);
      frames++;
    };
    let before: Promise<void> = Promise.resolve();
    await runSession({
      ...{ camera, url: clip.file, transport: 'tcp', recording: config.recording, folder: null },
      ...{ sessionId: camera.id, anchorAt: 0, fps: ANALYSED_FPS, signal: new AbortController().signal },
      letterbox: (size) => planAnalysis({}, entry, size).letterbox,
      onFrame: (frame) => {
        const mine = analyse(frame);
        const wait = ahead === 1 ? mine : before;
        before = mine;
        return wait;
      },
      onSegment: () => undefined,
    });
    await before;
  };

  const startedAt = performance.now();
  const used = cpuNow();
  await Promise.all(config.cameras.map(watch));
  const { ownMs, childrenMs } = cpuSince(used);
  const wallMs = performance.now() - startedAt;
  await batcher.close();
  await detector.close();
  const expected = cameras * (clip.frames / CLIP_FPS) * ANALYSED_FPS;
  if (Math.abs(frames - expected) > cameras) throw new Error(`expected ${expected} frames, ${frames} were analysed`);
  return {
    ...{ frames, wallMs, ownMs, ffmpegMs: childrenMs, stages: stages.spreads() },
    latencyMs: spreadOf(latencies)!,
  };
};
