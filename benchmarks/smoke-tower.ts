import type { readFrame } from '../models/detect-images.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { Detection } from '../pipeline/detection.ts';

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TRACKER = { highScore: 0.15, newTrackScore: 0.15, memoryMs: 120_000, confirmMs: 0 };
export const RULE = { id: 'smoke', kind: 'smoke' };

/** One tower with the smoke detector; the rule's defaults. */
export const configOf = (camera: object, extra: object = {}): object => ({
  version: 1,
  server: { port: 0 },
  detectors: { smoke: { model: 'smoke', threads: 1 } },
  cameras: [{ id: 'tower', analysis: { detector: 'smoke', fps: 1 }, tracker: TRACKER, ...camera }],
  ...extra,
});

/** False alarms of so many milliseconds of one camera, as a rate. */
export const perDay = (alarms: number, ms: number) => ({
  hours: Math.round((10 * ms) / 3_600_000) / 10,
  falseAlarmsPerCameraDay: Math.round((100 * alarms * DAY_MS) / ms) / 100,
});

/** A picture and what the detector sees in it. */
export type Look = {
  readonly frame: Awaited<ReturnType<typeof readFrame>>['frame'];
  readonly detections: readonly Detection[];
};

export const pipelineOf = (config: Config, camera: CameraConfig, { letterbox }: Look['frame']): CameraPipeline =>
  new CameraPipeline({
    camera,
    clock: { sessionId: 'smoke', anchorAt: 0, source: 'given', uncertaintyMs: 0 },
    frameSize: letterbox.source,
    provenance: { softwareVersion: '', configHash: '', models: [] },
    timeZone: config.site.timeZone,
  });
