import { readFileSync } from 'node:fs';

/** USER_HZ: 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

export type CpuUse = { readonly ownMs: number; readonly childrenMs: number };

/** CPU time so far: of this process with all its threads, and of children that have ended (Linux only). */
export const cpuNow = (): CpuUse => {
  const { user, system } = process.cpuUsage();
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // proc(5): cutime and cstime are fields 16 and 17, counted from the process id; the name may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { ownMs: (user + system) / 1_000, childrenMs: (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK };
};

export const cpuSince = (before: CpuUse): CpuUse => {
  const now = cpuNow();
  return { ownMs: now.ownMs - before.ownMs, childrenMs: now.childrenMs - before.childrenMs };
};
