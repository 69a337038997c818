/** The same numbers from the same seed on every machine, evenly in [0, 1), for tests and drawn plates [splitmix32]. */
export const seeded = (seed: number) => (): number => {
  seed = (seed + 0x9e3779b9) | 0;
  let t = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad);
  t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
  return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32;
};
