/** What a process may hold in memory, MB (10⁶ bytes): for itself and for each camera. ffmpeg children are apart. */
const BUDGETS = {
  analyze: { base: 350, perCamera: 12 },
  record: { base: 150, perCamera: 2 },
  api: { base: 200, perCamera: 0 },
} as const;

export type MemoryUse = { readonly mostMB: number; readonly budgetMB: number };

/**
 * Each process's most against its budget.
 * @param samples MiB by process, as they were at several moments
 * @returns only processes that ran
 */
export const memoryUse = (
  samples: readonly Readonly<Record<string, number>>[],
  cameras: number,
): Readonly<Record<string, MemoryUse>> =>
  Object.fromEntries(
    Object.entries(BUDGETS).flatMap(([process, { base, perCamera }]) => {
      const mostMiB = Math.max(0, ...samples.map((sample) => sample[process] ?? 0));
      const mostMB = Math.round((mostMiB * 2 ** 20) / 1e6);
      return mostMiB > 0 ? [[process, { mostMB, budgetMB: base + perCamera * cameras }]] : [];
    }),
  );

/** Whether every process stayed within its budget. */
export const isWithin = (use: Readonly<Record<string, MemoryUse>>): boolean =>
  Object.values(use).every(({ mostMB, budgetMB }) => mostMB <= budgetMB);
