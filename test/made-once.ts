import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a file or folder that many test files need. In a run of all of them (scripts/test.sh) it is made once, in the
 * folder that `WATCHPOST_TEST_CACHE` names, and copied from there.
 * @param name of it in that folder; everything that it depends on stands in it
 * @param make writes to the path that it is given, which ends as `name` does
 */
export const madeOnce = async (
  target: string,
  name: string,
  make: (path: string) => Promise<unknown>,
): Promise<void> => {
  const cache = process.env['WATCHPOST_TEST_CACHE'];
  if (cache === undefined) {
    await make(target);
    return;
  }
  const made = join(cache, name);
  if (!existsSync(made)) {
    // Two files may begin at the same time: then both make it, and the first one's counts.
    const mine = join(cache, `${process.pid}-${name}`);
    await make(mine);
    await rename(mine, made).catch(async (error: unknown) => {
      if (!existsSync(made)) throw error;
      await rm(mine, { recursive: true });
    });
  }
  await cp(made, target, { recursive: true });
};
