import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { toCanonicalJson } from '../pipeline/canonical-json.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { Detector } from '../pipeline/detector.ts';
import type { Provenance } from '../pipeline/event.ts';

const packageFile = (): { version: string } => {
  // From dist/workers/ and from workers/ alike, package.json is the nearest one above.
  for (const up of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string };
    } catch {
      continue;
    }
  }
  return { version: 'unknown' };
};

export const SOFTWARE_VERSION = packageFile().version;

/**
 * SHA-256 of what decides a camera's events: analysis, tracker, geometry, rules and the detector's settings.
 * Name, place and source are left out: a recording replayed from another path must give the same events.
 */
export const configHash = (camera: CameraConfig, detector: DetectorConfig): string => {
  const { analysis, tracker, sweep, zones, lines, signals, rules } = camera;
  const { model, minScore } = detector;
  return createHash('sha256')
    .update(
      toCanonicalJson({
        analysis,
        tracker,
        ...(sweep ? { sweep } : {}),
        zones,
        lines,
        signals,
        rules,
        model,
        minScore,
      }),
    )
    .digest('hex');
};

/** @param heads the second model, where the camera's heads are looked at */
export const provenanceOf = (
  camera: CameraConfig,
  config: DetectorConfig,
  detector: Detector,
  heads: Detector | null,
): Provenance => ({
  softwareVersion: SOFTWARE_VERSION,
  configHash: configHash(camera, config),
  models: [detector.model, ...(heads ? [heads.model] : [])],
});
