import { type ChainLink, type Problem, toChainLink, type Verification, verifyChain } from '../../pipeline/verify.ts';
import { readFile } from 'node:fs/promises';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { TimeStampState } from '../../pipeline/time-stamp.ts';
import { verifyPath } from '../../workers/verify-path.ts';

const EXIT = { intact: 0, broken: 1, unreadable: 2 } as const;

type Result = Pick<Verification, 'status' | 'checkedFiles' | 'caseId' | 'keyId' | 'manifestSha256' | 'timeStamp'> & {
  readonly folder: string;
  readonly problems: readonly Problem[];
  /** What a reader must know though nothing is broken. */
  readonly notes: readonly string[];
};

/**
 * Checks each case by itself, and the cases of one camera as links of its chain.
 * @returns the worst result: 0 all intact, 1 one is broken, 2 one is unreadable and none broken
 */
export const verify = async (
  folders: readonly string[],
  options: { readonly json: boolean; readonly authority?: readonly string[] },
): Promise<number> => {
  const authorities = await Promise.all((options.authority ?? []).map(readCertificate));
  const checked: { readonly result: Result; readonly link: ChainLink | null }[] = [];
  for (const folder of folders) {
    const verification = await verifyPath(folder, { authorities });
    const { status, problems, checkedFiles, caseId, keyId, manifestSha256, timeStamp = null } = verification;
    const notes = [...(verification.notes ?? []), ...describeStamp(timeStamp)];
    checked.push({
      result: { folder, status, problems, notes, checkedFiles, caseId, keyId, manifestSha256, timeStamp },
      link: toChainLink(verification),
    });
  }
  const chain = verifyChain(checked.flatMap(({ link }) => (link ? [link] : [])));
  const results = checked.map(({ result }) => withChain(result, chain.problems));
  if (options.json) console.log(JSON.stringify(results, null, 2));
  else {
    for (const { folder, status, checkedFiles, keyId, problems, notes } of results) {
      const facts = `${checkedFiles} files${keyId ? `, key ${keyId}` : ''}`;
      console.log(`${status.toUpperCase().padEnd(10)} ${folder}  (${facts})`);
      for (const { file, problem } of problems) console.log(`    ${file}: ${problem}`);
      for (const note of notes) console.log(`    note: ${note}`);
    }
    for (const { cameraId, index } of chain.absent)
      console.log(`NOTE       camera ${cameraId}: the case at place ${index} of the chain was not given`);
  }
  const codes = results.map(({ status }) => EXIT[status]);
  return codes.includes(1) ? 1 : Math.max(0, ...codes);
};

const readCertificate = async (file: string): Promise<string> => {
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new WatchpostError('INPUT_UNREADABLE', `${file}: ${(error as Error).message}`, { cause: error });
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new WatchpostError('INPUT_UNREADABLE', `${file} holds no certificate in PEM form`);
};

const describeStamp = (stamp: TimeStampState): readonly string[] => {
  if (stamp === null || stamp === 'unchecked') return [];
  const { at, accuracyMs, authority, isTrusted } = stamp;
  const exactness = accuracyMs === null ? '' : ` ± ${accuracyMs / 1_000} s`;
  const advice = isTrusted ? '' : '; its certificate was compared with none: give one with --authority';
  return [`time stamp of ${new Date(at).toISOString()}${exactness} by ${authority}${advice}`];
};

/** A case that does not fit the cases around it is broken, whole as it may be by itself. */
const withChain = (result: Result, faults: readonly Problem[]): Result => {
  const mine = faults.filter(({ file }) => file === result.caseId);
  if (mine.length === 0) return result;
  const problems = mine.map(({ problem }) => ({ file: 'manifest.json', problem }));
  return { ...result, status: 'broken', problems: [...result.problems, ...problems] };
};
