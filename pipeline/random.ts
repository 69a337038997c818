/**
 * The same numbers from the same seed on every machine, evenly in [0, 1): for what is drawn, simulated and tested
 * [Tommy Ettinger's mulberry32, public domain].
 */
export const mulberry32 = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
