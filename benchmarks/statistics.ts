/** Value below which that share of the samples lies (nearest rank). @throws TypeError on an empty list */
export const percentile = (samples: readonly number[], share: number): number => {
  if (samples.length === 0) throw new TypeError('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
};

/** Slope of the least-squares line through the points, in units of y per unit of x. */
export const slope = (points: readonly { readonly x: number; readonly y: number }[]): number => {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const over = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
};
