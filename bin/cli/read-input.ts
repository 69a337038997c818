import { readFileSync } from 'node:fs';
import { WatchpostError } from '../../pipeline/errors.ts';

/** Text of a file named on the command line. @throws WatchpostError INPUT_UNREADABLE naming it */
export const readInput = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder, expected a file' : code;
    throw new WatchpostError('INPUT_UNREADABLE', `${file}: ${problem}`, { cause: error });
  }
};
