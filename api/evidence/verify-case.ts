import { createHash } from 'node:crypto';
import { WatchpostError } from '../../pipeline/errors.ts';
import { MANIFEST_FILE, SIGNATURE_FILE } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import type { VerifyResult } from '../contract/cases.ts';
import { checkManifest } from './check-manifest.ts';

export const readText = async (store: EvidenceStore, key: string): Promise<string> =>
  Buffer.from(await store.get(key)).toString('utf8');

/** Every sealed file of a case against its manifest, the manifest against its signature and the hash of its case row. */
export const verifyCase = async (
  store: EvidenceStore,
  prefix: string,
  manifestSha256: string,
): Promise<VerifyResult> => {
  const problems: VerifyResult['problems'] = [];
  let checkedFiles = 0;
  try {
    const { manifest } = checkManifest(
      await readText(store, `${prefix}/${MANIFEST_FILE}`),
      await readText(store, `${prefix}/${SIGNATURE_FILE}`),
      manifestSha256,
    );
    for (const { path, bytes, sha256 } of manifest.files) {
      checkedFiles++;
      const found = await hashOf(store, `${prefix}/${path}`);
      if (found === null) problems.push({ file: path, problem: 'is missing' });
      else if (found.bytes !== bytes)
        problems.push({ file: path, problem: `has ${found.bytes} bytes, sealed with ${bytes}` });
      else if (found.sha256 !== sha256) problems.push({ file: path, problem: 'has other content than was sealed' });
    }
  } catch (error) {
    // A store that cannot be reached says nothing about the case; everything else is a finding.
    if (!(error instanceof WatchpostError) || error.code === 'STORE_UNAVAILABLE') throw error;
    problems.push({ file: MANIFEST_FILE, problem: error.message });
  }
  return { intact: problems.length === 0, checkedFiles, problems };
};

const hashOf = async (store: EvidenceStore, key: string): Promise<{ sha256: string; bytes: number } | null> => {
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of await store.open(key)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { sha256: hash.digest('hex'), bytes };
  } catch (error) {
    if (error instanceof WatchpostError && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
};
