import { toCanonicalJson } from './canonical-json.ts';
import type { Config } from './config-schema.ts';
import type { CameraConfig } from './config/camera.ts';
import { headsOf } from './config/camera.ts';

/**
 * What only the analysis reads: a camera's recording goes on when nothing else of it changes. `signals` are not among it, as
 * small lamps want larger analysis frames, which the recorder makes.
 */
export const ANALYSIS_ONLY: ReadonlySet<string> = new Set([
  'name',
  'place',
  'group',
  'location',
  'zones',
  'lines',
  'signalFeeds',
  'rules',
  'tracker',
  'sweep',
  'ptz',
]);

export const isSame = (a: unknown, b: unknown): boolean => toCanonicalJson(a ?? null) === toCanonicalJson(b ?? null);

/** Whether recording the camera means the same with both. */
export const isRecordedAlike = (a: CameraConfig, b: CameraConfig): boolean => {
  // Who is asked where the mast stands is asked by the recording process.
  const recorded = (camera: CameraConfig): object => ({
    ...Object.fromEntries(Object.entries(camera).filter(([key]) => !ANALYSIS_ONLY.has(key))),
    onvif: camera.sweep?.onvif ?? null,
  });
  return isSame(recorded(a), recorded(b));
};

/**
 * Whether processes that run with `before` can go on with `after` by starting some cameras anew: nothing but cameras
 * has changed, and the models that are loaded are the ones that are needed.
 */
export const isReloadable = (before: Config, after: Config): boolean => {
  const { cameras: oldCameras, ...oldRest } = before;
  const { cameras: newCameras, ...newRest } = after;
  return isSame(oldRest, newRest) && isSame(modelsOf(oldCameras), modelsOf(newCameras));
};

/** What the detector pool is opened for (workers/detector-pool.ts), whatever the order of cameras. */
const modelsOf = (cameras: readonly CameraConfig[]): readonly string[] => {
  const needs = cameras
    .filter(({ enabled, analysis }) => enabled && analysis)
    .map((camera) => {
      const heads = headsOf(camera);
      return toCanonicalJson({
        detector: camera.analysis?.detector ?? null,
        minScore: camera.analysis?.minScore ?? null,
        heads: heads ? { model: heads.model, maxCrops: heads.maxCrops } : null,
      });
    });
  return [...new Set(needs)].sort();
};
