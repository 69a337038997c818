import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WatchpostError } from '../pipeline/errors.ts';
import { dataFolder } from './data-folder.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Two systems on one data folder would write into each other's recordings: the first one holds `run/up.pid`.
 * A file left by a crash is recognised by its dead process.
 * @returns function that gives the folder free again
 * @throws WatchpostError INPUT_UNREADABLE when another system holds the folder
 */
export const lockDataFolder = (dataDir: string): (() => void) => {
  const { run } = dataFolder(dataDir);
  mkdirSync(run, { recursive: true });
  const file = join(run, 'up.pid');
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 0) throw error;
      const pid = Number(readFileSync(file, 'utf8'));
      if (pid > 0 && isAlive(pid))
        throw new WatchpostError(
          'INPUT_UNREADABLE',
          `the data folder ${dataDir} is in use by process ${pid}; stop that one, or give another folder with --data`,
        );
      rmSync(file, { force: true });
    }
  }
};
