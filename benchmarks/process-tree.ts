import { readdirSync, readFileSync } from 'node:fs';

export type ProcessUse = {
  readonly pid: number;
  readonly name: string;
  readonly rssBytes: number;
  /** CPU time used so far, user and system, seconds. */
  readonly cpuSeconds: number;
};

const PAGE_BYTES = 4096;
/** USER_HZ: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

const read = (pid: number): (ProcessUse & { readonly parent: number }) | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const role = command[command.indexOf('process') + 1];
    const name = command.includes('process') && role ? role : (command[0]?.split('/').at(-1) ?? '');
    return {
      pid,
      name,
      parent: Number(fields[1]),
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      rssBytes: Number(fields[21]) * PAGE_BYTES,
    };
  } catch {
    return null;
  }
};

/** The process and all its descendants, from /proc (Linux only). */
export const processTree = (root: number): readonly ProcessUse[] => {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => read(Number(entry)) ?? []);
  const wanted = new Set([root]);
  // Children may be listed before their parents: repeat until nothing is added.
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  return all.filter(({ pid }) => wanted.has(pid));
};
