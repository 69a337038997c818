import { WatchpostError } from '../../pipeline/errors.ts';
import { MANIFEST_FILE } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { verifyCase } from '../../pipeline/verify.ts';
import type { VerifyResult } from '../contract/cases.ts';

/**
 * The sealed files of a case in the store, checked by the same code as `watchpost verify`; and that they are the ones
 * that came into review.
 * @throws WatchpostError STORE_UNAVAILABLE: a store that is away says nothing about the case
 */
export const verifyStoredCase = async (
  store: EvidenceStore,
  options: {
    readonly prefix: string;
    readonly manifestSha256: string;
    readonly trustedKeys: readonly string[];
    readonly authorities: readonly string[];
  },
): Promise<VerifyResult> => {
  const { prefix, manifestSha256, trustedKeys, authorities } = options;
  const outages: WatchpostError[] = [];
  const result = await verifyCase(
    {
      list: async () => (await store.list(`${prefix}/`)).map(({ key }) => key.slice(prefix.length + 1)),
      read: async (path) => {
        try {
          return await store.get(`${prefix}/${path}`);
        } catch (error) {
          if (error instanceof WatchpostError && error.code === 'STORE_UNAVAILABLE') outages.push(error);
          throw error;
        }
      },
    },
    { authorities, ...(trustedKeys.length > 0 ? { trustedKeys } : {}) },
  );
  if (outages[0]) throw outages[0];
  const problems = result.problems.map(({ file, problem }) => ({ file, problem }));
  if (result.manifestSha256 !== null && result.manifestSha256 !== manifestSha256)
    problems.push({ file: MANIFEST_FILE, problem: 'is not the one that came into review' });
  const { status, checkedFiles, timeStamp = null } = result;
  return {
    ...{ intact: status === 'intact' && problems.length === 0, checkedFiles, problems },
    timeStamp: timeStamp === 'unchecked' ? null : timeStamp,
  };
};
