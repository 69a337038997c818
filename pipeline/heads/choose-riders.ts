import { type Box, boxHeight, boxWidth } from '../geometry.ts';
import type { RiderGroup } from '../rules/rider-groups.ts';
import type { PtsMs } from '../time.ts';

/** When each vehicle's riders were looked at last, by the vehicle's track. */
export type LookedAt = ReadonlyMap<number, PtsMs>;

export type ChooseOptions = {
  readonly maxCrops: number;
  /** Pixels of the analysis frame per source pixel; enlarging a picture shows no more than it has. */
  readonly scale: number;
};

/** A seated rider is about four and a half heads high; below 10 px a head cannot be judged at all. */
const LEAST_RIDER_PX = 45;
/** Who was never looked at waits as if for so long, and nobody's waiting counts for more. */
const LONGEST_WAIT_MS = 2_000;

const riderPx = ({ riders }: RiderGroup, scale: number): number =>
  Math.max(0, ...riders.map(({ box }) => boxHeight(box))) * Math.min(1, scale);

/**
 * Whose heads are looked at in this frame: those that waited longest, the near ones more often than the far ones, new
 * ones first. With more motorcycles than crops, each still gets its turn.
 */
export const chooseRiders = (
  groups: readonly RiderGroup[],
  before: LookedAt,
  ptsMs: PtsMs,
  { maxCrops, scale }: ChooseOptions,
): { readonly chosen: readonly RiderGroup[]; readonly lookedAt: LookedAt } => {
  const chosen = groups
    .filter((group) => group.riders.length > 0 && riderPx(group, scale) >= LEAST_RIDER_PX)
    .map((group) => {
      const last = before.get(group.vehicle.id);
      const waitedMs = last === undefined ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, ptsMs - last);
      return { group, urgency: waitedMs * Math.sqrt(riderPx(group, scale)) };
    })
    .sort((a, b) => b.urgency - a.urgency || a.group.vehicle.id - b.group.vehicle.id)
    .slice(0, maxCrops)
    .map(({ group }) => group);
  const lookedAt = new Map([...before].filter(([, last]) => ptsMs - last <= 10 * LONGEST_WAIT_MS));
  for (const { vehicle } of chosen) lookedAt.set(vehicle.id, ptsMs);
  return { chosen, lookedAt };
};

/** The motorcycle with all its riders and some air around, source pixels. */
export const cropOf = ({ vehicle, riders }: RiderGroup): Box => {
  const boxes = [vehicle.box, ...riders.map(({ box }) => box)];
  const all = {
    x1: Math.min(...boxes.map(({ x1 }) => x1)),
    y1: Math.min(...boxes.map(({ y1 }) => y1)),
    x2: Math.max(...boxes.map(({ x2 }) => x2)),
    y2: Math.max(...boxes.map(({ y2 }) => y2)),
  };
  const [aside, above] = [0.06 * boxWidth(all), 0.08 * boxHeight(all)];
  return { x1: all.x1 - aside, y1: all.y1 - above, x2: all.x2 + aside, y2: all.y2 };
};
