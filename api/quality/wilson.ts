/** 97.5 % point of the normal distribution. */
const Z = 1.959964;

/** 95 % interval of a share, 0–1 [Wilson 1927]; null when nothing was counted. */
export const wilson = (hits: number, of: number): [number, number] | null => {
  if (of === 0) return null;
  const share = hits / of;
  const centre = share + Z ** 2 / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return [Math.max(0, (centre - half) / (1 + Z ** 2 / of)), Math.min(1, (centre + half) / (1 + Z ** 2 / of))];
};
