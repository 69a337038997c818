import { verifyMinutes } from '../../pipeline/minute-chain.ts';
import { readMinuteLines } from '../../workers/read-minutes.ts';
import { verifyPath } from '../../workers/verify-path.ts';

/**
 * Checks a camera's chain of minutes, and that the given cases were cut from what it vouches for.
 * @returns 0 intact, 1 something is broken (named), 2 the folder cannot be read or a case is none
 */
export const verifyRecording = async (
  folder: string,
  cases: readonly string[],
  options: { readonly json: boolean },
): Promise<number> => {
  const verified = await Promise.all(cases.map(async (path) => ({ path, ...(await verifyPath(path)) })));
  const bad = verified.filter(({ status }) => status !== 'intact');
  for (const { path, status } of bad) console.error(`${path} is ${status}; watchpost verify says why`);
  const lines = await readMinuteLines(folder).catch(() => null);
  if (lines === null) {
    console.error(`${folder} cannot be read; give minutes/<camera> of the data folder`);
    return 2;
  }
  const manifests = verified.flatMap(({ manifest }) => (manifest ? [manifest] : []));
  const result = verifyMinutes(lines, manifests);
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(
      `${result.records} minutes, ${result.segments} segments, ${manifests.length} cases${result.removed > 0 ? `; ${result.removed} minutes removed by retention` : ''}`,
    );
    for (const { place, problem } of result.problems) console.log(`    ${place}: ${problem}`);
  }
  if (bad.some(({ status }) => status === 'unreadable')) return 2;
  return result.problems.length > 0 || bad.length > 0 ? 1 : 0;
};
