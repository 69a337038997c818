import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import type { EvidenceManifest, ManifestSignature } from '../../pipeline/evidence.ts';
import { createFile, replaceFile } from '../storage/durable.ts';
import { whenMissing } from '../storage/missing-file.ts';

/** A sealed case as the camera's register keeps it: enough to bring its manifest to the store after a crash. */
export type ChainEntry = {
  readonly index: number;
  readonly caseId: string;
  readonly manifestSha256: string;
  /** Canonical JSON, exactly the bytes that were signed. */
  readonly manifest: string;
  readonly signature: ManifestSignature;
};

/** `chain/<camera>.json`: the newest entry known to be in the store. */
type ChainHead = Pick<ChainEntry, 'index' | 'caseId' | 'manifestSha256'>;

export const FIRST_PREVIOUS = '0'.repeat(64);

const readJson = async <T>(file: string): Promise<T | null> => {
  const text = await readFile(file, 'utf8').catch(whenMissing(null));
  return text === null ? null : (JSON.parse(text) as T);
};

/**
 * The chain of one camera's sealed cases, in the data folder. A place in the chain is taken by creating its file, which
 * the file system lets only one succeed in: whatever crashes or runs twice, no two cases get the same place and no case
 * gets two. The place comes first and the manifest in the store second; `settle` does the second for a place that a
 * crash left without, before anybody takes the next one.
 */
export class CameraChain {
  readonly #headFile: string;
  readonly #folder: string;

  constructor(chainDir: string, cameraId: string) {
    this.#headFile = join(chainDir, `${cameraId}.json`);
    this.#folder = join(chainDir, cameraId);
  }

  #entryFile(index: number): string {
    return join(this.#folder, `${String(index).padStart(8, '0')}.json`);
  }

  /**
   * Brings the newest entry to the store if that was not done.
   * @param store writes manifest and signature; may be called again for what is there already
   * @returns the newest entry, or null for an empty chain
   */
  async settle(store: (entry: ChainEntry) => Promise<void>): Promise<ChainHead | null> {
    const head = await readJson<ChainHead>(this.#headFile);
    let newest: ChainHead | null = head;
    for (let index = (head?.index ?? -1) + 1; ; index++) {
      const entry = await readJson<ChainEntry>(this.#entryFile(index));
      if (!entry) return newest;
      await store(entry);
      newest = { index, caseId: entry.caseId, manifestSha256: entry.manifestSha256 };
      await replaceFile(this.#headFile, toCanonicalJson(newest));
    }
  }

  /** @returns false when another case took the place after `newest` meanwhile: settle and try again */
  append(entry: ChainEntry): Promise<boolean> {
    return createFile(this.#entryFile(entry.index), toCanonicalJson(entry));
  }

  static next(newest: ChainHead | null): EvidenceManifest['chain'] {
    return newest
      ? { index: newest.index + 1, previous: newest.manifestSha256 }
      : { index: 0, previous: FIRST_PREVIOUS };
  }
}
