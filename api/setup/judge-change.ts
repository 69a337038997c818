import { parseDocument } from 'yaml';
import { ANALYSIS_ONLY, isSame } from '../../pipeline/config-change.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import type { ChangeReach, SetupProblem } from '../contract/setup.ts';

/** How far a change reaches into the running system. */
export const reachOf = (before: Config, after: Config): ChangeReach => {
  const { cameras: oldCameras, ...oldRest } = before;
  const { cameras: newCameras, ...newRest } = after;
  if (!isSame(oldRest, newRest) || oldCameras.length !== newCameras.length) return 'sources';
  let reach: ChangeReach = 'none';
  for (const camera of newCameras) {
    const old = oldCameras.find(({ id }) => id === camera.id);
    if (!old) return 'sources';
    const keys = [...new Set([...Object.keys(old), ...Object.keys(camera)])] as (keyof CameraConfig)[];
    for (const key of keys) {
      if (isSame(old[key], camera[key])) continue;
      if (!ANALYSIS_ONLY.has(key)) return 'sources';
      reach = 'rules';
    }
  }
  return reach;
};

export type Judged =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly SetupProblem[] };

/**
 * What `watchpost config check` says of a text, as a list.
 * @param cameraId camera whose faults are given by their path within it
 */
export const judge = (
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  cameraId: string | null,
): Judged => {
  try {
    return { config: parseConfig(text, environment), problems: [] };
  } catch (error) {
    if (!(error instanceof WatchpostError)) throw error;
    const index = cameraId === null ? -1 : idsOf(text).indexOf(cameraId);
    return { config: null, problems: error.message.split('\n').map((line) => toProblem(redactUrl(line), index)) };
  }
};

/** `config.yml:12: cameras.0.rules.1.zone: no zone "x"` */
const toProblem = (line: string, cameraIndex: number): SetupProblem => {
  const [, path = '', message = line] = /^[^:]*:\d+: ([^:]+): (.*)$/.exec(line) ?? [];
  const own = `cameras.${cameraIndex}`;
  if (path === own) return { path: '', message };
  if (path.startsWith(`${own}.`)) return { path: path.slice(own.length + 1), message };
  return { path: '', message: path === '' ? message : `${path}: ${message}` };
};

/** Ids of the cameras in the order of a text that may be wrong otherwise. */
const idsOf = (text: string): unknown[] => {
  const { cameras } = (parseDocument(text).toJS() ?? {}) as { cameras?: { id?: unknown }[] };
  return Array.isArray(cameras) ? cameras.map((camera) => camera.id) : [];
};
