/** A camera's wish to be analysed. */
export type RateWish = {
  readonly cameraId: string;
  /** Frames a second that it is configured for. */
  readonly fps: number;
  /** Runs of the detector that a frame costs: tiles. */
  readonly cost: number;
  /** Who comes first when there is not enough for all; higher is sooner. */
  readonly priority: number;
};

/** However full a machine is, each camera is looked at so often (frames a second), or as often as it asked for. */
export const FLOOR_FPS = 1;

/**
 * Shares out what a detector can do. With enough for all, everybody gets what was asked for. Else each camera gets a
 * floor, and what is left goes by priority: the first ones in full, the ones in whose class it runs out in equal parts
 * of what they still want. Not even enough for the floors: all get the same part of theirs.
 * @param capacity runs a second
 * @returns frames a second by camera
 */
export const allocateRates = (wishes: readonly RateWish[], capacity: number): ReadonlyMap<string, number> => {
  const floorOf = ({ fps }: RateWish): number => Math.min(fps, FLOOR_FPS);
  const floors = sum(wishes, (wish) => floorOf(wish) * wish.cost);
  if (floors >= capacity) {
    const part = floors > 0 ? Math.max(capacity, 0) / floors : 0;
    return new Map(wishes.map((wish) => [wish.cameraId, floorOf(wish) * part]));
  }
  let left = capacity - floors;
  const rates = new Map<string, number>();
  for (const priority of [...new Set(wishes.map((wish) => wish.priority))].sort((a, b) => b - a)) {
    const peers = wishes.filter((wish) => wish.priority === priority);
    const wanted = sum(peers, (wish) => (wish.fps - floorOf(wish)) * wish.cost);
    const part = wanted > left ? left / wanted : 1;
    for (const wish of peers) rates.set(wish.cameraId, floorOf(wish) + (wish.fps - floorOf(wish)) * part);
    left = Math.max(0, left - wanted);
  }
  return rates;
};

const sum = <T>(list: readonly T[], of: (each: T) => number): number =>
  list.reduce((total, each) => total + of(each), 0);
