import type { CameraConfig } from '../config-schema.ts';
import { didYouMean } from '../did-you-mean.ts';
import { isStills } from '../stills.ts';
import type { SweepConfig } from './sweep-config.ts';

type Fault = { readonly path: string; readonly message: string };

/** What the schema of a sweep cannot say. @param at JSON pointer of the camera */
export const sweepFaults = (
  { poses, settleMs, by, startAt }: SweepConfig,
  { rules, zones, source }: Pick<CameraConfig, 'rules' | 'zones' | 'source'>,
  at: string,
): readonly Fault[] => {
  const faults: Fault[] = [];
  const known = Object.keys(zones);
  if (isStills(source.url) !== (by === 'source'))
    faults.push({
      path: `${at}/sweep/by`,
      message: isStills(source.url)
        ? `expected "source", found "${by}": stills come with the name of their pose`
        : 'expected "schedule" or "scene", found "source": only stills (source stills://) come with the name of their pose',
    });
  // Whatever frame a live session begins with would be taken for the first pose, and every bearing be wrong.
  if (by !== 'source' && startAt === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(source.url))
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
