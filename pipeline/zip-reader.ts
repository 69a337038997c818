import { unzipSync } from 'fflate';
import type { CaseReader } from './verify.ts';

/** More than any export holds; a small file that claims to unfold to more is an attack or damage. */
const MOST_BYTES = 4 * 1024 ** 3;

/**
 * The files of a ZIP archive. Which file a name stands for is never in doubt: an archive that holds a name twice shows
 * different content to different programs and is refused.
 * @throws Error when the bytes are no readable ZIP
 */
export const zipReader = (bytes: Uint8Array): CaseReader => {
  const names = new Set<string>();
  let total = 0;
  unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (names.has(name)) throw new Error(`holds "${name}" twice`);
      names.add(name);
      total += originalSize;
      if (total > MOST_BYTES) throw new Error('would unfold to more than 4 GiB');
      return false;
    },
  });
  const files = [...names].filter((name) => !name.endsWith('/'));
  return {
    list: () => Promise.resolve(files),
    read: (path) => {
      const found = unzipSync(bytes, { filter: ({ name }) => name === path })[path];
      return found ? Promise.resolve(found) : Promise.reject(new Error('no such file'));
    },
  };
};
