import { readFrame } from '../models/detect-images.ts';
import { planAnalysis } from '../models/tiled-detector.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Config } from '../pipeline/config-schema.ts';
import { parseConfig } from '../pipeline/config.ts';
import type { Detection } from '../pipeline/detection.ts';
import { openDetectors } from '../workers/detector-pool.ts';

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

/** Views of one camera, evenly around. */
export const turningTower = (views: readonly { readonly id: string }[]): object => ({
  sweep: {
    by: 'source',
    poses: views.map(({ id }, index) => ({ id, azimuthDeg: (360 * index) / views.length, fieldOfViewDeg: 54 })),
  },
});

/** A tower that does not turn and is given pictures by hand. @param camera what is different about it */
export const standingTower = (camera: object = {}): Config =>
  parseConfig(JSON.stringify(configOf({ source: { url: 'stills://none' }, rules: [RULE], ...camera })));

/** A picture and what the detector sees in it. */
export type Look = {
  readonly frame: Awaited<ReturnType<typeof readFrame>>['frame'];
  readonly detections: readonly Detection[];
};

/** What the padding of an analysis frame is filled with, as the camera's frames are. */
const PADDING = 114;

/** The detector of a configuration's only camera. */
export const openTower = async (
  config: Config,
): Promise<{ readonly look: (file: string) => Promise<Look>; readonly close: () => Promise<void> }> => {
  const camera = config.cameras[0]!;
  const pool = await openDetectors(config, [camera], { live: false });
  const detector = pool.forCamera(camera);
  return {
    look: async (file) => {
      const plan = (size: { readonly width: number; readonly height: number }) =>
        planAnalysis(camera.analysis!, detector.entry, size);
      const { frame } = await readFrame(file, plan, PADDING);
      return { frame, detections: await detector.detect(frame) };
    },
    close: () => pool.close(),
  };
};

/** Tracker and rules of a configuration's only camera, for pictures like this one. */
export const pipelineOf = (config: Config, { letterbox }: Look['frame']): CameraPipeline =>
  new CameraPipeline({
    camera: config.cameras[0]!,
    clock: { sessionId: 'smoke', anchorAt: 0, source: 'given', uncertaintyMs: 0 },
    frameSize: letterbox.source,
    provenance: { softwareVersion: '', configHash: '', models: [] },
    timeZone: config.site.timeZone,
  });
