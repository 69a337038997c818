import type { CameraConfig } from '../config/camera.ts';
import { didYouMean } from '../did-you-mean.ts';
import { isStills } from '../stills.ts';
import type { SweepConfig } from './sweep-config.ts';

type Fault = { readonly path: string; readonly message: string };

/** What the schema of a sweep cannot say. @param at JSON pointer of the camera */
export const sweepFaults = (
  sweep: SweepConfig,
  { rules, zones, source }: Pick<CameraConfig, 'rules' | 'zones' | 'source'>,
  at: string,
): readonly Fault[] => {
  const { poses, settleMs, by, startAt } = sweep;
  const faults: Fault[] = [...onvifFaults(sweep, at)];
  const known = Object.keys(zones);
  if (isStills(source.url) !== (by === 'source'))
    faults.push({
      path: `${at}/sweep/by`,
      message: isStills(source.url)
        ? `expected "source", found "${by}": stills come with the name of their pose`
        : 'expected "schedule", "scene" or "onvif", found "source": only stills (source stills://) come with the name of their pose',
    });
  // Whatever frame a live session begins with would be taken for the first pose, and every bearing be wrong.
  if ((by === 'schedule' || by === 'scene') && startAt === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(source.url))
    faults.push({
      path: `${at}/sweep`,
      message:
        'missing `startAt`; a live camera needs an instant at which its first pose began, e.g. 2026-11-21T06:00:00+07:00',
    });
  const ids = new Set<string>();
  poses.forEach(({ id, dwellMs, exclusions }, index) => {
    const path = `${at}/sweep/poses/${String(index)}`;
    if (ids.has(id)) faults.push({ path: `${path}/id`, message: `"${id}" is used by another pose of this camera` });
    ids.add(id);
    if (by !== 'source' && dwellMs <= settleMs)
      faults.push({
        path: `${path}/dwellMs`,
        message: `expected more than settleMs (${String(settleMs)}), found ${String(dwellMs)}: no frame of this pose would be looked at`,
      });
    exclusions.forEach((zone, e) => {
      if (known.includes(zone)) return;
      const near = didYouMean(zone, known);
      const others = known.length > 0 ? `known: ${known.join(', ')}` : 'none is defined';
      faults.push({
        path: `${path}/exclusions/${String(e)}`,
        message: `no zone "${zone}"; ${near ? `did you mean "${near}"?` : others}`,
      });
    });
  });
  rules.forEach((rule, index) => {
    const path = `${at}/rules/${String(index)}`;
    if (rule.kind !== 'smoke')
      faults.push({
        path: `${path}/kind`,
        message: `"${rule.kind}" looks at one fixed view; a camera with a \`sweep\` takes \`smoke\` rules only`,
      });
    else if (rule.pose)
      faults.push({
        path: `${path}/pose`,
        message: 'the poses of this camera stand in its `sweep`; leave this one out',
      });
  });
  return faults;
};

/** Of what the camera is asked by ONVIF. */
const onvifFaults = ({ by, onvif, poses, ptzTolerance }: SweepConfig, at: string): readonly Fault[] => {
  if (by !== 'onvif')
    return onvif === undefined
      ? []
      : [{ path: `${at}/sweep/onvif`, message: `only asked with \`by: onvif\`, found "${by}"` }];
  const faults: Fault[] = [];
  if (onvif === undefined)
    faults.push({
      path: `${at}/sweep`,
      message: 'missing `onvif`: the camera’s device service, e.g. http://10.0.0.5/onvif/device_service',
    });
  poses.forEach(({ ptz }, index) => {
    const path = `${at}/sweep/poses/${String(index)}`;
    if (!ptz) {
      faults.push({ path, message: 'missing `ptz`: where the camera says it stands at this preset' });
      return;
    }
    const twin = poses.slice(0, index).find((other) => other.ptz && isNear(other.ptz, ptz, 2 * ptzTolerance));
    if (twin)
      faults.push({
        path: `${path}/ptz`,
        message: `within twice ptzTolerance (${String(ptzTolerance)}) of pose "${twin.id}": the two could not be told apart`,
      });
  });
  return faults;
};

type Ptz = NonNullable<SweepConfig['poses'][number]['ptz']>;

const isNear = (a: Ptz, b: Ptz, within: number): boolean =>
  Math.abs(a.pan - b.pan) < within &&
  Math.abs(a.tilt - b.tilt) < within &&
  (a.zoom === undefined || b.zoom === undefined || Math.abs(a.zoom - b.zoom) < within);
